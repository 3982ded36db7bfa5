/**
 * What programs import as 'goro': the package itself, whose start() tells the
 * page of the runtime, and takes from it what the page decides.
 */
import { type Runtime, start as startRuntime, type StartOptions } from 'goro';

export * from 'goro';

/** What the page has decided, and what it wants to know. */
export const hooks: { options: StartOptions; started: (rt: Runtime) => void } = { options: {}, started() {} };

/** {@link startRuntime}, as the page wants it. */
export async function start(options: StartOptions = {}): Promise<Runtime> {
  const rt = await startRuntime({ ...options, ...hooks.options });
  hooks.started(rt);
  return rt;
}
