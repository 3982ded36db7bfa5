/**
 * Events → what there was at any time. Pure: it grows by events that are later
 * than all before, and is asked.
 *
 * Invariants: a track's segments follow each other without gaps, from its birth
 * to its death; only the last may last to Infinity. Spans of an M are apart.
 */
import type { Site, TraceEvent } from 'goro/trace';

export type GState = 'runnable' | 'running' | 'waiting' | 'syscall' | 'dead';

/** One goroutine in one state for [t0, t1); t1 is Infinity while it lasts. */
export interface Segment {
  readonly t0: number;
  readonly t1: number;
  readonly state: GState;
  /** Where it runs; -1: nowhere. */
  readonly m: number;
  /** What it waits for, in Go's words. */
  readonly reason: string;
  /** What it waits on; 0: unknown. */
  readonly object: number;
}

/** A goroutine's life. */
export interface GTrack {
  readonly g: number;
  readonly name: string;
  readonly site: Site;
  /** Who started it; 0: nobody of these. */
  readonly parent: number;
  readonly born: number;
  /** Infinity while it lives. */
  readonly died: number;
  readonly segments: readonly Segment[];
}

/** An M runs g for [t0, t1). */
export interface MSpan {
  readonly t0: number;
  readonly t1: number;
  readonly g: number;
}

export interface MTrack {
  readonly m: number;
  readonly spans: readonly MSpan[];
}

/** What goes from one goroutine to another; t1 > t0 for a value that lay in a buffer. */
export interface Stroke {
  readonly kind: 'value' | 'close' | 'wake' | 'create';
  readonly from: number;
  readonly to: number;
  readonly t0: number;
  readonly t1: number;
  readonly object: number;
}

/** A goroutine at a time. */
export interface GNow {
  readonly g: number;
  readonly name: string;
  readonly state: GState;
  readonly m: number;
  readonly reason: string;
  readonly object: number;
  readonly since: number;
  readonly parent: number;
}

/** All that there is at a time. */
export interface State {
  readonly t: number;
  readonly goroutines: readonly GNow[];
  readonly counts: Readonly<Record<GState, number>>;
}

/** Of a track, what is there between two times: from the segment `first` to `last`. */
export interface Part<T> {
  readonly track: T;
  readonly first: number;
  readonly last: number;
}

/** What is to be drawn between two times. */
export interface Between {
  readonly goroutines: readonly Part<GTrack>[];
  readonly ms: readonly Part<MTrack>[];
  readonly strokes: readonly Stroke[];
}

type Open<T> = { -readonly [K in keyof T]: T[K] };
interface Track extends Open<Omit<GTrack, 'segments'>> { segments: Open<Segment>[] }
interface Lane extends Open<Omit<MTrack, 'spans'>> { spans: Open<MSpan>[] }

/** How many of a sorted list are at or before t. */
function upTo<T>(list: readonly T[], t: number, of: (each: T) => number): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (of(list[middle]!) <= t) low = middle + 1;
    else high = middle;
  }
  return low;
}

const begin = (each: { t0: number }): number => each.t0;
const UNKNOWN: Site = { fn: '', file: '', line: 0, caller: '' };

export class Model {
  readonly #events: TraceEvent[] = [];
  readonly #goroutines = new Map<number, Track>();
  readonly #ms = new Map<number, Lane>();
  /** In the order of t1, which is when they are known. */
  readonly #strokes: Stroke[] = [];
  /** No stroke takes longer. */
  #longest = 0;
  /** Of a channel: who put what is in its buffer there, and when. */
  readonly #buffers = new Map<number, { g: number; t: number }[]>();
  #start = 0;
  #end = 0;

  constructor(events: Iterable<TraceEvent> = []) {
    this.push(events);
  }

  get start(): number {
    return this.#start;
  }

  get end(): number {
    return this.#end;
  }

  /** How many events there are. */
  get size(): number {
    return this.#events.length;
  }

  /** In the order of their births. */
  get goroutines(): ReadonlyMap<number, GTrack> {
    return this.#goroutines;
  }

  get ms(): ReadonlyMap<number, MTrack> {
    return this.#ms;
  }

  /** The i-th event. */
  event(i: number): TraceEvent {
    return this.#events[i]!;
  }

  /** How many events are at or before t. */
  index(t: number): number {
    return upTo(this.#events, t, (event) => event.t);
  }

  // ---- growing ----

  /** Later events. Those that are not are taken as if they were at the end. */
  push(events: Iterable<TraceEvent>): void {
    for (const event of events) {
      const known = event.t < this.#end ? { ...event, t: this.#end } : event;
      if (this.#events.length === 0) this.#start = known.t;
      this.#end = known.t;
      this.#events.push(known);
      this.#apply(known);
    }
  }

  #apply(event: TraceEvent): void {
    const { t, m, g, by } = event;
    switch (event.kind) {
      case 'create':
        this.#track(event, event.site, by);
        return this.#stroke('create', by, g, t, t, 0);
      case 'start':
        this.#enter(event, 'running', m);
        return void this.#lane(m).spans.push({ t0: t, t1: Infinity, g });
      case 'park':
        this.#leave(m, t);
        return this.#enter(event, 'waiting', -1, event.reason, event.object);
      case 'yield':
        this.#leave(m, t);
        return this.#enter(event, 'runnable');
      case 'syscall':
        this.#leave(m, t);
        return this.#enter(event, 'syscall');
      case 'end':
        this.#leave(m, t);
        this.#enter(event, 'dead');
        this.#known(event).died = t;
        return;
      case 'ready':
        this.#enter(event, 'runnable');
        return this.#woken(event);
      case 'name':
        this.#known(event).name = event.name;
        return;
      case 'send':
        return void this.#buffer(event.object).push({ g, t });
      case 'recv': {
        const sent = this.#buffer(event.object).shift();
        if (sent) this.#stroke('value', sent.g, g, sent.t, t, event.object);
        return;
      }
      case 'idle':
        return this.#leave(m, t);
      case 'steal':
      case 'timer':
    }
  }

  #woken({ g, by, t, object, value }: Extract<TraceEvent, { kind: 'ready' }>): void {
    if (value === 'out') this.#stroke('value', g, by, t, t, object);
    else this.#stroke(value === 'in' ? 'value' : value === 'closed' ? 'close' : 'wake', by, g, t, t, object);
  }

  #buffer(object: number): { g: number; t: number }[] {
    let buffer = this.#buffers.get(object);
    if (!buffer) this.#buffers.set(object, buffer = []);
    return buffer;
  }

  #stroke(kind: Stroke['kind'], from: number, to: number, t0: number, t1: number, object: number): void {
    if (from === 0 || to === 0 || from === to) return;
    this.#strokes.push({ kind, from, to, t0, t1, object });
    this.#longest = Math.max(this.#longest, t1 - t0);
  }

  #track({ g, t }: { g: number; t: number }, site: Site, parent: number): Track {
    const track: Track = { g, name: site.fn || 'goroutine', site, parent, born: t, died: Infinity, segments: [] };
    track.segments.push({ t0: t, t1: Infinity, state: 'runnable', m: -1, reason: '', object: 0 });
    this.#goroutines.set(g, track);
    return track;
  }

  /** The track of an event; its birth may have been before all events. */
  #known(event: TraceEvent): Track {
    return this.#goroutines.get(event.g) ?? this.#track(event, UNKNOWN, 0);
  }

  #enter(event: TraceEvent, state: GState, m = -1, reason = '', object = 0): void {
    const { segments } = this.#known(event);
    segments[segments.length - 1]!.t1 = event.t;
    segments.push({ t0: event.t, t1: Infinity, state, m, reason, object });
  }

  #lane(m: number): Lane {
    let lane = this.#ms.get(m);
    if (!lane) this.#ms.set(m, lane = { m, spans: [] });
    return lane;
  }

  /** Nothing runs on m any more. */
  #leave(m: number, t: number): void {
    const { spans } = this.#lane(m);
    const last = spans[spans.length - 1];
    if (last && last.t1 === Infinity) last.t1 = t;
  }

  // ---- being asked ----

  /** All that there is at t. */
  at(t: number): State {
    const goroutines: GNow[] = [];
    for (const { g, name, parent, born, died, segments } of this.#goroutines.values()) {
      if (born > t) break; // in the order of births
      if (died <= t) continue;
      const { state, m, reason, object, t0 } = segments[upTo(segments, t, begin) - 1]!;
      goroutines.push({ g, name, state, m, reason, object, since: t0, parent });
    }
    return { t, goroutines, counts: this.counts(t) };
  }

  /** How many are in which state at t. */
  counts(t: number): Record<GState, number> {
    const counts: Record<GState, number> = { runnable: 0, running: 0, waiting: 0, syscall: 0, dead: 0 };
    for (const { born, segments } of this.#goroutines.values()) {
      if (born > t) break;
      counts[segments[upTo(segments, t, begin) - 1]!.state]++;
    }
    return counts;
  }

  /** Who waits on something at t. */
  waitingOn(object: number, t: number): GNow[] {
    return this.at(t).goroutines.filter((each) => each.state === 'waiting' && each.object === object);
  }

  /** What there is between t0 and t1, of goroutines those that `drawn` has. */
  between(t0: number, t1: number, drawn?: { has(g: number): boolean }): Between {
    const goroutines: Part<GTrack>[] = [];
    for (const track of this.#goroutines.values()) {
      if (track.born > t1) break;
      if (track.died >= t0 && (!drawn || drawn.has(track.g))) goroutines.push(part(track, track.segments, t0, t1));
    }
    const ms = [...this.#ms.values()].map((track) => part(track, track.spans, t0, t1));
    return { goroutines, ms, strokes: this.#strokesBetween(t0, t1) };
  }

  #strokesBetween(t0: number, t1: number): Stroke[] {
    const found: Stroke[] = [];
    const after = (t: number) => upTo(this.#strokes, t, (stroke) => stroke.t1);
    for (let i = after(t0 - 1e-9); i < this.#strokes.length; i++) {
      const stroke = this.#strokes[i]!;
      if (stroke.t1 > t1 + this.#longest) break;
      if (stroke.t0 <= t1) found.push(stroke);
    }
    return found;
  }
}

function part<T>(track: T, list: readonly { t0: number; t1: number }[], t0: number, t1: number): Part<T> {
  let first = Math.max(upTo(list, t0, begin) - 1, 0);
  if (first < list.length && list[first]!.t1 < t0) first++;
  return { track, first, last: upTo(list, t1, begin) - 1 };
}
