/** Traces of a runtime: what its scheduler does, event by event. This is the package's entry goro/trace. */
import type { Core } from './core.js';
import type { Pointer } from './ffi.js';
import { UsageError } from './errors.js';
import { dispose } from './realm.js';
import type { Runtime } from './runtime.js';
import { KINDS, NO_SITE, ordered, type Site, type TraceEvent, type TraceKind, VALUES } from './trace-events.js';

export { type ChromeEvent, type ChromeTrace, fromChrome, type Site, toChrome, type TraceEvent, type TraceKind } from './trace-events.js';

/** What {@link trace} takes. */
export interface TraceOptions {
  /** Each thread keeps about as many of its newest events; 32768 without it. */
  events?: number;
}

/** Where the fields of a struct tracering are, in words (runtime/base/trace.h). */
const [LINK, RECORDS, M, SIZE, DONE] = [0, 1, 3, 4, 5] as const;
/** Bytes of a struct tracerec; g, what, object: its words. */
const RECORD_BYTES = 16;
/** Of a struct gosite: fn, file, line, caller. */
const SITE_BYTES = 16;
/** What is written beside events: the time; 2 ** 32 ns of it are g. */
const CLOCK = 14;
/** The newest that may be written while this reads, twice; TRACE_BATCH_MAX. */
const UNSAFE = 2 * 1025;
/** How often, in ms, what is iterated over looks for more. */
const POLL_MS = 20;

/** enum waitReason of runtime/sched/runtime2.h. */
const REASONS = [
  '', 'chan receive', 'chan send', 'chan receive (nil chan)', 'chan send (nil chan)', 'select', 'select (no cases)',
  'semacquire', 'sleep', 'sync.Cond.Wait', 'sync.Mutex.Lock', 'sync.RWMutex.RLock', 'sync.RWMutex.Lock',
  'sync.WaitGroup.Wait', 'panicwait', 'IO wait', 'stopping the world', 'await', 'call on main thread',
];

const running = new WeakSet<Core>();

/** One thread's ring: an event stands between two readings of its clock. */
class Ring {
  #taken: number;
  #when = 0;
  #cur = 0;
  readonly #pending: TraceEvent[] = [];

  constructor(readonly at: Pointer, done: number) {
    this.#taken = done;
  }

  /** What has been written since the last call goes to `to`; how many records were lost. */
  read({ u32, i32 }: Core, decode: (u32: Uint32Array, at: number) => TraceEvent, to: TraceEvent[]): number {
    const ring = this.at >> 2, records = u32[ring + RECORDS]! >> 2, size = u32[ring + SIZE]!;
    const done = () => Atomics.load(i32, ring + DONE) >>> 0;
    let lost = 0;
    for (const end = done(); this.#taken !== end;) {
      const at = records + (this.#taken & (size - 1)) * (RECORD_BYTES >> 2);
      const clock = (u32[at + 1]! & 0xff) === CLOCK;
      const when = u32[at]! * 2 ** 32 + u32[at + 2]!;
      const event = clock ? undefined : decode(u32, at);
      const gone = this.#overwritten(done(), size);
      lost += gone;
      if (gone > 0) continue;
      this.#taken = (this.#taken + 1) >>> 0;
      if (event) this.#event(event, u32[ring + M]! >>> 16);
      else this.#clock(when, to);
    }
    return lost;
  }

  #overwritten(done: number, size: number): number {
    const first = (done + UNSAFE - size) >>> 0, gone = (first - this.#taken) | 0;
    if (gone <= 0) return 0;
    this.#taken = first;
    this.#pending.length = this.#when = this.#cur = 0;
    return gone;
  }

  #event(event: TraceEvent, m: number): void {
    const { kind, g } = event;
    const runs = kind !== 'start' && kind !== 'park' && kind !== 'yield' && kind !== 'syscall' && kind !== 'end';
    this.#pending.push({ ...event, m, by: runs ? this.#cur : 0 });
    if (kind === 'start') this.#cur = g;
    else if (!runs && this.#cur === g) this.#cur = 0;
  }

  /** Events that no reading stands before came at this one. */
  #clock(when: number, to: TraceEvent[]): void {
    const events = this.#pending.splice(0), from = this.#when || when;
    events.forEach((event, i) => to.push({ ...event, t: Math.round(from + ((when - from) * i) / events.length) }));
    this.#when = when;
  }
}

/**
 * A trace under way, made by {@link trace}.
 * @example
 * const ch = rt.chan();
 * const recording = trace(rt);
 * await Promise.all([rt.go(function* () { yield* ch.send(1); }).wait(), ch.recv()]);
 * recording.stop();
 * assert.ok(recording.take().some(({ kind }) => kind === 'park'));
 */
export class Trace {
  readonly #core: Core;
  #origin = 0;
  readonly #known = new Map();
  readonly #texts = new Map<Pointer, string>();
  readonly #decoder = new TextDecoder();
  readonly #rings = new Map<Pointer, Ring>();
  #rest: TraceEvent[] = [];
  #lost = 0;
  #last = -1;
  #on = true;

  /** @internal Use {@link trace}. */
  constructor(core: Core, events: number) {
    this.#core = core;
    const { ffi } = core;
    this.#each((ring, done) => { this.#rings.set(ring, new Ring(ring, done)); });
    ffi.trace_start(2 * events); // each has a reading of the clock beside it
    running.add(core);
    core.endings.push(() => {
      try {
        this.stop();
      } catch {} // it may be the module's own end
    });
  }

  /**
   * How many events, and readings of the clock between them, had to make room for
   * newer ones before they were taken.
   * @example
   * const rt2 = await start();
   * const recording = trace(rt2, { events: 1 }); // there is room for some thousand all the same
   * const ch = rt2.chan(1);
   * await rt2.go(function* () {
   *   for (let i = 0; i < 5000; i++) {
   *     yield* ch.send(i);
   *     yield* ch.recv();
   *   }
   * }).wait();
   * await rt2.close();
   * assert.ok(recording.lost > 0);
   */
  get lost(): number {
    return this.#lost;
  }

  /**
   * What has happened since the last call, in order.
   * @example
   * const recording = trace(rt);
   * const first = recording.take();
   * assert.ok(first.every(({ t }, i) => i === 0 || t > first[i - 1].t));
   * recording.stop();
   */
  take(): TraceEvent[] {
    if (this.#on) this.#read();
    const rest = this.#rest;
    if (rest.length === 0) return rest;
    this.#origin ||= rest.reduce((least, { t }) => Math.min(least, t), Infinity);
    const events = ordered(rest.map((event) => ({ ...event, t: event.t - this.#origin })), this.#known, this.#last);
    this.#last = events[events.length - 1]!.t;
    this.#rest = [];
    return events;
  }

  /**
   * No more events; what there are can still be taken, also when the runtime is
   * closed.
   * @example
   * const recording = trace(rt);
   * recording.stop();
   * recording.take();
   * assert.deepEqual(recording.take(), []);
   */
  stop(): void {
    if (!this.#on) return;
    this.#read();
    this.#core.ffi.trace_stop();
    this.#on = false;
    running.delete(this.#core);
  }

  /**
   * stop(), for `using`.
   * @example
   * const recording = trace(rt);
   * recording[Symbol.dispose ?? Symbol.for('Symbol.dispose')]();
   * trace(rt).stop(); // another one may begin
   */
  [dispose](): void {
    this.stop();
  }

  /**
   * All events as they come, until {@link Trace.stop}.
   * @example
   * const recording = trace(rt);
   * rt.go(function* worker() { yield* rt.sleep(1); });
   * for await (const event of recording) if (event.kind === 'end') recording.stop();
   * assert.deepEqual(recording.take(), []);
   */
  async *[Symbol.asyncIterator](): AsyncGenerator<TraceEvent, void, void> {
    for (let on = true; on;) {
      on = this.#on;
      yield* this.take();
      if (this.#on) await new Promise((resolve) => { setTimeout(resolve, POLL_MS); });
    }
  }

  #each(seen: (ring: Pointer, done: number) => void): void {
    for (let ring = this.#core.ffi.trace_rings(); ring !== 0; ring = this.#core.u32[(ring >> 2) + LINK]!) {
      this.#core.see(Infinity); // those of other threads lie where these have made memory grow
      seen(ring, this.#core.u32[(ring >> 2) + DONE]!);
    }
  }

  #read(): void {
    this.#each((at) => {
      let ring = this.#rings.get(at);
      if (!ring) this.#rings.set(at, ring = new Ring(at, 0));
      this.#lost += ring.read(this.#core, this.#decode, this.#rest);
    });
  }

  readonly #decode = (u32: Uint32Array, at: number): TraceEvent => {
    const what = u32[at + 1]!, kind = KINDS[what & 0xff] as TraceKind;
    return { kind, t: 0, m: 0, g: u32[at]!, by: 0, ...this.#more(kind, what >> 8, u32[at + 2]!) } as TraceEvent;
  };

  #more(kind: TraceKind, reason: number, object: number): object {
    switch (kind) {
      case 'create': return { site: this.#site(object) };
      case 'park': return { reason: REASONS[reason], object };
      case 'ready': return { object, value: VALUES[reason] };
      case 'name': return { name: this.#text(object) };
      case 'steal': return { from: reason, n: object };
      case 'send': case 'recv': case 'timer': return { object };
      default: return {};
    }
  }

  #site(p: Pointer): Site {
    if (p === 0) return NO_SITE;
    this.#core.see(p + SITE_BYTES);
    const [fn, file, line, caller] = this.#core.u32.subarray(p >> 2, (p >> 2) + 4) as unknown as [number, number, number, number];
    return { fn: this.#text(fn), file: this.#text(file), line, caller: this.#text(caller) };
  }

  #text(p: Pointer): string {
    if (p === 0) return '';
    let text = this.#texts.get(p);
    if (text === undefined) {
      this.#core.see(Infinity); // its end is not known yet
      const { u8 } = this.#core;
      text = this.#decoder.decode(u8.slice(p, u8.indexOf(0, p)));
      this.#texts.set(p, text);
    }
    return text;
  }
}

/**
 * Record what the scheduler of `rt` does from now on: first come the goroutines
 * that there are.
 * @throws {UsageError} if a trace of it is under way, or its module in C was built without traces
 * @example
 * const recording = trace(rt);
 * await rt.go(function* () { yield* rt.sleep(1); }).wait();
 * recording.stop();
 * const kinds = recording.take().map(({ kind }) => kind);
 * assert.ok(kinds.includes('park') && kinds.includes('end'));
 */
export function trace(rt: Runtime, options: TraceOptions = {}): Trace {
  const { core } = rt;
  if (core.closed) throw core.shutError();
  if (running.has(core)) throw new UsageError('a trace of this runtime is under way; stop() it first');
  if (!core.ffi.trace_start) throw new UsageError('goro cc -Oz has made the module without traces; build it with -O2');
  return new Trace(core, options.events ?? 32768);
}
