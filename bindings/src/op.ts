/**
 * Operations that may wait, in the two forms that goroutines have them: a
 * promise for async functions and everybody else, and for generators something
 * to `yield*`.
 */
import type { Context } from './context.js';
import { mustBeKnown, UsageError } from './errors.js';
import type { Core } from './core.js';
import { onAbort, type Told } from './host-events.js';

/** What a goroutine that is a generator yields while it waits; for the runtime only. */
export type Pause = undefined;

/**
 * An operation that may wait. Await it; or, directly in a generator goroutine,
 * `yield*` it, which is faster. Either way it has begun when you have it.
 * @example
 * const ch = rt.chan(1);
 * await ch.send(1);
 * const v = await rt.go(function* () { return (yield* ch.recv()).value; }).wait();
 * assert.equal(v, 1);
 */
export interface Op<T> extends Promise<T> {
  /** For `yield*` in a generator goroutine. */
  [Symbol.iterator](): Iterator<Pause, T, any>;
}

/** What every operation that may wait takes: what calls it off. */
export interface WaitOptions {
  /**
   * Reject with `signal.reason` once it is aborted. For a timeout take a
   * context: Node does not stay for an `AbortSignal.timeout`.
   */
  signal?: AbortSignal | undefined;
  /** Reject with the context's cause once it is done. */
  ctx?: Context | undefined;
}

/** What a send takes. */
export interface SendOptions extends WaitOptions {
  /**
   * Buffers that are detached here instead of being there twice. For channels
   * that copy: those that a worker has, or had.
   */
  transfer?: readonly ArrayBuffer[] | undefined;
}

/** The kinds of wait, by what their results mean. */
export const SEND = 0;
export const RECV = 1;
export const SELECT = 2;
export const SLEEP = 3;
export const HOST = 4;
export const SYNC = 5;
/** As SYNC, but the end of a group does not call it off. */
export const RELOCK = 6;
export type Kind = 0 | 1 | 2 | 3 | 4 | 5 | 6;

/** What of an operation is known beside its result: its channel, its cases. */
export interface Subject {
  /** What the result means for the program; throws for what is an error there. */
  outcome(core: Core, kind: Kind, result: number, handle: number): unknown;
  /** It was called off: give back what it holds. */
  dropped(core: Core, kind: Kind, handle: number): void;
}

/**
 * Have `callback` called when an operation's options call it off, by whichever
 * is first. Not by AbortSignal.any, which in Node leaves something on both for good.
 * @returns what undoes it; undefined if nothing calls it off
 */
export function onCallOff({ signal, ctx }: WaitOptions, callback: Told): (() => void) | undefined {
  const unheed = ctx && onAbort(ctx.signal, callback);
  if (!signal) return unheed;
  const unheedToo = onAbort(signal, callback);
  return unheed ? () => { unheed(); unheedToo(); } : unheedToo;
}

/** Options without effect are a mistake, of those who pass a signal for them for instance. */
export function mustBeOptions(options: WaitOptions): void {
  if (options instanceof AbortSignal) throw new UsageError('a wait takes { signal }, not the signal itself; put it in braces');
  mustBeKnown('a wait', options, ['ctx', 'signal', 'transfer']);
}

/** What has called it off already. */
export const calledOff = ({ signal, ctx }: WaitOptions): AbortSignal | undefined =>
  (signal?.aborted ? signal : ctx?.signal.aborted ? ctx.signal : undefined);

/** Milliseconds to wait, as the module takes them: 30 years are for ever. */
export const delay = (ms: number): number => (ms > 0 ? Math.min(ms, 1e12) : 0);

/** How far the operation is that a generator has asked for. */
export const IDLE = 0;
/** It waits, and the generator has not left yet. */
export const WAITS = 1;
/** It waits, and so does the generator. */
export const LEFT = 2;
/** It is over: {@link StepOp.over} has its result. */
export const OVER = 3;
/** It is over: error is what to throw. */
export const FAILED = 4;

export interface Stepped {
  state: 0 | 1 | 2 | 3 | 4;
  error: unknown;
  /** Calls off whatever it waits for. */
  signal: AbortSignal | undefined;
}

/** Whether {@link Core.refused} has to be asked: rarely. */
export const unusual = (task: Stepped | null, options: WaitOptions | undefined): boolean =>
  options !== undefined || (task !== null && (task.state !== IDLE || task.signal !== undefined));

/**
 * What operations return in a generator: one object for all of them, since
 * `yield*` asks it at once, and again when the goroutine goes on.
 */
export class StepOp {
  readonly #core: { current: Stepped | null };
  /**
   * Of what is over: its result, for who asks next, which is the generator whose
   * operation it was. It lies here and not in the goroutine, as each place that
   * an object is put into costs the collector.
   */
  readonly over = { done: true as const, value: undefined as unknown };
  readonly #waits = { done: false as const, value: undefined };

  constructor(core: { current: Stepped | null }) {
    this.#core = core;
  }

  [Symbol.iterator](): this {
    return this;
  }

  next(): IteratorResult<undefined, unknown> {
    const task = this.#core.current;
    if (task === null) throw notInStep();
    if (task.state === WAITS) {
      task.state = LEFT;
      return this.#waits;
    }
    const { state } = task;
    task.state = IDLE;
    if (state === FAILED) throw failure(task);
    return this.over;
  }

  /** Whoever awaits this is not the generator itself. */
  then(_resolve: unknown, reject?: (error: unknown) => void): void {
    reject?.(new UsageError('await of an operation that a generator goroutine has begun; write yield* there, ' +
      'or start async functions with go() instead of calling them in a generator'));
  }
}

function failure(task: Stepped): unknown {
  const { error } = task;
  task.error = undefined;
  return error;
}

const notInStep = () => new UsageError('yield* of an operation outside a goroutine; start the generator with rt.go()');
