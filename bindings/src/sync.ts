/** Locks and what goes with them. Go: package sync, and golang.org/x/sync/semaphore. */
import type { Core } from './core.js';
import { PanicError, UsageError } from './errors.js';
import { awaitIn, type GoFunction, type Goroutine, isGenerator, isGeneratorFunction, startGoroutine } from './goroutine.js';
import { Lock, Made, REASON, Taken } from './lock.js';
import { brand, dispose } from './realm.js';
import { type Op, type Pause, RELOCK, type WaitOptions } from './op.js';
import type { Runtime } from './runtime.js';

/** What a lock needs of its runtime. */
type Of = Pick<Runtime, 'core'>;

/** What runs with a lock held. */
type Locked<T> = (() => Generator<Pause, T, any>) | (() => T | PromiseLike<T>);

/** What lock() and acquire() give: dispose of it, by `using`, and it is given back. */
export interface Held {
  /** unlock(), or release(). */
  [Symbol.dispose](): void;
}

/** Whatever a promise is resolved with is searched for `then`, and this has it in the first place. */
const held = (giveBack: () => void): Held => Object.assign({ then: undefined }, { [dispose]: giveBack });

/**
 * Mutual exclusion across awaits. First come, first served.
 * @example
 * const mu = rt.mutex();
 * let n = 0;
 * await rt.group(async (g) => {
 *   for (let i = 0; i < 10; i++) g.go(async () => { await mu.do(async () => { const m = n; await null; n = m + 1; }); });
 * });
 * assert.equal(n, 10);
 */
export class Mutex {
  static {
    brand(this, 'Mutex');
  }
  readonly #lock: Lock;
  readonly #taken: Taken<Held>;

  /** @internal Use {@link Runtime.mutex}. */
  constructor(rt: Of, lock?: Lock) {
    this.#lock = lock ?? new Lock(rt.core, 1, REASON.mutex);
    this.#taken = new Taken(this.#lock, held(() => this.unlock()));
  }

  /** @internal What other agents may have, too. */
  get inner(): Lock {
    return this.#lock;
  }

  /**
   * Lock it: `using _ = await mu.lock()`, or unlock() by hand.
   * @example
   * const mu = rt.mutex();
   * await mu.lock();
   * mu.unlock();
   */
  lock(options?: WaitOptions): Op<Held> {
    return this.#lock.take(this.#taken, 1, options);
  }

  /**
   * Lock it if nobody has it; returns whether it did.
   * @example
   * const mu = rt.mutex();
   * assert.equal(mu.tryLock(), true);
   * assert.equal(mu.tryLock(), false);
   */
  tryLock(): boolean {
    return this.#lock.try(1);
  }

  /**
   * Unlock it; whoever waits first has it then.
   * @throws {PanicError} "sync: unlock of unlocked mutex"
   * @example
   * const mu = rt.mutex();
   * assert.throws(() => mu.unlock(), PanicError);
   * await mu.lock();
   * mu.unlock();
   */
  unlock(): void {
    if (!this.#lock.give(1)) throw unlocked();
  }

  /** @internal */
  mustBeLocked(): void {
    if (this.#lock.taken === 0) throw unlocked();
  }

  /** @internal Lock it again: whatever is called off meanwhile, the caller must have it. */
  relock(): Op<Held> {
    return this.#lock.retake(this.#taken, 1, RELOCK);
  }

  /**
   * Call fn with the lock held, up to the end of its promise, if it is async, or
   * of its steps, if it is a generator. In a generator `yield*` it: it begins then.
   * @example
   * const mu = rt.mutex();
   * assert.equal(await mu.do(() => 1), 1);
   * assert.equal(mu.tryLock(), true);
   */
  do<T>(fn: Locked<T>, options?: WaitOptions): Op<T> {
    const generator = this.#lock.core.current !== null;
    return (generator ? this.#steps(fn, options) : this.#async(fn, options)) as unknown as Op<T>;
  }

  async #async<T>(fn: Locked<T>, options?: WaitOptions): Promise<T> {
    await this.lock(options);
    try {
      return await (isGeneratorFunction(fn) ? startGoroutine(this.#lock.core, fn as GoFunction<[], T>, []).promise() : fn() as T);
    } finally {
      this.unlock();
    }
  }

  *#steps<T>(fn: Locked<T>, options?: WaitOptions): Generator<undefined, T, any> {
    yield* this.lock(options);
    try {
      const result = fn();
      if (isGenerator(result)) return yield* result as Generator<undefined, T, any>;
      return typeof (result as PromiseLike<T>)?.then === 'function' ? yield* awaitIn(this.#lock.core, result as PromiseLike<T>) : result as T;
    } finally {
      this.unlock();
    }
  }
}

const unlocked = () => new PanicError('sync: unlock of unlocked mutex; unlock once for each lock');

/** A writer takes as many as there can be readers. */
const READERS_MAX = 2 ** 30;

/**
 * Any number of readers, or one writer. A writer that waits keeps new readers
 * out, so it gets its turn; readers that wait go before the next writer.
 * @example
 * const rw = rt.rwmutex();
 * await rw.rlock();
 * await rw.rlock();
 * assert.equal(rw.tryLock(), false);
 * rw.runlock();
 * rw.runlock();
 * await rw.lock();
 * rw.unlock();
 */
export class RWMutex {
  static {
    brand(this, 'RWMutex');
  }
  readonly #lock: Lock;
  readonly #reading: Taken<Held>;
  readonly #writing: Taken<Held>;

  /** @internal Use {@link Runtime.rwmutex}. */
  constructor(rt: Of, lock?: Lock) {
    this.#lock = lock ?? new Lock(rt.core, READERS_MAX, REASON.rlock, REASON.lock);
    this.#reading = new Taken(this.#lock, held(() => this.runlock()));
    this.#writing = new Taken(this.#lock, held(() => this.unlock()));
  }

  /** @internal What other agents may have, too. */
  get inner(): Lock {
    return this.#lock;
  }

  /**
   * Lock it for reading.
   * @example
   * const rw = rt.rwmutex();
   * await Promise.all([rw.rlock(), rw.rlock()]);
   * rw.runlock(), rw.runlock();
   */
  rlock(options?: WaitOptions): Op<Held> {
    return this.#lock.take(this.#reading, 1, options);
  }

  /**
   * Lock it for reading if that needs no waiting.
   * @example
   * const rw = rt.rwmutex();
   * assert.equal(rw.tryRLock(), true);
   * assert.equal(rw.tryRLock(), true);
   * assert.equal(rw.tryLock(), false);
   */
  tryRLock(): boolean {
    return this.#lock.try(1);
  }

  /**
   * @throws {PanicError} "sync: RUnlock of unlocked RWMutex"
   * @example
   * const rw = rt.rwmutex();
   * await rw.rlock();
   * rw.runlock();
   * assert.throws(() => rw.runlock(), PanicError);
   */
  runlock(): void {
    if (!this.#lock.give(1)) throw new PanicError('sync: RUnlock of unlocked RWMutex; call runlock once for each rlock');
  }

  /**
   * Lock it for writing.
   * @example
   * const rw = rt.rwmutex();
   * await rw.lock();
   * assert.equal(rw.tryRLock(), false);
   * rw.unlock();
   */
  lock(options?: WaitOptions): Op<Held> {
    return this.#lock.take(this.#writing, READERS_MAX, options, 1);
  }

  /**
   * Lock it for writing if that needs no waiting.
   * @example
   * const rw = rt.rwmutex();
   * assert.equal(rw.tryLock(), true);
   * assert.equal(rw.tryLock(), false);
   */
  tryLock(): boolean {
    return this.#lock.try(READERS_MAX, 1);
  }

  /**
   * @throws {PanicError} "sync: Unlock of unlocked RWMutex"
   * @example
   * const rw = rt.rwmutex();
   * await rw.lock();
   * rw.unlock();
   * assert.throws(() => rw.unlock(), PanicError);
   */
  unlock(): void {
    if (!this.#lock.give(READERS_MAX, 1)) throw new PanicError('sync: Unlock of unlocked RWMutex; call unlock once for each lock');
  }
}

/**
 * Waits until a number of tasks is done.
 * @example
 * const wg = rt.waitGroup();
 * let sum = 0;
 * for (let i = 1; i <= 3; i++) wg.go(async () => { sum += i; });
 * await wg.wait();
 * assert.equal(sum, 6);
 */
export class WaitGroup {
  static {
    brand(this, 'WaitGroup');
  }
  /** Tasks are taken of nothing: who takes nothing has to wait until none is left. */
  readonly #lock: Lock;
  readonly #taken: Taken<void>;

  /** @internal Use {@link Runtime.waitGroup}. */
  constructor(rt: Of, lock?: Lock) {
    this.#lock = lock ?? new Lock(rt.core, 0, REASON.waitGroup);
    this.#taken = new Taken(this.#lock, undefined);
  }

  /** @internal What other agents may have, too. */
  get inner(): Lock {
    return this.#lock;
  }

  /**
   * Add delta tasks, which may be negative; at 0 all who wait go on.
   * @throws {PanicError} "sync: negative WaitGroup counter"
   * @example
   * const wg = rt.waitGroup();
   * wg.add(2);
   * setTimeout(() => wg.add(-2), 1);
   * await wg.wait();
   */
  add(delta: number): void {
    if (!Number.isInteger(delta)) throw new UsageError(`WaitGroup.add(${delta}) has parts of tasks; add whole ones`);
    if (!this.#lock.give(-delta)) throw new PanicError('sync: negative WaitGroup counter; call done once for each task added');
  }

  /**
   * One task is done.
   * @example
   * const wg = rt.waitGroup();
   * wg.add(1);
   * setTimeout(() => wg.done(), 1);
   * await wg.wait();
   */
  done(): void {
    this.add(-1);
  }

  /**
   * Wait until no task is left.
   * @example
   * const wg = rt.waitGroup();
   * await wg.wait();
   * wg.add(1);
   * await assert.rejects(wg.wait({ ctx: rt.context().withTimeout(1) }), DeadlineExceededError);
   */
  wait(options?: WaitOptions): Op<void> {
    return this.#lock.take(this.#taken, 0, options);
  }

  /**
   * Start a goroutine that is a task.
   * @example
   * const wg = rt.waitGroup();
   * const g = wg.go(async (n) => n + 1, 1);
   * await wg.wait();
   * assert.equal(await g.wait(), 2);
   */
  go<A extends unknown[], T>(fn: GoFunction<A, T>, ...args: A): Goroutine<T> {
    return startGoroutine(this.#lock.core, fn, args, undefined, this);
  }
}

/**
 * Does something once: the first call does it, all others wait for that.
 * @example
 * const once = rt.once();
 * let n = 0;
 * await once.do(async () => { n++; });
 * await once.do(async () => { n++; });
 * assert.equal(n, 1);
 */
export class Once {
  static {
    brand(this, 'Once');
  }
  /** Of 2 the call takes both, and leaves one when it is over; who comes later waits for the other, and passes it on. */
  readonly #lock: Lock;
  readonly #passed: Made<void>;
  /** It has begun here. */
  #done: Promise<void> | undefined;

  /** @internal Use {@link Runtime.once}. */
  constructor(rt: Of, lock?: Lock) {
    this.#lock = lock ?? new Lock(rt.core, 2, REASON.mutex);
    this.#passed = new Made(this.#lock, () => queueMicrotask(this.#leaveOne));
  }

  /** @internal What other agents may have, too. */
  get inner(): Lock {
    return this.#lock;
  }

  readonly #leaveOne = (): void => {
    if (!this.#lock.core.closed) this.#lock.give(1);
  };

  /**
   * Call fn, if this is the first call; wait for that call's end. What it
   * throws, the first caller gets. fn is started as by {@link Runtime.go}; what
   * calls off a caller's wait does not end it.
   * @example
   * const once = rt.once();
   * await assert.rejects(once.do(async () => { throw new Error('first'); }), /first/);
   * await once.do(() => assert.ok(false, 'a second call'));
   */
  do(fn: () => unknown, options?: WaitOptions): Op<void> {
    const { core } = this.#lock;
    if (this.#done) return awaitIn(core, this.#done, options);
    const refused = core.refused(options);
    if (refused) return refused;
    if (!this.#lock.try(2)) return this.#lock.take(this.#passed, 1, options);
    const call = startGoroutine(core, fn as GoFunction<[], unknown>, []).promise().then(() => {});
    this.#done = call.catch(() => {}).then(this.#leaveOne);
    return awaitIn(core, call, options);
  }
}

/**
 * A condition variable: waits, with a mutex unlocked, until somebody signals.
 * @example
 * const mu = rt.mutex(), cond = rt.cond(mu);
 * let ready = false;
 * const g = rt.go(async () => {
 *   await mu.lock();
 *   while (!ready) await cond.wait();
 *   mu.unlock();
 * });
 * await rt.sleep(1);
 * await mu.do(() => { ready = true; });
 * cond.broadcast();
 * await g.wait();
 */
export class Cond {
  static {
    brand(this, 'Cond');
  }
  /** What is unlocked meanwhile. */
  readonly lock: Mutex;
  /** There is nothing to take: who waits passes by a signal. */
  readonly #lock: Lock;
  readonly #taken: Taken<void>;

  /** @internal Use {@link Runtime.cond}. */
  constructor(rt: Of, lock: Mutex, inner?: Lock) {
    this.lock = lock;
    this.#lock = inner ?? new Lock(rt.core, 0, REASON.cond);
    this.#taken = new Taken(this.#lock, undefined);
  }

  /** @internal What other agents may have, too. */
  get inner(): Lock {
    return this.#lock;
  }

  /**
   * Unlock the mutex, wait for a signal, and lock it again, also if called off.
   * In a generator it begins with its `yield*`, not before.
   * @example
   * const mu = rt.mutex(), cond = rt.cond(mu);
   * const g = rt.go(function* () {
   *   yield* mu.lock();
   *   yield* cond.wait();
   *   mu.unlock();
   * });
   * await rt.sleep(1);
   * cond.signal();
   * await g.wait();
   */
  wait(options?: WaitOptions): Op<void> {
    const generator = this.#lock.core.current !== null;
    return (generator ? this.#steps(options) : this.#async(options)) as unknown as Op<void>;
  }

  async #async(options?: WaitOptions): Promise<void> {
    const signalled = this.#begin(options);
    try {
      await signalled;
    } finally {
      await this.lock.lock();
    }
  }

  *#steps(options?: WaitOptions): Generator<undefined, void, any> {
    const signalled = this.#begin(options);
    try {
      yield* signalled;
    } finally {
      yield* this.lock.relock();
    }
  }

  /** It waits before the mutex is free: no signal can come in between. */
  #begin(options?: WaitOptions): Op<void> {
    this.lock.mustBeLocked();
    const waits = this.#lock.take(this.#taken, 1, options);
    this.lock.unlock();
    return waits;
  }

  /**
   * Wake one that waits, if any.
   * @example
   * const mu = rt.mutex(), cond = rt.cond(mu);
   * await mu.lock();
   * const waits = cond.wait();
   * cond.signal();
   * await waits;
   * mu.unlock();
   */
  signal(): void {
    this.#lock.signal(false);
  }

  /**
   * Wake all that wait.
   * @example
   * const mu = rt.mutex(), cond = rt.cond(mu);
   * const both = [1, 2].map(() => rt.go(function* () {
   *   yield* mu.lock();
   *   yield* cond.wait();
   *   mu.unlock();
   * }).wait());
   * await rt.sleep(1);
   * cond.broadcast();
   * await Promise.all(both);
   */
  broadcast(): void {
    this.#lock.signal(true);
  }
}

/**
 * A weighted semaphore: at most `size` at the same time. First come, first
 * served, also where a later one would fit.
 * @example
 * const s = rt.semaphore(2);
 * await s.acquire(2);
 * assert.equal(s.tryAcquire(), false);
 * s.release(2);
 */
export class Semaphore {
  static {
    brand(this, 'Semaphore');
  }
  readonly #lock: Lock;
  readonly #size: number;
  readonly #taken: Made<Held>;

  /** @internal Use {@link Runtime.semaphore}. */
  constructor(rt: Of, size: number, lock?: Lock) {
    weight(size);
    this.#lock = lock ?? new Lock(rt.core, size, REASON.semaphore);
    this.#size = size;
    this.#taken = new Made(this.#lock, (n) => held(() => this.release(n)));
  }

  /** @internal */
  get capacity(): number {
    return this.#size;
  }

  /** @internal What other agents may have, too. */
  get inner(): Lock {
    return this.#lock;
  }

  /**
   * Take n, 1 without a number; `using _ = await s.acquire()` gives them back.
   * @example
   * const s = rt.semaphore(3);
   * await s.acquire();
   * await s.acquire(2);
   * await assert.rejects(s.acquire(1, { ctx: rt.context().withTimeout(1) }), DeadlineExceededError);
   */
  acquire(n = 1, options?: WaitOptions): Op<Held> {
    weight(n);
    if (!(n <= this.#size)) throw new UsageError(`semaphore: ${n} of ${this.#size} can never be had; acquire less`);
    return this.#lock.take(this.#taken, n, options);
  }

  /**
   * Take n if that needs no waiting; returns whether it did.
   * @example
   * const s = rt.semaphore(3);
   * assert.equal(s.tryAcquire(2), true);
   * assert.equal(s.tryAcquire(2), false);
   */
  tryAcquire(n = 1): boolean {
    weight(n);
    return this.#lock.try(n);
  }

  /**
   * @throws {PanicError} "semaphore: released more than held"
   * @example
   * const s = rt.semaphore(1);
   * await s.acquire();
   * const next = s.acquire();
   * s.release();
   * await next;
   */
  release(n = 1): void {
    weight(n);
    if (!this.#lock.give(n)) throw new PanicError('semaphore: released more than held; release what was acquired, once');
  }
}

function weight(n: number): void {
  if (!(n >= 0)) throw new UsageError(`semaphore: ${n} is no weight; give 0 or more`);
}

/** The locks that several agents can have. */
export type AnyLock = Mutex | RWMutex | WaitGroup | Cond | Semaphore | Once;

const LOCKS = [Mutex, RWMutex, WaitGroup, Cond, Semaphore, Once];

export const isLock = (value: unknown): value is AnyLock => LOCKS.some((each) => value instanceof each);

/** Which of them it is, its lock, and what else makes it up. */
export type LockParts = [kind: number, ptr: number, more: unknown];

export function partsOf(lock: AnyLock): LockParts {
  const more = lock instanceof Cond ? lock.lock : lock instanceof Semaphore ? lock.capacity : undefined;
  return [LOCKS.findIndex((each) => lock instanceof each), lock.inner.ptr, more];
}

/** The object for a lock that another agent has, with a reference to it. */
export function lockOf(core: Core, [kind, ptr, more]: LockParts): AnyLock {
  const inner = new Lock(core, 0, 0, 0, ptr);
  switch (LOCKS[kind]) {
    case Mutex: return new Mutex({ core }, inner);
    case RWMutex: return new RWMutex({ core }, inner);
    case WaitGroup: return new WaitGroup({ core }, inner);
    case Cond: return new Cond({ core }, more as Mutex, inner);
    case Once: return new Once({ core }, inner);
    default: return new Semaphore({ core }, more as number, inner);
  }
}
