/**
 * Calls of modules' functions between agents. All agents put calls into one
 * channel, the queue; a worker takes one when it has nothing else to run, so
 * those that take long spread. Each agent has a channel for replies to its calls.
 *
 * A call is a record in memory, made and freed by the caller:
 *   who has taken it · channel for the reply · function · flags · bytes of the
 *   arguments, room for bytes · result as a channel's element · bytes
 * In both channels its address is what is sent; a reply adds whether it threw.
 *
 * Nobody hears of a call that a worker takes with it when it is lost. Those that
 * it had begun have its name, and are rejected. Those that no worker has begun
 * may be on their way to one that is lost or busy for long: the caller withdraws
 * them, by its own mark in place of a worker's name, and puts a copy into the
 * queue. Whoever takes one that is withdrawn frees it.
 */
import type { Block } from './block.js';
import type { Core } from './core.js';
import { WorkerError } from './errors.js';
import { NONE, PARKED, type Pointer } from './ffi.js';
import { onAbort } from './host-events.js';
import { functionOf, run } from './imports.js';
import type { Call, Caller } from './module.js';
import { Pending } from './pending.js';
import type { Holder } from './wait.js';
import type { Wire } from './wire.js';

/** Words of a record. */
const TAKER = 0;
const REPLIES = 1;
const FUNCTION = 2;
const FLAGS = 3;
const BYTES = 4;
const ROOM = 5;
const RESULT = 6;
/** Where its bytes begin. */
const HEADER = 32;
/** Room for results that are not long. */
const ROOM_MIN = 96;

/** FLAGS: a signal comes with the arguments. */
const SIGNALLED = 1;
/** TAKER: the caller has taken it back. Others are the takers' numbers. */
const WITHDRAWN = 1;
/** The number of the agent that has started the runtime. Workers count from there. */
export const FIRST_ID = WITHDRAWN + 1;

/** How a call went, in its reply. */
const RETURNED = 0;
const THREW = 1;
/** There is no such function, or it was called off before. */
const UNBEGUN = 2;

/** Values that fit into the queue, and into a channel of replies. */
export const QUEUE_CAP = 4096;
/** A call that no worker has begun after as many ms, while there is none in the queue, is withdrawn. */
const PATIENCE_MS = 50;
/** As many are looked at, at a time. */
const OVERDUE_MAX = 64;
/** Replies, or calls that do not wait, between two turns of the event loop. */
const PER_TURN = 64;

/** What of the machine calls have to do with. */
export interface Machine {
  /** This agent's number. */
  readonly id: number;
  /** As many calls of this agent's are in flight. */
  need(calls: number): void;
  /** End the agent, which runs what was called off. */
  kill(id: number, what: string): void;
}

/** A call in flight. */
class InFlight extends Pending {
  p: Pointer = 0;
  since = performance.now();
  links: (() => void)[] = [];
  /** The blocks that go with it. */
  given: Block[] | undefined;
  unheed: (() => void) | undefined;
  timer: ReturnType<typeof setTimeout> | undefined;

  constructor(core: Core, readonly what: string) {
    super(core);
  }

  /** No function has begun. */
  back(): void {
    for (const block of this.given ?? []) block.back();
  }

  done(): void {
    for (const end of this.links) end();
    this.unheed?.();
    clearTimeout(this.timer);
  }
}

/** Sends addresses on a channel, in their order, and waits where it is full. */
class Outbox implements Holder {
  readonly #core: Core;
  readonly #chan: Pointer;
  /** What is still to be sent, from `next` on. */
  #late: number[] = [];
  #next = 0;
  #waits = false;

  constructor(core: Core, chan: Pointer) {
    this.#core = core;
    this.#chan = chan;
  }

  send(low: number, high: number): void {
    if (this.#late.length > 0 || !this.#try(low, high)) this.#later(low, high);
  }

  #write(low: number, high: number): void {
    const { u32, outAt } = this.#core;
    u32[outAt] = low;
    u32[outAt + 1] = high;
  }

  #try(low: number, high: number): boolean {
    this.#write(low, high);
    return this.#core.ffi.try_send_val(this.#chan) !== NONE;
  }

  /** In a microtask: while a generator is stepped, its goroutine would wait here. */
  #later(low: number, high: number): void {
    if (this.#late.push(low, high) === 2) queueMicrotask(() => this.#flush());
  }

  #flush(): void {
    const late = this.#late, core = this.#core;
    if (this.#waits || core.closed) return;
    while (this.#next < late.length) {
      const low = late[this.#next]!, high = late[this.#next + 1]!;
      if (!this.#try(low, high) && this.#parked()) return;
      this.#next += 2;
    }
    this.#late = [];
    this.#next = 0;
  }

  /** Wait with the send that was tried; false: it went after all. */
  #parked(): boolean {
    const core = this.#core, { slot } = core;
    if (core.ffi.send_val(this.#chan, slot) !== PARKED) return false;
    core.keep(this);
    core.services++;
    this.#next += 2;
    return this.#waits = true;
  }

  settle(core: Core): void {
    core.services--;
    this.#waits = false;
    queueMicrotask(() => this.#flush());
  }

  shut(): boolean {
    return false;
  }
}

/** A function that was called before. */
interface Known {
  readonly name: string;
  fn: ((...args: unknown[]) => unknown) | undefined;
  loading: Promise<void>;
}

/** The calls of one agent: those that it makes, and, of a worker, those that it takes. */
export class Calls implements Caller {
  readonly #core: Core;
  readonly #wire: Wire;
  readonly #queue: Pointer;
  readonly #machine: Machine;
  readonly #out: Outbox;
  readonly #replies: Pointer;
  #listening = false;
  readonly #outboxes = new Map<Pointer, Outbox>();
  readonly #inFlight = new Map<Pointer, InFlight>();
  /** Records of calls that are over, of workers that are to end. */
  readonly #abandoned = new Map<number, Pointer[]>();
  /** Functions by URL and name, in memory; for ever. */
  readonly #functions = new Map<string, Pointer>();
  readonly #known = new Map<Pointer, Known>();
  /** The goroutine that waits for a call. */
  #acceptor: Pointer = 0;
  #acceptorSlot = 0;
  /** Calls whose function is being loaded: they may take long when they begin. */
  #loading = 0;

  constructor(wire: Wire, queue: Pointer, machine: Machine) {
    const { core } = wire;
    this.#core = core;
    this.#wire = wire;
    this.#queue = queue;
    this.#machine = machine;
    this.#out = new Outbox(core, queue);
    this.#replies = wire.ffi.chan(8, QUEUE_CAP);
    core.endings.push(() => this.#close());
  }

  get inFlight(): number {
    return this.#inFlight.size;
  }

  // ---- the caller's side ----

  call(call: Call): Promise<unknown> {
    const each = new InFlight(this.#core, call.name);
    const { links } = this.#wire;
    this.#wire.links = each.links;
    try {
      each.p = this.#record(each, call);
    } catch (error) {
      each.done();
      each.reject(error);
      return each.promise;
    } finally {
      this.#wire.links = links;
    }
    if (!this.#listening) this.#listen();
    this.#inFlight.set(each.p, each);
    if (call.signal) each.unheed = onAbort(call.signal, () => this.#calledOff(each, call));
    this.#out.send(each.p, 0);
    this.#machine.need(this.#inFlight.size);
    return each.promise;
  }

  #record(each: InFlight, { url, name, args, signal }: Call): Pointer {
    const wire = this.#wire;
    const message = wire.encode(signal ? [args, signal] : args);
    const room = Math.max(message.at, ROOM_MIN);
    const p = wire.room(HEADER + room), at = p >> 2;
    each.given = wire.given;
    wire.fill(p + HEADER, message);
    const { u32 } = this.#core;
    u32[at + TAKER] = 0;
    u32[at + REPLIES] = this.#replies;
    u32[at + FLAGS] = signal ? SIGNALLED : 0;
    u32[at + BYTES] = message.at;
    u32[at + ROOM] = room;
    u32[at + FUNCTION] = this.#function(url, name);
    return p;
  }

  #function(url: string, name: string): Pointer {
    const key = `${url}\n${name}`;
    let p = this.#functions.get(key);
    if (p === undefined) this.#functions.set(key, p = this.#wire.block([url, name]));
    return p;
  }

  /** Its signal is aborted: the worker knows by the link, if one has begun it. */
  #calledOff(each: InFlight, { signal, graceMs, name }: Call): void {
    if (this.#withdraw(each)) {
      this.#inFlight.delete(each.p);
      if (this.#inFlight.size === 0) this.#machine.need(0);
      each.done();
      each.back();
      each.reject(signal!.reason);
    } else if (graceMs !== undefined) {
      each.timer = setTimeout(() => {
        const taker = this.#inFlight.has(each.p) ? this.#takerOf(each) : 0;
        if (taker > WITHDRAWN) this.#machine.kill(taker, `${name} was called off, and had not ended ${graceMs} ms later`);
      }, graceMs);
    }
  }

  #withdraw(each: InFlight): boolean {
    return Atomics.compareExchange(this.#core.i32, (each.p >> 2) + TAKER, 0, WITHDRAWN) === 0;
  }

  /** Put a copy in place of a call that nobody has begun. */
  #again(each: InFlight): void {
    const old = each.p, core = this.#core;
    const bytes = HEADER + core.u32[(old >> 2) + ROOM]!;
    const copy = this.#wire.alloc(bytes);
    core.u8.copyWithin(copy, old, old + bytes);
    core.u32[(copy >> 2) + TAKER] = 0;
    if (!this.#withdraw(each)) return core.ffi.free(copy);
    each.p = copy;
    each.since = performance.now();
    this.#inFlight.delete(old);
    this.#inFlight.set(each.p, each);
    this.#out.send(each.p, 0);
  }

  /** Calls that have been on their way to a worker for long go to others. */
  overdue(): void {
    if (this.#inFlight.size === 0 || this.#core.ffi.len(this.#queue) > 0) return;
    const before = performance.now() - PATIENCE_MS;
    const late: InFlight[] = [];
    let n = 0;
    for (const each of this.#inFlight.values()) {
      if (n++ === OVERDUE_MAX) break;
      if (each.since < before && this.#takerOf(each) === 0) late.push(each);
    }
    for (const each of late) this.#again(each);
  }

  /** A worker is to end: its calls are over, though it may write into them still. True: there were some. */
  givenUp(id: number, error: Error): boolean {
    this.#drain();
    const had = [...this.#inFlight.values()].filter((each) => this.#takerOf(each) === id);
    if (had.length > 0) this.#abandoned.set(id, [...this.#abandoned.get(id) ?? [], ...had.map(({ p }) => p)]);
    for (const each of had) this.#reject(each, error);
    return had.length > 0;
  }

  /** A worker is gone. */
  lost(id: number, error: Error): boolean {
    const had = this.givenUp(id, error);
    for (const p of this.#abandoned.get(id) ?? []) this.#core.ffi.free(p);
    this.#abandoned.delete(id);
    for (const each of [...this.#inFlight.values()]) if (this.#takerOf(each) === 0) this.#again(each);
    return had;
  }

  #takerOf({ p }: InFlight): number {
    return this.#core.u32[(p >> 2) + TAKER]!;
  }

  /** There are no workers, nor will there be. */
  hopeless(error: Error): void {
    for (const each of [...this.#inFlight.values()]) {
      if (!this.#withdraw(each)) continue;
      each.back();
      this.#reject(each, error, 'no worker starts: see that worker.js is served, or pass start({ worker }) its URL');
    }
  }

  #reject(each: InFlight, error: Error, remedy = 'another one takes its place: call it again'): void {
    this.#inFlight.delete(each.p);
    if (this.#inFlight.size === 0) this.#machine.need(0);
    each.done();
    each.reject(new WorkerError(`${each.what}: ${error.message}; ${remedy}`, { cause: error.cause ?? error }));
  }

  // ---- replies ----

  readonly #reply: Holder = {
    settle: (core: Core, result: number) => {
      core.services--;
      if (result >= 0) this.#replied();
      this.#listen();
    },
    shut: () => false,
  };

  /** Take the replies that are there, and wait for the next one. */
  #listen(): void {
    const core = this.#core;
    if (core.current !== null) return queueMicrotask(() => this.#listen()); // whose goroutine would wait here
    this.#listening = true;
    for (let n = 0; n < PER_TURN && !core.closed; n++) {
      const { slot } = core;
      const result = core.ffi.recv(this.#replies, slot);
      if (result === PARKED) {
        core.keep(this.#reply);
        core.services++;
        return;
      }
      if (result < 0) return; // it is closed
      this.#replied();
    }
    void core.atOnce(undefined).then(() => this.#listen());
  }

  #drain(): void {
    while (this.#core.ffi.try_recv(this.#replies) >= 0) this.#replied();
  }

  #replied(): void {
    const core = this.#core, wire = this.#wire;
    const p = core.u32[core.outAt]!, how = core.u32[core.outAt + 1]!;
    const each = this.#inFlight.get(p);
    if (!each) return;
    this.#inFlight.delete(p);
    each.done();
    try {
      const value = wire.read((p >> 2) + RESULT, p + HEADER);
      if (how === UNBEGUN) each.back();
      if (how === RETURNED) each.resolve(value);
      else each.reject(value);
    } catch (error) {
      each.reject(error);
    }
    core.ffi.free(p);
    if (this.#inFlight.size === 0) this.#machine.need(0);
  }

  #close(): void {
    for (const each of this.#inFlight.values()) each.ended(this.#core.shutError());
    this.#inFlight.clear();
  }

  // ---- the worker's side ----

  readonly #accepted: Holder = {
    settle: (core: Core, result: number) => {
      core.services--;
      this.#acceptor = 0;
      // In a microtask, as code of the program's must not run here.
      const p = core.u32[core.outAt]!;
      if (result >= 0) queueMicrotask(() => this.#take(p));
    },
    shut: () => false,
  };

  /** Nothing runs here: take calls. True: some were there, so look again. */
  accept(): boolean {
    const core = this.#core;
    if (this.#acceptor !== 0 || this.#loading > 0) return false;
    for (let n = 0; n < PER_TURN; n++) {
      const { slot } = core;
      const result = core.ffi.recv(this.#queue, slot);
      if (result === PARKED) {
        this.#acceptor = core.ffi.parked();
        this.#acceptorSlot = core.keep(this.#accepted);
        core.services++;
        return n > 0;
      }
      if (result < 0 || !this.#take(core.u32[core.outAt]!) || core.busy) return true;
    }
    return true;
  }

  /** Something else runs here: let others have the next call. */
  refuse(): void {
    const core = this.#core;
    if (this.#acceptor === 0 || core.ffi.cancel(this.#acceptor) !== 1) return;
    this.#acceptor = 0;
    core.services--;
    core.drop(this.#acceptorSlot);
  }

  /** Run a call. True: it is over already. */
  #take(p: Pointer): boolean {
    const core = this.#core;
    core.see(p + HEADER);
    const at = p >> 2;
    if (Atomics.compareExchange(core.i32, at + TAKER, 0, this.#machine.id) !== 0) {
      core.ffi.free(p);
      return true;
    }
    const known = this.#find(core.u32[at + FUNCTION]!);
    if (known.fn) return this.#begin(p, known);
    this.#loading++;
    known.loading.then(() => this.#begin(p, known), (error) => this.#answer(p, UNBEGUN, error)).finally(() => {
      this.#loading--;
      core.agent!.idle(); // it takes calls again
    });
    return false;
  }

  #find(record: Pointer): Known {
    let known = this.#known.get(record);
    if (known) return known;
    const core = this.#core;
    core.see(record + 8);
    const [url, name] = this.#wire.codec.decode(this.#wire.bytes(record + 8, core.u32[record >> 2]!)) as [string, string];
    const loading = functionOf(url, name).then((fn) => { known!.fn = fn; });
    loading.catch(() => this.#known.delete(record)); // the next call tries again
    known = { name, fn: undefined, loading };
    this.#known.set(record, known);
    return known;
  }

  #begin(p: Pointer, { name, fn }: Known): boolean {
    const core = this.#core, at = p >> 2;
    let result;
    try {
      let args = this.#wire.codec.decode(this.#wire.bytes(p + HEADER, core.u32[at + BYTES]!)) as unknown[];
      let signal: AbortSignal | undefined;
      if (core.u32[at + FLAGS] === SIGNALLED) [args, signal] = args as [unknown[], AbortSignal];
      if (signal?.aborted) {
        this.#answer(p, UNBEGUN, signal.reason);
        return true;
      }
      result = run(core, name, fn!, args, signal);
    } catch (error) {
      this.#answer(p, THREW, error);
      return true;
    }
    if (typeof (result as PromiseLike<unknown> | undefined)?.then !== 'function') {
      this.#answer(p, RETURNED, result);
      return true;
    }
    core.asyncs++;
    const over = (how: number, value: unknown) => {
      core.asyncs--;
      this.#answer(p, how, value);
    };
    (result as PromiseLike<unknown>).then((value) => over(RETURNED, value), (error) => over(THREW, error));
    return false;
  }

  #answer(p: Pointer, how: number, value: unknown): void {
    const core = this.#core, at = p >> 2;
    if (core.closed) return;
    const put = (each: unknown) => this.#wire.result(at + RESULT, each, p + HEADER, core.u32[at + ROOM]!);
    try {
      put(value);
    } catch (error) {
      how = THREW;
      try {
        put(error);
      } catch {
        put(new Error(String(value))); // an error with something in it that cannot be copied
      }
    }
    const replies = core.u32[at + REPLIES]!;
    let out = this.#outboxes.get(replies);
    if (!out) this.#outboxes.set(replies, out = new Outbox(core, replies));
    out.send(p, how);
  }
}
