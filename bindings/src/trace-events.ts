/** What a trace is made of, and Chrome's JSON for it. Needs nothing else of the package. */

/** Where a goroutine was started; '' and 0 where that is not known. */
export interface Site {
  /** The goroutine's function. */
  readonly fn: string;
  /** Where it was started, */
  readonly file: string;
  /** in which line, */
  readonly line: number;
  /** and by which function. */
  readonly caller: string;
}

interface Base {
  /** Nanoseconds since the trace began. */
  readonly t: number;
  /** The thread; 0 is the first. */
  readonly m: number;
  /** The goroutine that it is about, or 0. */
  readonly g: number;
  /** The goroutine that ran on m and did it; 0: a timer, the host, nobody. */
  readonly by: number;
}

/**
 * What the scheduler did. Objects are addresses of channels, semaphores and
 * timers, 0 where unknown; they may be used again.
 */
export type TraceEvent =
  /** g was made, or was there before the trace: its state follows. */
  | Base & { readonly kind: 'create'; readonly site: Site }
  | Base & { readonly kind: 'start' }
  /** reason is Go's text: 'chan receive', 'select', 'sleep', … */
  | Base & { readonly kind: 'park'; readonly reason: string; readonly object: number }
  /** 'in': g got a value of by's; 'out': by took g's; '': it waited for no channel. */
  | Base & { readonly kind: 'ready'; readonly object: number; readonly value: '' | 'in' | 'out' | 'closed' }
  | Base & { readonly kind: 'yield' }
  | Base & { readonly kind: 'syscall' }
  | Base & { readonly kind: 'end' }
  | Base & { readonly kind: 'name'; readonly name: string }
  /** g put a value into a channel's buffer; */
  | Base & { readonly kind: 'send'; readonly object: number }
  /** g took one out of it, the first that was put in. */
  | Base & { readonly kind: 'recv'; readonly object: number }
  /** m took n goroutines off a queue, and runs g. */
  | Base & { readonly kind: 'steal'; readonly from: number; readonly n: number }
  | Base & { readonly kind: 'timer'; readonly object: number }
  /** m has nothing to do until its next event. */
  | Base & { readonly kind: 'idle' };

/** The kinds of event. */
export type TraceKind = TraceEvent['kind'];

/** enum tracekind of runtime/base/trace.h. */
export const KINDS: readonly (TraceKind | '')[] = [
  '', 'create', 'start', 'park', 'ready', 'yield', 'syscall', 'end', 'name', 'send', 'recv', 'steal', 'timer', 'idle',
];
/** enum traceready. */
export const VALUES = ['', 'in', 'out', 'closed'] as const;

/** Nobody knows where. */
export const NO_SITE: Site = { fn: '', file: '', line: 0, caller: '' };

// ---- the order of several threads' events ----

/** Threads' clocks are read now and then: times may be wrong by about this, in ns. */
const SLACK = 1_000_000;

/** What is known of a goroutine so far: it cannot start while it waits, nor be readied while it runs. */
type Known = 'waits' | 'runs' | 'other';

function mayFollow(e: TraceEvent, known: Known | undefined): boolean {
  if (e.kind === 'start') return known !== 'waits' && known !== 'runs';
  if (e.kind === 'ready') return known !== 'runs';
  return true;
}

function learn(known: Map<number, Known>, e: TraceEvent): void {
  if (e.kind === 'park') known.set(e.g, 'waits');
  else if (e.kind === 'start') known.set(e.g, 'runs');
  else if (e.kind === 'end') known.delete(e.g);
  else if (e.kind === 'ready' || e.kind === 'yield' || e.kind === 'syscall' || e.kind === 'create') known.set(e.g, 'other');
}

/** Events of each thread, in its order; where each stands. */
interface Lane {
  readonly events: TraceEvent[];
  at: number;
}

function nextLane(lanes: Lane[], known: Map<number, Known>): Lane | undefined {
  const heads = lanes.filter((lane) => lane.at < lane.events.length);
  if (heads.length < 2) return heads[0];
  heads.sort((a, b) => a.events[a.at]!.t - b.events[b.at]!.t);
  const limit = heads[0]!.events[heads[0]!.at]!.t + SLACK;
  const may = heads.find(({ events, at }) => events[at]!.t <= limit && mayFollow(events[at]!, known.get(events[at]!.g)));
  return may ?? heads[0];
}

/**
 * The events of several threads, each thread's in its order, as one: by time,
 * and where that contradicts what must come first, by that. Times grow by 1 at
 * least, from `after` on.
 */
export function ordered(events: TraceEvent[], known: Map<number, Known> = new Map(), after = -1): TraceEvent[] {
  const byM = new Map<number, Lane>();
  for (const event of events) {
    const lane = byM.get(event.m);
    if (lane) lane.events.push(event);
    else byM.set(event.m, { events: [event], at: 0 });
  }
  const lanes = [...byM.values()];
  const result: TraceEvent[] = [];
  for (let lane; (lane = nextLane(lanes, known));) {
    let event = lane.events[lane.at++]!;
    if (event.t <= after) event = { ...event, t: after + 1 };
    after = event.t;
    learn(known, event);
    result.push(event);
  }
  return result;
}

// ---- Chrome's JSON: goro_trace_write of runtime/api/export_trace.c writes the same ----

/** An entry of traceEvents. */
export interface ChromeEvent {
  /** Its phase: 'B' and 'E' begin and end, 's' and 'f' are an arrow's, 'i' is a moment, 'M' a track's name. */
  readonly ph: string;
  /** What is written there. */
  readonly name?: string;
  /** When, in microseconds. */
  readonly ts?: number;
  /** The {@link TraceEvent} that it stands for. */
  readonly args?: object;
  readonly [key: string]: unknown;
}

/** A file for ui.perfetto.dev and chrome://tracing. */
export interface ChromeTrace {
  /** What the file draws. */
  readonly traceEvents: readonly ChromeEvent[];
}

const PHASES: { readonly [K in TraceKind]?: string } = { start: 'B', park: 'E', yield: 'E', syscall: 'E', end: 'E', ready: 's' };

function chrome(event: TraceEvent, title: (g: number) => string): ChromeEvent[] {
  const { kind, t, m, g, by, ...rest } = event;
  const common = { ts: t / 1000, pid: 1, tid: m + 1 };
  const args = { kind, g, by, ...rest };
  const ph = PHASES[kind] ?? 'i';
  if (kind === 'start') {
    return [{ ph, name: title(g), cat: 'goroutine', ...common, args },
      { ph: 'f', name: 'ready', cat: 'ready', id: g, bp: 'e', ...common }];
  }
  if (kind === 'ready') return [{ ph, name: 'ready', cat: 'ready', id: g, ...common, args }];
  return [{ ph, name: kind, cat: 'goroutine', ...(ph === 'i' && { s: 't' }), ...common, args }];
}

/**
 * The events as a file for ui.perfetto.dev and chrome://tracing: a track for
 * each thread with the goroutines that ran there, and an arrow from who woke a
 * goroutine to where it went on.
 * @example
 * const recording = trace(rt);
 * await rt.go(function* worker() { yield* rt.sleep(1); }).wait();
 * recording.stop();
 * const file = JSON.stringify(toChrome(recording.take()));
 * assert.match(file, /worker/);
 */
export function toChrome(events: Iterable<TraceEvent>): ChromeTrace {
  const titles = new Map<number, string>(), threads = new Set<number>();
  const title = (g: number) => titles.get(g) ?? `g${g}`;
  const traceEvents: ChromeEvent[] = [];
  for (const event of events) {
    if (event.kind === 'create') titles.set(event.g, `g${event.g} ${event.site.fn}`);
    if (event.kind === 'name') titles.set(event.g, `g${event.g} ${event.name}`);
    threads.add(event.m);
    traceEvents.push(...chrome(event, title));
  }
  for (const m of threads) {
    traceEvents.push({ ph: 'M', name: 'thread_name', pid: 1, tid: m + 1, args: { name: `M${m}` } });
  }
  return { traceEvents };
}

/**
 * The events that {@link toChrome}, or goro_trace_write of a program in C, has
 * made a file of.
 * @example
 * const recording = trace(rt);
 * const events = recording.take();
 * recording.stop();
 * assert.deepEqual(fromChrome(toChrome(events)), events);
 */
export function fromChrome(file: ChromeTrace): TraceEvent[] {
  const events: TraceEvent[] = [];
  for (const { ts, tid, args } of file.traceEvents) {
    if (args && 'kind' in args) events.push({ t: Math.round(ts! * 1000), m: (tid as number) - 1, ...args } as TraceEvent);
  }
  const first = events.reduce((least, { t }) => Math.min(least, t), Infinity);
  return ordered(first > 1e12 ? events.map((event) => ({ ...event, t: event.t - first })) : events);
}
