/** Functions of a module, which run on workers; without workers, on this thread. */
import type { Core } from './core.js';
import { mustBeKnown, UsageError } from './errors.js';
import { awaitIn, REMOTE } from './goroutine.js';
import { onAbort } from './host-events.js';
import type { Op, Pause, WaitOptions } from './op.js';

/** What crosses over: functions cannot. */
type Copied<A extends unknown[]> = { [I in keyof A]: A[I] extends (...args: any) => unknown ? never : A[I] };

type Remote<F> =
  F extends (...args: infer A) => Generator<Pause, infer T, any> ? (...args: Copied<A>) => Op<T> :
  F extends (...args: any) => AsyncGenerator<any, any, any> ? never :
  F extends (...args: infer A) => infer T ? (...args: Copied<A>) => Op<Awaited<T>> : never;

/** The functions that a module exports, as {@link Runtime.module} gives them. */
export type Module<M> = { readonly [K in keyof M as M[K] extends (...args: any) => unknown ? K : never]: Remote<M[K]> } & {
  /**
   * The same functions, for calls with these options in place of the module's:
   * `await crunch.with({ ctx }).work(jobs)`.
   */
  with(options: ModuleOptions): Module<M>;
};

/** What {@link Runtime.module} takes: what calls off the functions that run. */
export interface ModuleOptions extends WaitOptions {
  /**
   * A function that has not ended this many milliseconds after it was called off
   * is ended with its worker, and with what else runs there: for those that
   * loop. Without it they are waited for.
   */
  graceMs?: number;
}

/** One call, as it is made. */
export interface Call {
  readonly url: string;
  readonly name: string;
  readonly args: unknown[];
  readonly signal: AbortSignal | undefined;
  readonly graceMs: number | undefined;
}

/** Who runs calls: workers, or this thread. */
export interface Caller {
  call(call: Call): Promise<unknown>;
}

function absolute(url: string | URL): string {
  try {
    return new URL(url, (globalThis as { location?: { href: string } }).location?.href).href;
  } catch (cause) {
    throw new UsageError(`rt.module: ${url} is not a whole URL; pass new URL('./file.js', import.meta.url)`, { cause });
  }
}

/** One signal for several; and, if there are several, what lets go of them. */
function oneOf(signals: AbortSignal[]): [signal: AbortSignal | undefined, letGo?: () => void] {
  if (signals.length < 2) return [signals[0]];
  const controller = new AbortController();
  const letGo = signals.map((each) => onAbort(each, (reason) => controller.abort(reason)));
  return [controller.signal, () => { for (const each of letGo) each(); }];
}

/** The module of {@link Runtime.module}. */
export function moduleIn<M>(core: Core, source: string | URL, options: ModuleOptions): Module<M> {
  const url = absolute(source);
  mustBeKnown('rt.module', options, ['ctx', 'signal', 'graceMs']);
  const { graceMs } = options;
  const functions = new Map<string, unknown>();
  const call = (each: Call): Promise<unknown> => {
    const { caller } = core;
    if (!(caller instanceof Promise)) return caller!.call(each);
    const letGo = core.hold(); // without workers the code for calls is still to come
    return caller.then((known) => known.call(each)).finally(letGo);
  };
  const make = (name: string) => {
    const run = (args: unknown[], group?: AbortSignal): Promise<unknown> => {
      if (core.closed) return Promise.reject(core.shutError());
      const signals = [options.signal, options.ctx?.signal, group].filter((each) => !!each);
      const over = signals.find((each) => each.aborted);
      if (over) return Promise.reject(over.reason);
      const [signal, letGo] = oneOf(signals);
      const result = call({ url, name, args, signal, graceMs });
      if (letGo) result.then(letGo, letGo);
      return result;
    };
    return Object.assign((...args: unknown[]) => awaitIn(core, run(args)), { [REMOTE]: run });
  };
  return new Proxy(Object.create(null) as object, {
    get(_, name) {
      // It is no thenable, or whoever awaits it would call it.
      if (typeof name !== 'string' || name === 'then') return undefined;
      if (name === 'with') return (more: ModuleOptions) => moduleIn<M>(core, url, { ...options, ...more });
      if (!functions.has(name)) functions.set(name, make(name));
      return functions.get(name);
    },
  }) as Module<M>;
}

