/**
 * What locks are made of: a number in the module that is taken and given back,
 * and a queue of goroutines that wait for it (runtime/wait/hostlock.c). What is
 * given goes to who has waited for longest, so nobody comes in between, and one
 * that is called off leaves nothing behind.
 */
import { type Core, unexpected } from './core.js';
import { NONE, type Pointer } from './ffi.js';
import { type Kind, type Op, SYNC, type Subject, unusual, type WaitOptions } from './op.js';

/** Why a goroutine waits, for the dump: enum waitReason of runtime/sched/runtime2.h. */
export const REASON = { mutex: 10, rlock: 11, lock: 12, waitGroup: 13, cond: 9, semaphore: 7 } as const;

/** A lock that the program has no more has nobody waiting for it. */
const registries = new WeakMap<Core, FinalizationRegistry<Pointer>>();

function registryOf(core: Core): FinalizationRegistry<Pointer> {
  let registry = registries.get(core);
  if (!registry) {
    registry = new FinalizationRegistry((ptr) => { if (!core.closed && !core.agent?.unrefLock(ptr)) core.ffi.lock_free(ptr); });
    registries.set(core, registry);
  }
  return registry;
}

/** An operation's subject, which keeps the lock alive. */
abstract class Taking<T> implements Subject {
  constructor(readonly lock: Lock) {}

  /** What it brings to have taken n. */
  protected abstract brings(n: number): T;

  outcome(core: Core, _kind: Kind, result: number, n: number): T {
    if (result < 0) throw unexpected(core, result);
    return this.brings(n);
  }

  /** Others may have waited behind it. */
  dropped(core: Core): void {
    core.attend();
  }
}

/** It brings the same each time. */
export class Taken<T> extends Taking<T> {
  constructor(lock: Lock, readonly held: T) {
    super(lock);
  }

  protected brings(): T {
    return this.held;
  }
}

/** It brings what is made for it. */
export class Made<T> extends Taking<T> {
  constructor(lock: Lock, readonly make: (n: number) => T) {
    super(lock);
  }

  protected brings(n: number): T {
    return this.make(n);
  }
}

/** The number, of which `size` can be taken. */
export class Lock {
  readonly ptr: Pointer;

  /**
   * @param exclusive why a taker of all waits, if there are such; they come first, and keep others out
   * @param ptr one that there is, with a reference to it
   */
  constructor(readonly core: Core, size: number, reason: number, exclusive = 0, ptr?: Pointer) {
    this.ptr = ptr ?? core.ffi.lock_new(size, reason, exclusive);
    if (core.closed) throw core.shutError();
    registryOf(core).register(this, this.ptr);
  }

  /** Take n, and wait for that. */
  take<T>(subject: Taking<T>, n: number, options?: WaitOptions, exclusive = 0, kind: Kind = SYNC): Op<T> {
    const { core } = this;
    if (core.closed || unusual(core.current, options)) {
      const refused = core.refused(options);
      if (refused) return refused;
    }
    return core.op(subject, kind, core.ffi.lock_take(this.ptr, n, exclusive, core.slot), n, options);
  }

  /** The same, whatever is called off: the caller must have it. */
  retake<T>(subject: Taking<T>, n: number, kind: Kind): Op<T> {
    const { core } = this;
    return core.op(subject, kind, core.ffi.lock_take(this.ptr, n, 0, core.slot), n);
  }

  /** Take n if that needs no waiting. */
  try(n: number, exclusive = 0): boolean {
    return this.core.ffi.lock_try(this.ptr, n, exclusive) === 0;
  }

  /** Give n back, which may be negative. False: so much was not taken. */
  give(n: number, exclusive = 0): boolean {
    const { core } = this;
    const given = core.ffi.lock_give(this.ptr, n, exclusive, core.tells);
    if (given > 0) core.told(given - 1);
    core.attend();
    return given !== NONE;
  }

  /** Let one pass that waits, or all. */
  signal(all: boolean): void {
    this.core.ffi.lock_signal(this.ptr, all ? 1 : 0);
    this.core.attend();
  }

  /** How much is taken. */
  get taken(): number {
    return this.core.ffi.lock_taken(this.ptr);
  }
}
