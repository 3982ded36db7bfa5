/** One error class per failure; each message says the remedy. */

/** The base of all errors that this package makes: `error instanceof GoroError`. */
export class GoroError extends Error {
  static {
    this.prototype.name = 'GoroError';
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
    this.prototype.name = 'ChanClosedError';
  }
}

/** Go's panic "close of nil channel", of {@link Runtime.nil}. */
export class NilChanError extends GoroError {
  static {
    this.prototype.name = 'NilChanError';
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
    this.prototype.name = 'DeadlockError';
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
    this.prototype.name = 'PanicError';
  }
}

/** The package is used in a way that cannot work; the message says what to do instead. */
export class UsageError extends GoroError {
  static {
    this.prototype.name = 'UsageError';
  }
}

/** The runtime is closed: its operations reject, and what waited was told so. */
export class RuntimeClosedError extends GoroError {
  static {
    this.prototype.name = 'RuntimeClosedError';
  }
  constructor(options?: ErrorOptions) {
    super('the runtime is closed; start() another one, or close this one later', options);
  }
}

/** The runtime itself is broken or out of memory; `message` has its report. */
export class FatalError extends GoroError {
  static {
    this.prototype.name = 'FatalError';
  }
}

/** goro.wasm could not be fetched or compiled. */
export class LoadError extends GoroError {
  static {
    this.prototype.name = 'LoadError';
  }
}

/** A context was cancelled. Go: context.Canceled. */
export class CanceledError extends GoroError {
  static {
    this.prototype.name = 'CanceledError';
  }
  constructor(options?: ErrorOptions) {
    super('context canceled', options);
  }
}

/** A context's deadline has passed. Go: context.DeadlineExceeded. */
export class DeadlineExceededError extends GoroError {
  static {
    this.prototype.name = 'DeadlineExceededError';
  }
  constructor(options?: ErrorOptions) {
    super('context deadline exceeded; allow more time, or do less in it', options);
  }
}
