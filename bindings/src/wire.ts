/**
 * Values on their way between agents. An element of a channel of any values is 8
 * bytes that say themselves what they are: a number, or in the upper half a tag
 * that no number has there (as NaNs are written in one way only), and below it
 *  - a constant: undefined, null, false, true;
 *  - a handle of the agent's that has put it there, while no other agent has the
 *    channel: a value by reference;
 *  - a block of memory with an encoded value, which is whoever's that receives it.
 *
 * A channel becomes shared, for ever, when it is first encoded itself: what is in
 * it, and what waits to be sent, is encoded then. A handle that such a send has
 * is kept up to its end, as the send knows nothing else: `moved`.
 *
 * References: a channel counts those of agents' objects, one each, and of encoded
 * messages. A context, or an AbortSignal, crosses as a link: a channel on which
 * the end comes. One that came with a call ends with that call. A single flight
 * is known by its table, and a group by its count of members elsewhere.
 */
import { Block } from './block.js';
import { Chan, freed, TypedChan } from './channel.js';
import { Codec, type Foreign, type Message } from './codec.js';
import { type Carried, Context, type Due, withValues } from './context.js';
import type { Core } from './core.js';
import { type Element, type ElementKind, ELEMENTS } from './elements.js';
import { DeadlineExceededError, mustBeOf, PanicError, UsageError, WorkerError } from './errors.js';
import { type FfiMt, PARKED, type Pointer } from './ffi.js';
import { SingleFlight } from './flight.js';
import { Group } from './group.js';
import { GroupLink, type GroupLinkParts } from './group-link.js';
import { onAbort } from './host-events.js';
import { LOST_MAX, type Start } from './protocol.js';
import { SharedFlight } from './shared-flight.js';
import { type AnyLock, isLock, type LockParts, lockOf, partsOf } from './sync.js';
import type { Holder } from './wait.js';

const TAGS = 0xfffc0000;
const CONSTANT = TAGS;
const HANDLE = TAGS + 1;
const BLOCK = TAGS + 2;
/** The value is right behind, where the receiver knows. */
const INPLACE = TAGS + 3;
const NAN = 0x7ff80000;

const CONSTANTS = [undefined, null, false, true];

/** A block: how many bytes, and from here on these. */
const BYTES_AT = 8;
/** Up to as many bytes are copied one by one. */
const FEW = 64;

/** The kinds of foreigner. */
const CHAN = 0;
const CONTEXT = 1;
const SIGNAL = 2;
const LOCK = 3;
const FLIGHT = 4;
const GROUP = 5;
const MOVED = 6;

const KINDS = Object.keys(ELEMENTS) as ElementKind[];

/** A block that goes over: its address and its length. */
type BlockParts = [ptr: Pointer, length: number];
/** A context that goes over: where its end comes, what is known of it. */
type Crossing = [link: Chan<unknown>, due: Due | undefined, values: Carried[], over: End | undefined];
/** A group, its context, and whose that is. */
type GroupParts = [...GroupLinkParts, ctx: Crossing, from: number];
/** Whether it is a deadline's, and the cause. */
type End = [late: boolean, cause: unknown];

/** How values lie in a channel of any values. */
export class AnyElement implements Element<unknown> {
  readonly size = 8;
  readonly #wire: Wire;
  shared = false;
  /** Handles of sends that wait, whose values were encoded meanwhile. */
  moved: Map<number, Pointer> | undefined;

  constructor(wire: Wire) {
    this.#wire = wire;
  }

  /** Odd: a handle. Even: a block. 0: nothing to give back. */
  put(core: Core, at: number, value: unknown, transfer?: readonly ArrayBuffer[]): number {
    if (this.#wire.inline(at, value)) return 0;
    if (this.shared) {
      const p = this.#wire.block(value, transfer);
      this.#wire.sending(p);
      this.#wire.write(at, p, BLOCK);
      return p;
    }
    const handle = core.values.put(value);
    this.#wire.write(at, handle, HANDLE);
    return 2 * handle + 1;
  }

  get(_core: Core, at: number): unknown {
    return this.#wire.read(at);
  }

  drop(core: Core, mark: number): void {
    if ((mark & 1) === 0) return this.#wire.back(mark);
    const p = this.#settle(mark >> 1);
    if (p) this.#wire.back(p);
    else core.values.take(mark >> 1);
  }

  sent(_core: Core, mark: number): void {
    if ((mark & 1) === 0) return this.#wire.went(mark);
    const p = this.moved && this.#settle(mark >> 1);
    if (p) this.#wire.went(p);
  }

  discard(core: Core, at: number): void {
    if (core.u32[at + 1] === BLOCK) this.#wire.discard(core.u32[at]!);
    else this.#wire.read(at);
  }

  #settle(handle: number): Pointer | undefined {
    const p = this.moved?.get(handle);
    if (p === undefined) return undefined;
    this.moved!.delete(handle);
    this.#wire.core.values.take(handle);
    return p;
  }
}

/** The values of one agent. */
export class Wire {
  readonly core: Core;
  readonly ffi: FfiMt;
  readonly codec: Codec;
  /** The objects for shared channels that this agent has. */
  readonly #chans = new Map<Pointer, WeakRef<Chan<any>>>();
  /** The same of shared flights. */
  readonly #flights = new Map<Pointer, WeakRef<SingleFlight<any>>>();
  /** Whose flight is to be given back: flights' and groups'. */
  readonly #flightsGone = new FinalizationRegistry<Pointer>((ptr) => this.#unrefFlight(ptr));
  /** Who wants to know when an agent is lost; and those that were. */
  readonly onLost = new Set<(id: number, error: Error) => void>();
  readonly #lost: Map<number, Error>;
  /** How to end the links of the message under way; else they end with what they link to. */
  links: (() => void)[] | undefined;
  /** The blocks that the message made last gives away. */
  given: Block[] | undefined;
  #giving: Block[] | undefined;
  /** The same of messages that are being sent, by their addresses. */
  readonly #sending = new Map<Pointer, Block[][]>();
  #discarding = false;
  #scratch = new Uint8Array(1024);

  /** id: the agent's number. lost: those that are no more. */
  constructor(core: Core, ffi: FfiMt, readonly id: number, lost: Start['lost']) {
    this.core = core;
    this.ffi = ffi;
    this.#lost = new Map(lost.map(([each, error]) => [each, new Error(error)]));
    this.codec = new Codec({
      leave: (value) => this.#leave(value),
      stay: ({ kind, data }) => this.#stay(kind, data),
      arrive: (kind, data) => this.#arrive(kind, data),
    });
  }

  /** An agent is gone, with the calls that it has begun. */
  lost(id: number, error: Error): void {
    this.#lost.set(id, error);
    if (this.#lost.size > LOST_MAX) this.#lost.delete(this.#lost.keys().next().value!);
    for (const flight of this.#flights.values()) flight.deref()?.lost(id);
    for (const each of [...this.onLost]) each(id, error);
  }

  // ---- elements ----

  write(at: number, low: number, high: number): void {
    this.core.u32[at] = low;
    this.core.u32[at + 1] = high;
  }

  /** Write a value that fits into 8 bytes. */
  inline(at: number, value: unknown): boolean {
    if (typeof value === 'number') {
      if (value === value) this.core.f64[at >> 1] = value;
      else this.write(at, 0, NAN);
      return true;
    }
    if (value !== undefined && value !== null && typeof value !== 'boolean') return false;
    this.write(at, CONSTANTS.indexOf(value), CONSTANT);
    return true;
  }

  /** behind: where a value is that is in place. */
  read(at: number, behind: Pointer = 0): unknown {
    const { core } = this;
    const low = core.u32[at]!;
    switch (core.u32[at + 1]) {
      case CONSTANT: return CONSTANTS[low];
      case HANDLE: return core.values.take(low);
      case BLOCK: return this.open(low);
      case INPLACE: return this.codec.decode(this.bytes(behind, low));
      default: return core.f64[at >> 1];
    }
  }

  /** Write a value: into the `room` behind, if it fits. */
  result(at: number, value: unknown, behind: Pointer, room: number): void {
    if (this.inline(at, value)) return;
    const message = this.encode(value);
    if (message.at > room) return this.write(at, this.#blockOf(message), BLOCK);
    this.fill(behind, message);
    this.write(at, message.at, INPLACE);
  }

  // ---- blocks ----

  alloc(bytes: number): Pointer {
    const p = this.core.alloc(bytes);
    if (p === 0) throw new PanicError(`out of memory for ${bytes} bytes; receive before more is sent`);
    if (p < 0) throw this.core.shutError();
    return p;
  }

  /** A message's bytes into memory. */
  fill(p: Pointer, { bytes, at: n }: Message): void {
    this.core.see(p + n);
    const { u8 } = this.core;
    if (n <= FEW) for (let i = 0; i < n; i++) u8[p + i] = bytes[i]!;
    else u8.set(bytes.subarray(0, n), p);
  }

  /** Bytes of memory, copied; until the next call. */
  bytes(p: Pointer, n: number): Uint8Array {
    this.core.see(p + n);
    const { u8 } = this.core;
    if (n > this.#scratch.length) {
      const large = u8.slice(p, p + n);
      if (n <= 1 << 16) this.#scratch = large;
      return large;
    }
    const to = this.#scratch;
    if (n <= FEW) for (let i = 0; i < n; i++) to[i] = u8[p + i]!;
    else to.set(u8.subarray(p, p + n));
    return to;
  }

  /** The blocks that are given away by a message stay if it does. */
  encode(value: unknown, transfer?: readonly unknown[]): Message {
    const outer = this.#giving;
    this.#giving = undefined;
    try {
      return this.codec.encode(value, transfer);
    } catch (error) {
      this.#keep(this.#giving);
      throw error;
    } finally {
      this.given = this.#giving;
      this.#giving = outer;
    }
  }

  /** Memory for a message, whose blocks stay if there is none. */
  room(bytes: number): Pointer {
    try {
      return this.alloc(bytes);
    } catch (error) {
      this.#keep(this.given);
      throw error;
    }
  }

  #blockOf(message: Message): Pointer {
    const p = this.room(BYTES_AT + message.at);
    this.core.u32[p >> 2] = message.at;
    this.fill(p + BYTES_AT, message);
    return p;
  }

  block(value: unknown, transfer?: readonly unknown[]): Pointer {
    return this.#blockOf(this.encode(value, transfer));
  }

  /** The message that was made last may come back. One without blocks counts as well where there is an earlier one. */
  sending(p: Pointer, given = this.given): void {
    if (!given && this.#sending.size === 0) return;
    const earlier = this.#sending.get(p);
    if (earlier) earlier.push(given ?? []);
    else if (given) this.#sending.set(p, [given]);
  }

  /** It has gone: the first of that address, as who had it may have freed it for another. */
  went(p: Pointer): void {
    if (this.#sending.size > 0) this.#sent(p, (messages) => messages.shift());
  }

  /** It has not gone, so it is the last of that address. */
  back(p: Pointer): void {
    this.#undo(p, this.#sent(p, (messages) => messages.pop()));
  }

  #sent(p: Pointer, take: (messages: Block[][]) => Block[] | undefined): Block[] | undefined {
    const messages = this.#sending.get(p);
    const given = messages && take(messages);
    if (messages?.length === 0) this.#sending.delete(p);
    return given;
  }

  /** What it refers to is let go of, and its blocks are where they were. */
  #undo(p: Pointer, given: Block[] | undefined): void {
    this.open(p);
    this.#keep(given);
  }

  #keep(given: Block[] | undefined): void {
    for (const block of given ?? []) block.back();
  }

  /** The value in a block, which is gone then. */
  open(p: Pointer): unknown {
    this.core.see(p + BYTES_AT);
    const bytes = this.bytes(p + BYTES_AT, this.core.u32[p >> 2]!);
    this.ffi.free(p);
    return this.codec.decode(bytes);
  }

  /** Nobody gets it, who has sent it neither: what it refers to has to be let go of all the same. */
  discard(p: Pointer): void {
    this.#discarding = true;
    try {
      this.open(p);
    } finally {
      this.#discarding = false;
    }
  }

  // ---- channels ----

  chan<T>(cap = 0): TypedChan<T> {
    const ptr = this.ffi.chan(8, cap);
    if (ptr <= 0) throw ptr < 0 ? this.core.shutError() : new PanicError('makechan: out of memory; make smaller channels, or fewer');
    const chan = new TypedChan<T>(this.core, ptr, cap, new AnyElement(this) as Element<any>);
    this.core.chans.watch(chan);
    return chan;
  }

  /** False: that was the last reference to it. */
  unref(ptr: Pointer): boolean {
    if (this.#chans.get(ptr)?.deref() === undefined) this.#chans.delete(ptr);
    return this.ffi.chan_unref(ptr) === 0;
  }

  /** A shared channel of any values, with a reference to it. */
  hold<T>(ptr: Pointer): Chan<T> {
    return this.#arriveChan([ptr, 0, -1]);
  }

  /** Nobody here waits on it, nor will. */
  letGo(chan: Chan<any>): void {
    if (chan.ptr <= 0) return;
    this.#chans.delete(chan.ptr);
    this.core.chans.forget(chan);
    this.core.chans.free(this.core, chan.held);
    chan.ptr = -1;
  }

  #share(chan: Chan<any>): void {
    if (chan.held.shared) return;
    chan.held.shared = true;
    this.#chans.set(chan.ptr, new WeakRef(chan));
    const { element } = chan.held;
    if (!(element instanceof AnyElement)) return;
    try {
      this.#encodeAll(chan, element);
      element.shared = true;
    } catch (cause) {
      chan.held.shared = false;
      this.#chans.delete(chan.ptr);
      throw new UsageError(`a channel cannot be passed on with a value in it that cannot be copied; receive that first: ${(cause as Error).message}`, { cause });
    }
  }

  /** All values in it, those in the buffer first; nothing is written if one cannot be copied. */
  #encodeAll(chan: Chan<any>, element: AnyElement): void {
    const { core, ffi } = this;
    const values: { p: Pointer; handle: number; block: Pointer; given: Block[] | undefined }[] = [];
    try {
      for (let i = 0, p; (p = ffi.chan_elem(chan.ptr, i)) !== 0; i++) {
        core.see(p + 8);
        const handle = core.u32[(p >> 2) + 1] === HANDLE ? core.u32[p >> 2]! : -1;
        const block = handle < 0 ? 0 : this.block(core.values.peek(handle));
        values.push({ p, handle, block, given: block ? this.given : undefined });
      }
    } catch (error) {
      for (const { block, given } of values) if (block) this.#undo(block, given);
      throw error;
    }
    const buffered = ffi.len(chan.ptr);
    for (const [i, { p, handle, block, given }] of values.entries()) {
      if (block === 0) continue;
      this.write(p >> 2, block, BLOCK);
      if (i < buffered) {
        core.values.take(handle);
      } else {
        (element.moved ??= new Map()).set(handle, block);
        this.sending(block, given);
      }
    }
  }

  // ---- what is no data ----

  #leave(value: object): Foreign | undefined {
    if (value instanceof Chan) return { kind: CHAN, data: this.#leaveChan(value) };
    if (value instanceof Context) return { kind: CONTEXT, data: this.#leaveContext(value) };
    if (value instanceof AbortSignal) return { kind: SIGNAL, data: this.#leaveSignal(value) };
    if (isLock(value)) return { kind: LOCK, data: this.#leaveLock(value) };
    if (value instanceof SingleFlight) return { kind: FLIGHT, data: this.#leaveFlight(value) };
    if (value instanceof Group) return { kind: GROUP, data: this.#leaveGroup(value) };
    if (value instanceof Block) return { kind: MOVED, data: this.#leaveBlock(value) };
    return undefined;
  }

  #leaveChan(chan: Chan<any>): number[] {
    mustBeOf(this.core, chan, 'channel');
    if (chan.ptr < 0) throw freed();
    if (chan.ptr === 0) return [0, 0, -1];
    this.#share(chan);
    this.ffi.chan_ref(chan.ptr);
    return [chan.ptr, chan.cap, KINDS.findIndex((kind) => ELEMENTS[kind] === chan.held.element)];
  }

  #leaveLock(lock: AnyLock): LockParts {
    mustBeOf(this.core, lock.inner, 'lock');
    this.ffi.lock_ref(lock.inner.ptr);
    return partsOf(lock);
  }

  #leaveFlight(flight: SingleFlight<any>): Pointer {
    mustBeOf(this.core, flight, 'single flight');
    const { ptr } = flight.share(() => {
      const made = new SharedFlight(this, this.ffi.flight_new());
      this.#knowFlight(made.ptr, flight);
      return made;
    });
    this.ffi.flight_ref(ptr);
    return ptr;
  }

  /** Its context ends with it, and not with a call that it comes with. */
  #leaveGroup(group: Group): GroupParts {
    mustBeOf(this.core, group, 'group');
    const { parts } = group.link(() => this.#knowLink(GroupLink.of(this, group)));
    this.ffi.flight_ref(parts[2]);
    const { links } = this;
    this.links = undefined;
    const ctx = this.#leaveContext(group.ctx);
    this.links = links;
    return [...parts, ctx, this.id];
  }

  #leaveBlock(block: Block): BlockParts {
    const ptr = block.give(this.core);
    (this.#giving ??= []).push(block);
    return [ptr, block.length];
  }

  #leaveContext(ctx: Context): Crossing {
    const end = (): End => [ctx.err instanceof DeadlineExceededError, ctx.cause];
    mustBeOf(this.core, ctx, 'context');
    return [this.#link(ctx.err !== undefined, end, (told) => ctx.onEnd(told)), ctx.due, ctx.carried, ctx.err && end()];
  }

  #leaveSignal(signal: AbortSignal): Crossing {
    const end = (): End => [false, signal.reason];
    return [this.#link(signal.aborted, end, (told) => onAbort(signal, told)), undefined, [], signal.aborted ? end() : undefined];
  }

  /** A channel on which the end will come. */
  #link(over: boolean, end: () => End, listen: (told: () => void) => () => void): Chan<unknown> {
    const link = this.chan<unknown>(1);
    if (over) return link;
    const close = () => { if (!this.core.closed) link.close(); };
    const unheed = listen(() => {
      if (this.core.closed) return;
      try {
        link.trySend(end());
      } catch (error) {
        link.trySend([end()[0], error]); // a cause that cannot be copied
      }
      close();
    });
    this.links?.push(() => {
      unheed();
      if (link.ptr > 0 && !this.core.closed) this.core.ffi.close(link.ptr);
    });
    return link;
  }

  /** A message will not go: give back its references. What else is in data sees to itself. */
  #stay(kind: number, data: unknown): void {
    if (kind === CHAN && (data as number[])[0] !== 0) this.ffi.chan_unref((data as number[])[0]!);
    else if (kind === LOCK) this.ffi.lock_unref((data as LockParts)[1]);
    else if (kind === FLIGHT) this.ffi.flight_unref(data as Pointer);
    else if (kind === GROUP) this.ffi.flight_unref((data as GroupParts)[2]);
  }

  #arrive(kind: number, data: unknown): object {
    if (kind === CHAN) return this.#arriveChan(data as [Pointer, number, number]);
    if (kind === LOCK) return lockOf(this.core, data as LockParts);
    if (kind === FLIGHT) return this.#arriveFlight(data as Pointer);
    if (kind === GROUP) return this.#arriveGroup(data as GroupParts);
    if (kind === MOVED) return this.#arriveBlock(data as BlockParts);
    const ctx = this.#arriveContext(data as Crossing);
    return kind === SIGNAL ? ctx.signal : ctx;
  }

  #arriveChan([ptr, cap, kind]: [Pointer, number, number]): Chan<any> {
    const known = this.#chans.get(ptr)?.deref();
    if (known && known.ptr === ptr) {
      this.ffi.chan_unref(ptr); // the message's
      return known;
    }
    const element = kind < 0 ? new AnyElement(this) : ELEMENTS[KINDS[kind]!];
    if (element instanceof AnyElement) element.shared = true;
    const chan = new TypedChan<any>(this.core, ptr, cap, element as Element<any>);
    if (ptr === 0) return chan;
    chan.held.shared = true;
    this.#chans.set(ptr, new WeakRef(chan));
    this.core.chans.watch(chan);
    return chan;
  }

  #arriveFlight(ptr: Pointer): SingleFlight<any> {
    const known = this.#flights.get(ptr)?.deref();
    if (known) {
      this.ffi.flight_unref(ptr); // the message's
      return known;
    }
    const flight = new SingleFlight<any>(this.core, new SharedFlight(this, ptr));
    this.#knowFlight(ptr, flight);
    for (const id of this.#lost.keys()) flight.lost(id); // it may have been on its way then
    return flight;
  }

  #knowFlight(ptr: Pointer, flight: SingleFlight<any>): void {
    this.#flights.set(ptr, new WeakRef(flight));
    this.#flightsGone.register(flight, ptr);
  }

  #unrefFlight(ptr: Pointer): void {
    if (this.#flights.get(ptr)?.deref() === undefined) this.#flights.delete(ptr);
    if (!this.core.closed) this.ffi.flight_unref(ptr);
  }

  #knowLink(link: GroupLink): GroupLink {
    this.#flightsGone.register(link, link.parts[2]);
    return link;
  }

  #arriveGroup([count, errors, flight, crossing, from]: GroupParts): Group {
    const ctx = this.#arriveContext(crossing);
    const lost = (id: number, error: Error) => {
      if (id === from) ctx.cancel(new WorkerError(`the group came from a worker that was lost; start it again: ${error.message}`, { cause: error }));
    };
    this.onLost.add(lost);
    ctx.onEnd(() => this.onLost.delete(lost));
    if (this.#lost.has(from)) lost(from, this.#lost.get(from)!);
    return new Group(this.core, ctx, this.#knowLink(new GroupLink(this, [count, errors, flight])));
  }

  #arriveBlock([ptr, length]: BlockParts): Block {
    const block = new Block(this.core, ptr, length);
    if (this.#discarding) block.free();
    return block;
  }

  #arriveContext([link, due, values, over]: Crossing): Context {
    const host = { core: this.core, chan: <T>(cap?: number) => this.chan<T>(cap) };
    const root = new Context(host, withValues(host, values), due && { ...due, due: performance.now() + due.deadline - Date.now() });
    if (over) root.ended(...over);
    // In a microtask: while a generator is stepped, its goroutine would wait here.
    else queueMicrotask(() => new Listener<End>(this, link, (end) => (end ? root.ended(...end) : root.cancel())).listen());
    return root;
  }
}

/**
 * Waits for the one value that may come on a link; one that is closed without
 * brings undefined. deaf: told instead if the runtime is closed meanwhile.
 */
export class Listener<T> implements Holder {
  constructor(
    readonly wire: Wire, readonly link: Chan<unknown>, readonly heard: (value: T | undefined) => void, readonly deaf?: () => void,
  ) {}

  listen(): void {
    const { core, ffi } = this.wire;
    if (core.closed) return;
    const { slot } = core;
    const result = ffi.recv(this.link.ptr, slot);
    if (result !== PARKED) return this.#over(core, result);
    core.keep(this);
    core.services++;
  }

  settle(core: Core, result: number): void {
    core.services--;
    this.#over(core, result);
  }

  #over(core: Core, result: number): void {
    const value = result < 0 ? undefined : this.wire.read(core.outAt) as T;
    queueMicrotask(() => this.heard(value));
  }

  shut(): boolean {
    this.deaf?.();
    return false;
  }
}
