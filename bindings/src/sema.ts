/**
 * What locks wait on: a queue of goroutines that are woken one by one, in the
 * order in which they came. A wake hands over what is waited for, so who comes
 * in between cannot take it, and one that is called off leaves nothing behind.
 */
import { type Core, unexpected } from './core.js';
import type { Pointer } from './ffi.js';
import { type Kind, type Op, SYNC, type Subject, unusual, type WaitOptions } from './op.js';
import type { Runtime } from './runtime.js';

/** Why a goroutine waits, for the dump: enum waitReason of runtime/sched/runtime2.h. */
export const REASON = { mutex: 10, rlock: 11, lock: 12, waitGroup: 13, cond: 9, semaphore: 7 } as const;

/** One wait: what it brings, and what is to be done if it is called off. */
export interface Waiter {
  woken(): unknown;
  cancelled?(): void;
}

/** A wait's subject: it holds the channel, and so keeps it alive. */
class SemaWait implements Subject {
  constructor(readonly sema: Sema, readonly waiter: Waiter) {}

  outcome(core: Core, _kind: Kind, result: number): unknown {
    if (result < 0) throw unexpected(core, result);
    return this.waiter.woken();
  }

  dropped(): void {
    this.sema.waiting--;
    this.waiter.cancelled?.();
  }
}

/** The queue: an unbuffered channel of the module's, on which those who wait receive. */
export class Sema {
  readonly core: Core;
  readonly #ptr: Pointer;
  readonly #chan: object;
  readonly #reason: number;
  /** Most locks have one waiter for all. */
  #last: SemaWait | undefined;
  /** How many wait. */
  waiting = 0;

  constructor(rt: Runtime, reason: number) {
    const chan = rt.chan();
    this.core = rt.core;
    this.#chan = chan;
    this.#ptr = chan.ptr;
    this.#reason = reason;
  }

  /** Before anything is taken: an operation that cannot begin. */
  refused(options: WaitOptions | undefined): Op<any> | undefined {
    const { core } = this;
    return core.closed || unusual(core.current, options) ? core.refused(options) : undefined;
  }

  /** There is nothing to wait for. */
  atOnce<T>(value: T): Op<T> {
    return this.core.over(value);
  }

  wait(waiter: Waiter, options?: WaitOptions, kind: Kind = SYNC): Op<any> {
    const { core } = this;
    void this.#chan;
    const result = core.ffi.recv(this.#ptr, core.slot);
    core.ffi.reason(this.#reason);
    this.waiting++;
    if (this.#last?.waiter !== waiter) this.#last = new SemaWait(this, waiter);
    return core.op(this.#last, kind, result, 0, options);
  }

  /** Wake the one that has waited for longest. False: nobody waits. */
  wake(): boolean {
    const { core } = this;
    if (this.waiting === 0 || core.closed) return false;
    const result = core.ffi.try_send(this.#ptr, 0);
    if (result !== 0) throw unexpected(core, result);
    this.waiting--;
    core.attend();
    return true;
  }
}
