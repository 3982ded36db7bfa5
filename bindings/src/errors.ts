/** One error class per failure; each message says the remedy. */
import { brand } from './realm.js';

/** The classes by the names of their errors: for those that come from workers. */
export const classes: Record<string, { prototype: Error }> = {};

function named(of: (abstract new (...args: any[]) => Error), name: string): void {
  of.prototype.name = name;
  classes[name] = of;
  brand(of, name);
}

/** The base of all errors that this package makes: `error instanceof GoroError`. */
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

/** Go's panic "close of nil channel", of {@link Runtime.nil}. */
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
  constructor(dump: string) {
    super('all goroutines are asleep - deadlock! Somebody has to send, close or unlock what these wait for:\n\n' + dump);
    this.dump = dump;
  }
}

/** A mistake that Go panics for, such as a negative WaitGroup counter. */
export class PanicError extends GoroError {
  static {
    named(this, 'PanicError');
  }
}

/** The package is used in a way that cannot work; the message says what to do instead. */
export class UsageError extends GoroError {
  static {
    named(this, 'UsageError');
  }
}

/** The runtime is closed: its operations reject, and what waited was told so. */
export class RuntimeClosedError extends GoroError {
  static {
    named(this, 'RuntimeClosedError');
  }
  constructor(options?: ErrorOptions) {
    super('the runtime is closed; start() another one, or close this one later', options);
  }
}

/** The runtime itself is broken or out of memory; `message` has its report. */
export class FatalError extends GoroError {
  static {
    named(this, 'FatalError');
  }
}

/** goro.wasm could not be fetched or compiled. */
export class LoadError extends GoroError {
  static {
    named(this, 'LoadError');
  }
}

/** A worker was lost, with what it was doing: it was terminated, or its script did not load. */
export class WorkerError extends GoroError {
  static {
    named(this, 'WorkerError');
  }
}

/** A context was cancelled. Go: context.Canceled. */
export class CanceledError extends GoroError {
  static {
    named(this, 'CanceledError');
  }
  constructor(options?: ErrorOptions) {
    super('context canceled', options);
  }
}

/** A context's deadline has passed. Go: context.DeadlineExceeded. */
export class DeadlineExceededError extends GoroError {
  static {
    named(this, 'DeadlineExceededError');
  }
  constructor(options?: ErrorOptions) {
    super('context deadline exceeded; allow more time, or do less in it', options);
  }
}
