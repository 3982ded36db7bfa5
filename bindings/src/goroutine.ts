/** Goroutines: async functions, and generators that the scheduler steps. */
import type { Core } from './core.js';
import { RuntimeClosedError, UsageError } from './errors.js';
import type { Pointer } from './ffi.js';
import { onAbort } from './host-events.js';
import type { Lock } from './lock.js';
import { HOST, IDLE, LEFT, onCallOff, RELOCK, WAITS, type Op, type Pause, type Subject, type WaitOptions } from './op.js';
import { brand } from './realm.js';
import { Task } from './wait.js';

/**
 * What no function is. It has TypeScript take what an async generator yields for
 * T, so that the function is no function of T any more; a condition on T would
 * refuse functions of a T that is not known.
 */
type NoAsyncGenerator<A extends unknown[], T> = ((...args: A) => AsyncGenerator<T, any, any>) & { readonly none: never };

/** What {@link Runtime.go} starts: a generator function, or any other, async or not; no async generator. */
export type GoFunction<A extends unknown[], T> =
  | NoAsyncGenerator<A, T>
  | ((...args: A) => Generator<Pause, T, any>)
  | ((...args: A) => PromiseLike<T>)
  | ((...args: A) => T);

const RUNS = 0;
const RETURNED = 1;
const THREW = 2;

/** A WaitGroup. */
export interface Counter {
  add(delta: number): void;
  readonly inner: Lock;
}

/**
 * A goroutine that was started.
 * @example
 * const g = rt.go(async () => 42);
 * assert.equal(await g.wait(), 42);
 */
export class Goroutine<T> {
  static {
    brand(this, 'Goroutine');
  }
  readonly #core: Core;
  #promise: Promise<T> | undefined;
  #settle: { resolve(value: T): void; reject(error: unknown): void } | undefined;
  /** How it has ended: no object for each, as most often nobody asks. */
  #end: typeof RUNS | typeof RETURNED | typeof THREW = RUNS;
  #result: unknown;

  /** @internal */
  constructor(core: Core) {
    this.#core = core;
  }

  /**
   * Wait for its end: its result, or the very exception that it threw. If
   * nobody waits for one that throws, that is an unhandled rejection. Options
   * call off the wait, and not the goroutine.
   * @example
   * const g = rt.go(function* () { throw new Error('oops'); });
   * await assert.rejects(g.wait(), /oops/);
   */
  wait(options?: WaitOptions): Op<T> {
    return awaitIn(this.#core, this.promise(), options);
  }

  /** @internal */
  promise(): Promise<T> {
    return this.#promise ??= new Promise((resolve, reject) => {
      if (this.#end === RUNS) this.#settle = { resolve, reject };
      else if (this.#end === THREW) reject(this.#result);
      else resolve(this.#result as T);
    });
  }

  /** @internal The runtime has ended it. Returns whether anybody is told why. */
  ended(error: Error): boolean {
    if (this.#end !== RUNS) return false;
    this.#over(THREW, error);
    this.#settle?.reject(error);
    return this.#settle !== undefined;
  }

  /** @internal */
  returned(value: T): void {
    if (this.#end !== RUNS) return;
    this.#over(RETURNED, value);
    this.#settle?.resolve(value);
  }

  /** @internal A promise that nobody has a hand on makes the host complain. */
  threw(error: unknown): void {
    if (this.#end !== RUNS) return;
    this.#over(THREW, error);
    if (this.#settle) this.#settle.reject(error);
    else this.#promise = Promise.reject(error);
  }

  #over(end: typeof RETURNED | typeof THREW, result: unknown): void {
    this.#end = end;
    this.#result = result;
  }
}

/** Of a function that runs elsewhere: how a group calls it. */
export const REMOTE = Symbol.for('goro.remote');

class GeneratorTask<T> extends Task {
  /** null: it has ended, but for what it has begun. */
  generator: Iterator<unknown, T, any> | null;
  unheed: (() => void) | undefined;

  /** counter: counts it, and has to be there as long as it is. */
  constructor(generator: Iterator<unknown, T, any>, readonly goroutine: Goroutine<T>, readonly counter: Counter | undefined) {
    super();
    this.generator = generator;
  }

  heed(core: Core, signal: AbortSignal): void {
    this.signal = signal;
    this.unheed = onAbort(signal, () => {
      if (this.kind !== RELOCK && this.callOff(core, signal.reason)) core.attend();
    });
  }

  // It makes no functions: those that see `this` cost each call an allocation.
  step(core: Core): boolean {
    if (this.generator === null) {
      this.goroutine.threw(unawaited());
      return true;
    }
    let result;
    try {
      result = this.generator.next();
    } catch (error) {
      return this.#over(core, false, error);
    }
    if (result.done) return this.#over(core, true, result.value);
    if (this.state === LEFT || this.state === IDLE) return false; // IDLE: it gives way
    return this.#over(core, false, unawaited());
  }

  /** What it has begun and not waited for is called off before it ends. */
  #over(core: Core, returned: boolean, value: unknown): boolean {
    this.unheed?.();
    if (this.state === IDLE) {
      if (returned) this.goroutine.returned(value as T);
      else this.goroutine.threw(value);
      return true;
    }
    this.generator = null;
    if (this.state !== WAITS) return this.step(core);
    this.state = LEFT;
    this.callOff(core, undefined);
    return false;
  }

  /**
   * Its finally blocks run; what they wait for is told that all is over. One
   * that closes the runtime itself runs on, to the end of its step.
   */
  shut(core: Core, error: Error): boolean {
    const { current } = core;
    if (current === this) return false;
    this.release?.();
    this.unheed?.();
    core.current = this;
    try {
      this.state = IDLE;
      this.generator?.return?.();
    } catch (thrown) {
      error = thrown as Error;
    } finally {
      core.current = current;
    }
    return this.goroutine.ended(error);
  }
}

const unawaited = () => new UsageError('a generator goroutine has begun an operation without waiting for it; write yield* before each');

/** It is a generator that runs, or does what one does. */
export const isGenerator = (value: unknown): value is Iterator<unknown, any, any> =>
  typeof (value as Iterator<unknown>)?.next === 'function' && typeof (value as any)[Symbol.iterator] === 'function';

/** What kind of function it is, of any realm: 'GeneratorFunction', say. */
const tagOf = (fn: unknown): unknown => (fn as { [Symbol.toStringTag]?: unknown } | undefined)?.[Symbol.toStringTag];

export const isGeneratorFunction = (fn: unknown): boolean => tagOf(fn) === 'GeneratorFunction';

/**
 * @param signal calls off whatever a generator waits for, once it is aborted
 * @param counter counts it
 */
export function startGoroutine<A extends unknown[], T>(core: Core, fn: GoFunction<A, T>, args: A, signal?: AbortSignal, counter?: Counter): Goroutine<T> {
  const goroutine = prepare(core, fn);
  begin(core, fn, args, goroutine, signal, counter);
  return goroutine;
}

/** A goroutine that has not begun. */
export function prepare<A extends unknown[], T>(core: Core, fn: GoFunction<A, T>): Goroutine<T> {
  if (typeof fn !== 'function') throw new UsageError('go of nil func value; pass a function');
  if (tagOf(fn) === 'AsyncGeneratorFunction') throw new UsageError('go of an async generator, which nobody would run; pass an async function or a generator');
  if (core.closed) throw core.shutError();
  return new Goroutine<T>(core);
}

/** Engines take longer for arguments in an array, even if there are none. */
const call = <T>(fn: (...args: unknown[]) => T, args: unknown[]): T => (args.length === 0 ? fn() : fn(...args));

/** It begins. */
export function begin<A extends unknown[], T>(core: Core, fn: GoFunction<A, T>, args: A, goroutine: Goroutine<T>, signal?: AbortSignal, counter?: Counter): void {
  if (isGeneratorFunction(fn)) {
    startGenerator(core, core.sites.of(fn), call(fn as (...args: unknown[]) => Generator<unknown, T, any>, args), goroutine, signal, counter);
  } else {
    startAsync(core, fn as any, args, goroutine, signal, counter);
  }
}

/** Start a generator that was called already. */
export function startSteps<T>(core: Core, name: string, generator: Iterator<unknown, T, any>, signal?: AbortSignal): Goroutine<T> {
  const goroutine = new Goroutine<T>(core);
  startGenerator(core, core.sites.named(name), generator, goroutine, signal);
  return goroutine;
}

function startGenerator<T>(core: Core, site: Pointer, generator: Iterator<unknown, T, any>, goroutine: Goroutine<T>, signal?: AbortSignal, counter?: Counter): void {
  const task = new GeneratorTask(generator, goroutine, counter);
  if (signal) task.heed(core, signal);
  task.g = core.ffi.go(core.keep(task), site, counter ? counter.inner.ptr : 0);
  core.attend();
}

function startAsync<T>(core: Core, fn: (...args: unknown[]) => unknown, args: unknown[], goroutine: Goroutine<T>, signal?: AbortSignal, counter?: Counter): void {
  counter?.add(1);
  const place = core.enter(goroutine);
  core.soon(() => {
    let result;
    try {
      const remote = (fn as { [REMOTE]?(args: unknown[], signal?: AbortSignal): unknown })[REMOTE];
      result = Promise.resolve(remote ? remote(args, signal) : call(fn, args));
    } catch (error) {
      result = Promise.reject(error);
    }
    void result.then(
      (value) => overAsync(core, place, goroutine, counter, () => {
        if (!isGenerator(value)) goroutine.returned(value as T);
        else if (core.closed) goroutine.ended(core.shutError());
        else startGenerator(core, core.sites.of(fn), value, goroutine as Goroutine<any>, signal, counter);
      }),
      (error) => overAsync(core, place, goroutine, counter, () => {
        // The runtime was closed under it: not its fault.
        if (core.closed && error instanceof RuntimeClosedError) goroutine.ended(error);
        else goroutine.threw(error);
      }),
    );
  });
}

/** An async goroutine is over: tell of it. It is counted before anybody has heard, as that takes a microtask. */
function overAsync(core: Core, place: number, goroutine: Goroutine<any>, counter: Counter | undefined, tell: () => void): void {
  if (core.awaited.at(place) !== goroutine) return; // a promise that tells twice
  core.leave(place);
  tell();
  try {
    counter?.add(-1);
  } finally {
    core.left();
  }
}

/** A generator goroutine waits for a promise. */
class Promised implements Subject {
  /** It waits still. */
  live = true;
  settled: { value: unknown } | { error: unknown } | undefined;

  outcome(): unknown {
    if (!this.settled) return undefined;
    if ('error' in this.settled) throw this.settled.error;
    return this.settled.value;
  }

  dropped(core: Core): void {
    this.live = false;
    core.holds--;
  }
}

/** Wait for a promise, in the form for its caller; options call off the wait. */
export function awaitIn<T>(core: Core, promise: PromiseLike<T>, options?: WaitOptions): Op<T> {
  const task = core.current;
  const known = Promise.resolve(promise);
  if (task === null && !options) return known as Op<T>;
  const refused = core.refused(options);
  if (refused) {
    known.catch(() => {}); // as of a wait that is called off
    return refused;
  }
  if (task === null) return unlessCalledOff(known, options!) as Op<T>;
  const subject = new Promised();
  core.ffi.park();
  core.holds++;
  const { g } = task;
  const settle = (settled: Promised['settled']) => {
    if (!subject.live) return;
    core.holds--;
    subject.settled = settled;
    if (core.closed) return;
    core.ffi.ready(g);
    core.attend();
  };
  known.then((value) => settle({ value }), (error) => settle({ error }));
  return core.parked(task, subject, HOST, 0, options);
}

function unlessCalledOff<T>(promise: Promise<T>, options: WaitOptions): Promise<T> {
  return new Promise((resolve, reject) => {
    const unheed = onCallOff(options, (reason) => {
      unheed!();
      reject(reason);
    });
    promise.finally(unheed).then(resolve, reject);
  });
}
