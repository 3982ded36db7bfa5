/** Channels. */
import { type Core, unexpected } from './core.js';
import type { Element } from './elements.js';
import { ChanClosedError, NilChanError, UsageError } from './errors.js';
import { CLOSED, NONE, type Pointer, SHUT } from './ffi.js';
import type { Held } from './lifetime.js';
import { type Kind, type Op, RECV, SEND, type SendOptions, unusual, type WaitOptions } from './op.js';
import { brand, dispose, inspect } from './realm.js';

/** What a receive brings: a value, or done if the channel is closed and empty. */
export type RecvResult<T> = { done: false; value: T } | { done: true; value: undefined };

/**
 * The end of a channel on which one can send.
 * @example
 * function produce(out: SendChan<number>) { return out.send(1); }
 */
export interface SendChan<in T> {
  /**
   * Send a value: waits until a receiver has it, or there is room in the buffer.
   * @throws {ChanClosedError} if the channel is closed, or gets closed meanwhile
   */
  send(value: T, options?: SendOptions): Op<void>;
  /**
   * Send a value if that needs no waiting.
   * @returns whether it was sent
   * @throws {ChanClosedError} if the channel is closed
   */
  trySend(value: T): boolean;
  /**
   * Close the channel: receivers get what is in it, and then done.
   * @throws {ChanClosedError} if it is closed already
   */
  close(): void;
  /** How many values are in the buffer. */
  readonly len: number;
  /** How many fit into it. */
  readonly cap: number;
}

/**
 * The end of a channel from which one can receive.
 * @example
 * async function consume(src: RecvChan<number>) { for await (const v of src) console.log(v); }
 */
export interface RecvChan<out T> extends AsyncIterable<T> {
  /** Receive a value: waits until there is one, or the channel is closed. */
  recv(options?: WaitOptions): Op<RecvResult<T>>;
  /** Receive a value if there is one, or the channel is closed; else undefined. */
  tryRecv(): RecvResult<T> | undefined;
  /** How many values are in the buffer. */
  readonly len: number;
  /** How many fit into it. */
  readonly cap: number;
  /** The same as the channel itself in `for await`, with options for its waits. */
  values(options?: WaitOptions): AsyncIterable<T, undefined>;
  /** For `for await`, up to the close; leaving the loop does not close. */
  [Symbol.asyncIterator](): AsyncIterator<T, undefined>;
}

const nothing = () => {};

/** @internal */
export const closedSend = () => new ChanClosedError('send on closed channel; close it after the last send, by the sender');
/** @internal */
export const freed = () => new UsageError('the channel was disposed of; do that after its last use');

/**
 * A channel of any values, which it passes on by reference. One that was passed
 * to a function of {@link Runtime.module}, or through such a channel, copies them
 * from then on: see {@link transfer}.
 * @example
 * const ch = rt.chan(1);
 * await ch.send('hello');
 * assert.deepEqual(await ch.recv(), { done: false, value: 'hello' });
 * ch.close();
 * assert.equal((await ch.recv()).done, true);
 */
export class Chan<T> implements SendChan<T>, RecvChan<T> {
  static {
    brand(this, 'Chan');
  }
  /** @internal */
  readonly core: Core;
  /** @internal 0: the nil channel */
  ptr: Pointer;
  /** @internal */
  readonly held: Held;
  /** How many values fit into the buffer. */
  readonly cap: number;
  /** @internal What is sent is copied by this. */
  copy: ((value: unknown, transfer?: readonly ArrayBuffer[]) => unknown) | undefined;
  /** @internal Nobody got such a copy. */
  uncopy: ((copy: unknown) => void) | undefined;

  /** @internal Use {@link Runtime.chan}. */
  constructor(core: Core, ptr: Pointer, cap: number) {
    this.core = core;
    this.ptr = ptr;
    this.held = { ptr, element: undefined, shared: false, lost: nothing };
    this.cap = cap;
  }

  /**
   * Send a value: waits until a receiver has it, or there is room in the buffer.
   * @throws {ChanClosedError} if the channel is closed, or gets closed meanwhile
   * @example
   * const ch = rt.chan();
   * rt.go(async () => { await ch.send(42); });
   * assert.equal((await ch.recv()).value, 42);
   */
  send(value: T, options?: SendOptions): Op<void> {
    const { core } = this;
    if (unusual(core.current, options)) {
      const refused = core.refused(options);
      if (refused) return refused;
    }
    if (this.ptr < 0) throw freed();
    const handle = core.values.put(this.copy ? this.copy(value, options?.transfer) : value);
    const result = core.ffi.send(this.ptr, handle, core.slot);
    return result === 0 ? core.over(undefined) : core.op(this, SEND, result, handle, options);
  }

  /**
   * Receive a value: waits until there is one, or the channel is closed.
   * @example
   * const ch = rt.chan(1);
   * ch.trySend(7);
   * const { value, done } = await ch.recv();
   * assert.equal(value, 7);
   * assert.equal(done, false);
   */
  recv(options?: WaitOptions): Op<RecvResult<T>> {
    const { core } = this;
    if (unusual(core.current, options)) {
      const refused = core.refused(options);
      if (refused) return refused;
    }
    if (this.ptr < 0) throw freed();
    return this.begun(core, core.ffi.recv(this.ptr, core.slot), options);
  }

  /** @internal A receive. */
  begun(core: Core, result: number, options?: WaitOptions): Op<RecvResult<T>> {
    return result >= 0 ? core.over(this.received(core, result)) : core.op(this, RECV, result, 0, options);
  }

  /**
   * Send a value if that needs no waiting.
   * @returns whether it was sent
   * @throws {ChanClosedError} if the channel is closed
   * @example
   * const ch = rt.chan(1);
   * assert.equal(ch.trySend(1), true);
   * assert.equal(ch.trySend(2), false);
   */
  trySend(value: T): boolean {
    const { core } = this;
    if (this.ptr < 0) throw freed();
    const handle = core.values.put(this.copy ? this.copy(value) : value);
    const result = core.ffi.try_send(this.ptr, handle);
    if (result === 0) {
      core.attend();
      return true;
    }
    this.giveBack(handle);
    if (result === NONE) return false;
    throw result === CLOSED ? closedSend() : unexpected(core, result);
  }

  /**
   * Receive a value if there is one, or the channel is closed; else undefined.
   * @example
   * assert.equal(rt.chan().tryRecv(), undefined);
   */
  tryRecv(): RecvResult<T> | undefined {
    const { core } = this;
    if (this.ptr < 0) throw freed();
    const result = core.ffi.try_recv(this.ptr);
    if (result === NONE) return undefined;
    const received = this.outcome(core, RECV, result) as RecvResult<T>;
    core.attend();
    return received;
  }

  /**
   * Close the channel: receivers get what is in it, and then done; who waits to
   * send gets an error. Only the sender should close.
   * @throws {ChanClosedError} if it is closed already
   * @throws {NilChanError} if it is the nil channel
   * @example
   * const ch = rt.chan(2);
   * await ch.send(1);
   * ch.close();
   * for await (const v of ch) assert.equal(v, 1);
   */
  close(): void {
    const { core } = this;
    if (this.ptr === 0) throw new NilChanError('close of nil channel; it has no other end that could notice');
    if (this.ptr < 0) throw freed();
    const closed = core.ffi.close(this.ptr);
    if (closed === 0) throw new ChanClosedError('close of closed channel; let one sender close it, once');
    if (closed === SHUT) throw core.shutError();
    core.attend();
  }

  /**
   * How many values are in the buffer.
   * @example
   * const ch = rt.chan(3);
   * ch.trySend('a');
   * assert.equal(ch.len, 1);
   * assert.equal(ch.cap, 3);
   */
  get len(): number {
    return this.ptr > 0 ? Math.max(this.core.ffi.len(this.ptr), 0) : 0;
  }

  /** @internal */
  [inspect](_depth: number, options: object, print: (value: object, options: object) => string): string {
    return `Chan ${print({ len: this.len, cap: this.cap }, options)}`;
  }

  /**
   * For `for await` with options: what calls its waits off ends the loop with an
   * exception. In a group take its context, so that the loop ends with the group.
   * @example
   * const ch = rt.chan(1);
   * ch.trySend('only one');
   * const got = rt.group({ timeoutMs: 1 }, async (g, ctx) => {
   *   for await (const v of ch.values({ ctx })) assert.equal(v, 'only one');
   * });
   * await assert.rejects(got, DeadlineExceededError);
   */
  values(options?: WaitOptions): AsyncIterable<T, undefined> {
    const iterator: AsyncIterator<T, undefined> = {
      next: () => this.recv(options),
      return: async () => ({ value: undefined, done: true }),
    };
    return { [Symbol.asyncIterator]: () => iterator };
  }

  /**
   * For `for await`, up to the close. Leaving the loop does not close.
   * @example
   * const ch = rt.chan(2);
   * ch.trySend(1), ch.trySend(2), ch.close();
   * let sum = 0;
   * for await (const v of ch) sum += v;
   * assert.equal(sum, 3);
   */
  [Symbol.asyncIterator](): AsyncIterator<T, undefined> {
    return this.values()[Symbol.asyncIterator]();
  }

  /**
   * Give its memory back at once; else that happens when nobody has it any more.
   * @throws {UsageError} if goroutines wait on it
   * @example
   * const ch = rt.chan(1);
   * ch[Symbol.dispose ?? Symbol.for('Symbol.dispose')]();
   */
  [dispose](): void {
    const { core, ptr } = this;
    if (ptr <= 0) return;
    if ((!core.closed && core.ffi.chan_waits(ptr) !== 0) || !core.chans.free(core, this.held)) {
      throw new UsageError('dispose of a channel that goroutines wait on; close it first');
    }
    core.chans.forget(this);
    this.ptr = -1;
  }

  /** @internal */
  outcome(core: Core, kind: Kind, result: number, handle = 0): unknown {
    if (kind === SEND) {
      if (result === 0) return this.sent(handle);
      this.giveBack(handle);
      throw result === CLOSED ? closedSend() : unexpected(core, result);
    }
    if (result >= 0) return this.received(core, result);
    if (result === CLOSED) return { value: undefined, done: true };
    throw unexpected(core, result);
  }

  /** @internal What a receive has brought; in the order that engines know of iterators, as they look no further for a then. */
  received(core: Core, handle: number): RecvResult<T> {
    return { value: core.values.take(handle) as T, done: false };
  }

  /** @internal */
  dropped(_core: Core, kind: Kind, handle: number): void {
    if (kind === SEND) this.giveBack(handle);
  }

  /** @internal What was to be sent has been sent to nobody. */
  giveBack(handle: number): void {
    const value = this.core.values.take(handle);
    this.uncopy?.(value);
  }

  /** @internal Somebody has received what waited to be sent. */
  sent(_handle: number): void {}

  /** @internal A select's send: its value as it goes into the module. */
  write(at: number, value: T, _transfer?: readonly ArrayBuffer[]): number {
    const handle = this.core.values.put(this.copy ? this.copy(value) : value);
    this.core.u32[at] = handle;
    return handle;
  }

  /** @internal The value that a receive has left in the module. */
  read(): T {
    return this.core.values.take(this.core.u32[this.core.outAt]!) as T;
  }
}

/**
 * A channel whose values lie in the module's memory, so that C can have them as
 * well: numbers and bytes, which are copied, and blocks, which are not. Nothing
 * is allocated for a number.
 * @example
 * const ch = rt.chan.f64(1);
 * await ch.send(0.5);
 * assert.equal((await ch.recv()).value, 0.5);
 */
export class TypedChan<T> extends Chan<T> {
  static {
    brand(this, 'TypedChan');
  }
  /** @internal */
  readonly element: Element<T>;

  /** @internal Use {@link Runtime.chan}. */
  constructor(core: Core, ptr: Pointer, cap: number, element: Element<T>) {
    super(core, ptr, cap);
    this.element = element;
    this.held.element = element;
  }

  override send(value: T, options?: SendOptions): Op<void> {
    const { core } = this;
    if (unusual(core.current, options)) {
      const refused = core.refused(options);
      if (refused) return refused;
    }
    if (this.ptr < 0) throw freed();
    const handle = this.write(core.outAt, value, options?.transfer);
    return core.op(this, SEND, core.ffi.send_val(this.ptr, core.slot), handle, options);
  }

  override trySend(value: T): boolean {
    const { core } = this;
    if (this.ptr < 0) throw freed();
    const handle = this.write(core.outAt, value);
    const result = core.ffi.try_send_val(this.ptr);
    if (result === 0) {
      this.sent(handle);
      core.attend();
      return true;
    }
    this.giveBack(handle);
    if (result === NONE) return false;
    throw result === CLOSED ? closedSend() : unexpected(core, result);
  }

  /** @internal To read it may fail. */
  override begun(core: Core, result: number, options?: WaitOptions): Op<RecvResult<T>> {
    return core.op(this, RECV, result, 0, options);
  }

  /** @internal */
  override received(_core: Core, _handle: number): RecvResult<T> {
    return { value: this.read(), done: false };
  }

  /** @internal */
  override write(at: number, value: T, transfer?: readonly ArrayBuffer[]): number {
    return this.element.put(this.core, at, value, transfer);
  }

  /** @internal */
  override read(): T {
    return this.element.get(this.core, this.core.outAt);
  }

  /** @internal */
  override giveBack(handle: number): void {
    if (handle > 0) this.element.drop?.(this.core, handle);
  }

  /** @internal */
  override sent(handle: number): void {
    if (handle > 0) this.element.sent?.(this.core, handle);
  }
}
