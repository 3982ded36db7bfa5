/** One error class per failure; each message says the remedy. */
import { brand } from './realm.js';

/** The classes by the names of their errors: for those that come from workers. */
export const classes: Record<string, { prototype: Error }> = {};

function named(of: (abstract new (...args: any[]) => Error), name: string): void {
  of.prototype.name = name;
  classes[name] = of;
  brand(of, name);
}

/**
 * The base of all errors that this package makes: `error instanceof GoroError`.
 * @example
 * const ch = rt.chan();
 * ch.close();
 * try {
 *   ch.close();
 * } catch (error) {
 *   assert.ok(error instanceof GoroError);
 *   assert.equal(error.name, 'ChanClosedError');
 * }
 */
export class GoroError extends Error {
  static {
    named(this, 'GoroError');
  }
}

/**
 * Go's panics on a closed channel: a send on it, or a second close.
 * @example
 * const ch = rt.chan(1);
 * ch.close();
 * await assert.rejects(ch.send(1), ChanClosedError);
 */
export class ChanClosedError extends GoroError {
  static {
    named(this, 'ChanClosedError');
  }
}

/**
 * Go's panic "close of nil channel", of {@link Runtime.nil}.
 * @example
 * assert.throws(() => rt.nil().close(), NilChanError);
 */
export class NilChanError extends GoroError {
  static {
    named(this, 'NilChanError');
  }
}

/**
 * All goroutines wait, and nothing can wake them. `dump` shows what each of
 * them waits for.
 * @example
 * const ch = rt.chan();
 * await assert.rejects(rt.run(function* () { yield* ch.recv(); }), DeadlockError);
 */
export class DeadlockError extends GoroError {
  static {
    named(this, 'DeadlockError');
  }
  /** All goroutines with what they wait for, as Go prints them. */
  readonly dump: string;
  /** signals: some wait for a signal as well. */
  constructor(dump: string, signals = false) {
    const more = signals ? ' (AbortSignals, also those of AbortSignal.timeout, keep no process alive: to limit the time pass { ctx: rt.context().withTimeout(ms) })' : '';
    super(`all goroutines are asleep - deadlock! Somebody has to send, close or unlock what these wait for${more}:\n\n${dump}`);
    this.dump = dump;
  }
}

/**
 * A mistake that Go panics for, such as a negative WaitGroup counter; and a
 * panic of a C module's function that nobody has recovered.
 * @example
 * assert.throws(() => rt.waitGroup().done(), PanicError);
 */
export class PanicError extends GoroError {
  static {
    named(this, 'PanicError');
  }
  /** Of a C module's: the report that the program would have ended with, with its goroutine. */
  declare readonly trace?: string;
  constructor(message: string, { trace, cause }: { trace?: string; cause?: unknown } = {}) {
    super(message, cause === undefined ? undefined : { cause });
    if (trace !== undefined) this.trace = trace;
  }
}

/**
 * A C module's function has ended its goroutine by goro_goexit, and so has no
 * result.
 * @example
 * await assert.rejects(lib.exports.exits_goroutine(), GoexitError);
 */
export class GoexitError extends GoroError {
  static {
    named(this, 'GoexitError');
  }
  constructor(name: string) {
    super(`${name} called goro_goexit and has no result; return one instead`);
  }
}

/**
 * The package is used in a way that cannot work; the message says what to do
 * instead.
 * @example
 * assert.throws(() => rt.go(undefined), UsageError);
 */
export class UsageError extends GoroError {
  static {
    named(this, 'UsageError');
  }
}

/**
 * The runtime is closed: its operations reject, and what waited was told so.
 * @example
 * const rt2 = await start();
 * await rt2.close();
 * await assert.rejects(rt2.sleep(1), RuntimeClosedError);
 */
export class RuntimeClosedError extends GoroError {
  static {
    named(this, 'RuntimeClosedError');
  }
  constructor(options?: ErrorOptions) {
    super('the runtime is closed; start() another one, or close this one later', options);
  }
}

/**
 * The runtime itself is broken or out of memory; `message` has its report.
 * @example
 * await assert.rejects(lib.exports.aborts(), FatalError); // a function in C that calls abort
 * await assert.rejects(lib.sleep(1), RuntimeClosedError);
 */
export class FatalError extends GoroError {
  static {
    named(this, 'FatalError');
  }
}

/**
 * goro.wasm could not be fetched or compiled.
 * @example
 * const wasm = new Uint8Array([1, 2, 3]);
 * await assert.rejects(start({ wasm }), LoadError);
 */
export class LoadError extends GoroError {
  static {
    named(this, 'LoadError');
  }
}

/**
 * A worker was lost, with what it was doing: it was terminated, or its script did
 * not load.
 * @example
 * if (rt.info.mode === 'mt') {
 *   const controller = new AbortController(), begun = rt.chan(1);
 *   const { hang } = rt.module(new URL('./maths.js', EXAMPLES), { signal: controller.signal, graceMs: 1 });
 *   const lost = hang(begun); // never ends
 *   await begun.recv();
 *   controller.abort();       // so its worker is ended
 *   await assert.rejects(lost, WorkerError);
 * }
 */
export class WorkerError extends GoroError {
  static {
    named(this, 'WorkerError');
  }
}

/**
 * A context was cancelled. Go: context.Canceled.
 * @example
 * const ctx = rt.context();
 * const waits = rt.chan().recv({ ctx });
 * ctx.cancel();
 * await assert.rejects(waits, CanceledError);
 */
export class CanceledError extends GoroError {
  static {
    named(this, 'CanceledError');
  }
  constructor(options?: ErrorOptions) {
    super('context canceled; give what must go on ctx.withoutCancel()', options);
  }
}

/**
 * A context's deadline has passed. Go: context.DeadlineExceeded.
 * @example
 * const ctx = rt.context().withTimeout(1);
 * await assert.rejects(rt.chan().recv({ ctx }), DeadlineExceededError);
 */
export class DeadlineExceededError extends GoroError {
  static {
    named(this, 'DeadlineExceededError');
  }
  constructor(options?: ErrorOptions) {
    super('context deadline exceeded; allow more time, or do less in it', options);
  }
}

/** What is passed on has to be of the runtime that passes it. */
export function mustBeOf(core: object, { core: its }: { readonly core: object }, what: string): void {
  if (its !== core) throw new UsageError(`a ${what} of another runtime cannot be passed on; make it by this one`);
}

/** An option that nobody knows is a mistake, and would do nothing. */
export function mustBeKnown(what: string, options: object, names: readonly string[]): void {
  const unknown = Object.keys(options).find((name) => !names.includes(name));
  if (unknown !== undefined) throw new UsageError(`${what}: there is no option ${unknown}; there are ${names.join(', ')}`);
}
