/** What waits: a call's promise, or a generator goroutine. */
import type { Core } from './core.js';
import { RuntimeClosedError } from './errors.js';
import { CANCELLED, type Pointer } from './ffi.js';
import { FAILED, IDLE, type Kind, type Op, OVER, type Stepped, type Subject } from './op.js';

/** What has a slot: a call's wait, or a generator goroutine. */
export interface Holder {
  /** A signal of the program's can call it off. */
  signalled?: boolean;
  /** Its wait has come to this. */
  settle(core: Core, result: number): void;
  /** The runtime closes. Returns whether anybody is told. */
  shut(core: Core, error: Error): boolean;
}

/** What can be ended from outside. Returns whether anybody is told why. */
export interface Ended {
  ended(error: Error): boolean;
}

/** A call that waits. */
export class Wait implements Holder {
  readonly promise: Op<any>;
  resolve!: (value: unknown) => void;
  reject!: (error: unknown) => void;
  release: (() => void) | undefined;
  signalled?: boolean;

  constructor(readonly kind: Kind, readonly subject: Subject, readonly handle: number) {
    // V8 makes no function of this; one for all that stored the two elsewhere would cost the collector.
    this.promise = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    }) as Op<any>;
  }

  settle(core: Core, result: number): void {
    this.release?.();
    let value;
    try {
      value = core.outcome(this.subject, this.kind, result, this.handle);
    } catch (error) {
      this.reject(error);
      return;
    }
    this.resolve(value);
  }

  shut(_core: Core, error: Error): boolean {
    this.release?.();
    this.reject(error);
    // Whoever closes the runtime need not wait for all that it calls off.
    if (error instanceof RuntimeClosedError) this.promise.catch(() => {});
    return true;
  }
}

/** A goroutine whose code is a generator. */
export abstract class Task implements Holder, Stepped {
  state: Stepped['state'] = IDLE;
  error: unknown;
  /** In the module; 0 when it is over. */
  g: Pointer = 0;
  kind: Kind = 0;
  subject: Subject | null = null;
  handle = 0;
  release: (() => void) | undefined;
  reason: unknown;
  signalled?: boolean;
  /** Calls off whatever it waits for. */
  signal: AbortSignal | undefined;

  /** Run it up to its next wait. True: it has ended. */
  abstract step(core: Core): boolean;
  abstract shut(core: Core, error: Error): boolean;

  settle(core: Core, result: number): void {
    if (this.release !== undefined) this.#letGo();
    try {
      if (result === CANCELLED) throw this.reason;
      core.result.value = core.outcome(this.subject!, this.kind, result, this.handle);
      this.state = OVER;
    } catch (error) {
      this.error = error;
      this.state = FAILED;
    }
  }

  #letGo(): void {
    this.release!();
    this.release = undefined;
  }

  /**
   * Call off what it waits for. That is off the queues at once, and who counts
   * the waits has to know before anybody else is woken. False: it is over.
   */
  callOff(core: Core, reason: unknown): boolean {
    if (this.g === 0 || core.ffi.cancel(this.g) !== 1) return false;
    this.reason = reason;
    this.subject!.dropped(core, this.kind, this.handle);
    return true;
  }
}
