/**
 * What was recorded of a run, and where it lies in the picture. Pure: it grows
 * by events, and is asked.
 */
import type { TraceEvent } from 'goro/trace';
import { Model } from './model.js';

/** Lines that there is room for. */
export const COLUMNS_MAX = 1000;

/** How far two events are from each other, in px: long times do not push short ones out of sight. */
const distance = (ns: number): number => 5 + 5 * Math.log10(1 + Math.max(ns, 0) / 1000);

/**
 * Time as a place: each event is further down than the one before, by more if
 * more time has passed, but never by much.
 */
export class Axis {
  #times = new Float64Array(1024);
  #places = new Float64Array(1024);
  #count = 0;

  push(t: number): void {
    const n = this.#count;
    const last = this.#times[n - 1];
    if (last !== undefined && t <= last) return;
    if (n === this.#times.length) this.#grow();
    this.#times[n] = t;
    this.#places[n] = n === 0 ? 0 : this.#places[n - 1]! + distance(t - last!);
    this.#count++;
  }

  #grow(): void {
    const twice = (old: Float64Array) => {
      const all = new Float64Array(old.length * 2);
      all.set(old);
      return all;
    };
    this.#times = twice(this.#times);
    this.#places = twice(this.#places);
  }

  /** Where the last event is. */
  get end(): number {
    return this.#count === 0 ? 0 : this.#places[this.#count - 1]!;
  }

  /** Where a time is. */
  at(t: number): number {
    return between(this.#times, this.#places, this.#count, t);
  }

  /** What time is there. */
  time(place: number): number {
    return between(this.#places, this.#times, this.#count, place);
  }
}

/** The y of x, where xs rise and have these ys; straight lines between them. */
function between(xs: Float64Array, ys: Float64Array, count: number, x: number): number {
  if (count === 0) return 0;
  let low = 0;
  let high = count - 1;
  if (x <= xs[0]!) return ys[0]!;
  if (x >= xs[high]!) return ys[high]!;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (xs[middle]! <= x) low = middle;
    else high = middle;
  }
  const part = (x - xs[low]!) / (xs[high]! - xs[low]!);
  return ys[low]! + part * (ys[high]! - ys[low]!);
}

/** Which column each goroutine has: the first that is free when it is born. */
class Columns {
  readonly of = new Map<number, number>();
  readonly #free: number[] = [];
  count = 0;

  born(g: number): void {
    if (this.of.has(g)) return;
    if (this.#free.length > 0) this.of.set(g, this.#free.pop()!);
    else if (this.count < COLUMNS_MAX) this.of.set(g, this.count++);
  }

  died(g: number): void {
    const column = this.of.get(g);
    if (column === undefined) return;
    const at = this.#free.findIndex((each) => each < column); // the lowest is last
    this.#free.splice(at < 0 ? this.#free.length : at, 0, column);
  }
}

export class Recording {
  readonly model = new Model();
  readonly axis = new Axis();
  readonly columns = new Columns();
  readonly #channels = new Map<number, number>();
  /** All of them, for whoever wants them as a file. */
  readonly events: TraceEvent[] = [];
  /** What waits at its end was found to wait for ever. */
  stuck = false;

  push(events: TraceEvent[]): void {
    this.model.push(events);
    for (const event of events) {
      this.events.push(event);
      this.axis.push(event.t);
      if (event.g !== 0) {
        this.columns.born(event.g);
        if (event.kind === 'end') this.columns.died(event.g);
      }
      this.#number(event);
    }
  }

  /** What goroutines wait on has a number; timers have none. */
  #number(event: TraceEvent): void {
    if (!('object' in event) || event.object === 0 || event.kind === 'timer') return;
    if (event.kind === 'park' && event.reason === 'sleep') return;
    if (event.kind === 'ready' && event.value === '') return;
    if (!this.#channels.has(event.object)) this.#channels.set(event.object, this.#channels.size + 1);
  }

  /** A number for a channel, shorter than its address; 0 for none. */
  channel(object: number): number {
    return this.#channels.get(object) ?? 0;
  }

  /** How many goroutines there is no room for. */
  get left(): number {
    return this.model.goroutines.size - this.columns.of.size;
  }
}
