/**
 * What programs import as 'goro': the package itself, whose start() tells the
 * page of the runtime, and takes from it what the page decides.
 */
import { type Runtime, start as startRuntime, type StartOptions } from 'goro';

export * from 'goro';

/** What the page has decided, and what it wants to know. */
export interface Hooks {
  /** Where the program says nothing, and where it does not matter what it says. */
  defaults: StartOptions;
  options: StartOptions;
  started(rt: Runtime): void;
  /** The program has found leaks. */
  leaked(): void;
}

export const hooks: Hooks = { defaults: {}, options: {}, started() {}, leaked() {} };

/** {@link startRuntime}, as the page wants it. */
export async function start(options: StartOptions = {}): Promise<Runtime> {
  const rt = await startRuntime({ ...hooks.defaults, ...options, ...hooks.options });
  hooks.started(rt);
  const leaks = rt.leaks.bind(rt);
  rt.leaks = () => {
    const found = leaks();
    if (found.length > 0) hooks.leaked();
    return found;
  };
  return rt;
}
