/**
 * Draws a recording at a place of it: goroutines as lines down through time,
 * sends as strokes between them, Ms as lanes on the left. It only draws, and
 * says what is where.
 */
import type { GTrack, MTrack, Part, Segment, Stroke } from './model.js';
import { COLUMNS_MAX, type Recording } from './recording.js';

/** How a stretch of a line looks. */
export type Look = 'running' | 'runnable' | 'waiting' | 'sleeping' | 'stuck';

const LOOKS: readonly Look[] = ['sleeping', 'waiting', 'stuck', 'runnable', 'running'];
/** What waits for time or the world outside, not for another goroutine. */
const OUTSIDE = /^(sleep|await|IO wait|syscall)/i;

/** Of the lines: names are above. */
const TOP = 26;
const TOP_TURNED = 58;
/** Room for a name. */
const NAME = 74;
const LANE = 12;
const LANE_GAP = 5;
const COLUMN_MAX = 128;
/** Where the present is, of the height; the past is above. */
const PRESENT = 0.86;
/** A short recording is drawn larger, to fill this part of the height, up to so much. */
const FILL = 0.7;
const ZOOM_MAX = 2.4;
/** How far the picture moves while a value goes over. */
const FLIGHT = 16;
const DASH = [4, 3];

export interface Colours {
  readonly looks: Record<Look, string>;
  readonly value: string;
  readonly text: string;
  readonly soft: string;
  readonly grid: string;
  readonly page: string;
  readonly font: string;
}

/** What is at a point of the picture. */
export interface Spot {
  readonly track: GTrack;
  readonly segment: Segment;
  readonly t: number;
}

export function look({ state, reason, t1 }: Segment, stuck: boolean): Look {
  if (state === 'running' || state === 'runnable') return state;
  if (stuck && t1 === Infinity && state === 'waiting') return 'stuck';
  return state === 'syscall' || OUTSIDE.test(reason) ? 'sleeping' : 'waiting';
}

export class View {
  readonly #canvas: HTMLCanvasElement;
  readonly #ctx: CanvasRenderingContext2D;
  #colours: Colours;
  #recording: Recording | undefined;
  #width = 0;
  #height = 0;
  #position = 0;
  #top = TOP;
  /** px for a px of the recording; it follows what it should be, as the next. */
  #zoom = 1;
  /** Of columns; it follows what it should be. */
  #step = 0;
  /** The goroutine that is pointed at. */
  focus = 0;
  /** Columns move at once. */
  still = false;

  constructor(canvas: HTMLCanvasElement, colours: Colours) {
    this.#canvas = canvas;
    this.#ctx = canvas.getContext('2d', { alpha: false })!;
    this.#colours = colours;
  }

  set colours(colours: Colours) {
    this.#colours = colours;
  }

  show(recording: Recording): void {
    this.#recording = recording;
    this.#step = 0;
    this.focus = 0;
  }

  resize(width: number, height: number, ratio: number): void {
    this.#width = width;
    this.#height = height;
    this.#canvas.width = Math.round(width * ratio);
    this.#canvas.height = Math.round(height * ratio);
    this.#ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
  }

  // ---- where things are ----

  /** Where lines begin, below the names. */
  #topAim(): number {
    const count = Math.max(this.#recording!.columns.count, 2);
    return (this.#width - this.#lanes - 10) / count < NAME || this.#recording!.model.ms.size > 1 ? TOP_TURNED : TOP;
  }

  get #lanes(): number {
    return Math.max(this.#recording!.model.ms.size, 1) * (LANE + LANE_GAP) + 18;
  }

  /** The top of the picture is this place of the recording. */
  get #origin(): number {
    return Math.max(0, this.#position - (this.#height * PRESENT - this.#top) / this.#zoom);
  }

  #y(place: number): number {
    return this.#top + (place - this.#origin) * this.#zoom;
  }

  #zoomAim(): number {
    return Math.min(ZOOM_MAX, Math.max(1, FILL * (this.#height - TOP) / Math.max(this.#recording!.axis.end, 1)));
  }

  #aim(): number {
    const count = Math.max(this.#recording!.columns.count, 2);
    return Math.min(COLUMN_MAX, (this.#width - this.#lanes - 10) / count);
  }

  #x(column: number): number {
    const count = Math.max(this.#recording!.columns.count, 2);
    const room = this.#width - this.#lanes - 10;
    const left = this.#lanes + Math.max(0, (room - count * this.#step) / 2);
    return left + (column + 0.5) * this.#step;
  }

  #xOf(g: number): number | undefined {
    const column = this.#recording!.columns.of.get(g);
    return column === undefined ? undefined : this.#x(column);
  }

  /** Columns on their way to where they should be? */
  get moving(): boolean {
    return this.#recording !== undefined && Math.abs(this.#step - this.#aim()) + Math.abs(this.#zoom - this.#zoomAim()) > 0.01;
  }

  // ---- drawing ----

  /** Draw the recording as it is at a place of it. */
  draw(position: number): void {
    const recording = this.#recording;
    if (!recording) return;
    this.#position = position;
    this.#top = this.#topAim();
    const [aim, zoom] = [this.#aim(), this.#zoomAim()];
    const part = this.#step === 0 || this.still ? 1 : 0.2;
    this.#step += (aim - this.#step) * part;
    this.#zoom += (zoom - this.#zoom) * part;
    const ctx = this.#ctx;
    ctx.fillStyle = this.#colours.page;
    ctx.fillRect(0, 0, this.#width, this.#height);
    const { axis, model } = recording;
    const now = axis.time(position);
    const seen = model.between(axis.time(this.#origin), now, recording.columns.of);
    this.#grid();
    ctx.save();
    ctx.beginPath();
    ctx.rect(0, this.#top - 6, this.#width, this.#height);
    ctx.clip();
    this.#drawLanes(seen.ms, now);
    for (const stroke of seen.strokes) if (stroke.kind === 'create') this.#birth(stroke);
    this.#drawLines(seen.goroutines, now);
    this.#drawStrokes(seen.strokes, 'value');
    this.#drawStrokes(seen.strokes, 'close');
    ctx.restore();
    this.#present(now);
    this.#names(seen.goroutines, now);
  }

  #grid(): void {
    const ctx = this.#ctx;
    ctx.fillStyle = this.#colours.grid;
    const count = this.#recording!.columns.count;
    if (this.#step >= 14) for (let i = 0; i < count; i++) ctx.fillRect(Math.round(this.#x(i)), this.#top, 1, this.#height);
    else ctx.fillRect(this.#x(0), this.#top - 1, this.#x(count) - this.#x(0), 1);
  }

  #drawLanes(ms: readonly Part<MTrack>[], now: number): void {
    const ctx = this.#ctx;
    const { axis } = this.#recording!;
    ms.forEach(({ track, first, last }, i) => {
      const x = 2 + i * (LANE + LANE_GAP);
      ctx.fillStyle = this.#colours.grid;
      ctx.fillRect(x, this.#top, LANE, this.#y(this.#position) - this.#top);
      for (let k = first; k <= last; k++) {
        const span = track.spans[k]!;
        if (span.t0 > now) break;
        const y0 = this.#y(axis.at(span.t0));
        const y1 = this.#y(axis.at(Math.min(span.t1, now)));
        ctx.fillStyle = span.g === this.focus ? this.#colours.value : this.#colours.looks.running;
        ctx.fillRect(x, y0, LANE, Math.max(y1 - y0 - 1, 1));
      }
    });
  }

  /** All stretches of one look together: to change colours is what takes time. */
  #drawLines(goroutines: readonly Part<GTrack>[], now: number): void {
    const { axis, columns, stuck } = this.#recording!;
    const rects: Record<Look, number[]> = { running: [], runnable: [], waiting: [], sleeping: [], stuck: [] };
    const thick = Math.max(Math.min(6, this.#step * 0.55), 0.6);
    const thin = Math.max(Math.min(2.5, this.#step * 0.4), 0.5);
    for (const { track, first, last } of goroutines) {
      const column = columns.of.get(track.g);
      if (column === undefined) continue;
      const x = this.#x(column);
      const wider = track.g === this.focus ? 2 : 0;
      for (let k = first; k <= last; k++) {
        const segment = track.segments[k]!;
        if (segment.t0 > now) break;
        if (segment.state === 'dead') continue;
        const y0 = this.#y(axis.at(segment.t0));
        const y1 = this.#y(axis.at(Math.min(segment.t1, now)));
        const kind = look(segment, stuck);
        const width = (kind === 'running' || kind === 'runnable' ? thick : thin) + wider;
        rects[kind].push(x - width / 2, y0, width, Math.max(y1 - y0, 1));
      }
      if (track.died <= now && this.#step >= 8) rects.runnable.push(x - thick, this.#y(axis.at(track.died)) - 1, 2 * thick, 2);
    }
    const ctx = this.#ctx;
    for (const kind of LOOKS) {
      ctx.fillStyle = this.#colours.looks[kind];
      const list = rects[kind];
      for (let i = 0; i < list.length; i += 4) ctx.fillRect(list[i]!, list[i + 1]!, list[i + 2]!, list[i + 3]!);
    }
  }

  #birth({ from, to, t0 }: Stroke): void {
    const x0 = this.#xOf(from);
    const x1 = this.#xOf(to);
    const place = this.#recording!.axis.at(t0);
    if (x0 === undefined || x1 === undefined || this.#step < 3) return;
    const ctx = this.#ctx;
    ctx.fillStyle = this.#colours.looks.sleeping;
    ctx.fillRect(Math.min(x0, x1), Math.round(this.#y(place)), Math.abs(x1 - x0), 1);
  }

  /** Values end in a dot; that a channel is closed is a dashed line to a square. */
  #drawStrokes(strokes: readonly Stroke[], drawn: 'value' | 'close'): void {
    const ctx = this.#ctx;
    const { axis } = this.#recording!;
    const fine = this.#step < 6;
    ctx.lineWidth = fine ? 0.7 : 1.6;
    ctx.strokeStyle = ctx.fillStyle = this.#colours.value;
    ctx.setLineDash(drawn === 'close' ? DASH : []);
    ctx.beginPath();
    const heads: number[] = [];
    for (const { kind, from, to, t0, t1 } of strokes) {
      if (kind !== drawn) continue;
      const x0 = this.#xOf(from);
      const x1 = this.#xOf(to);
      if (x0 === undefined || x1 === undefined) continue;
      const p0 = axis.at(t0);
      const p1 = Math.max(axis.at(t1), p0);
      const part = Math.min(1, Math.max(0, (this.#position - p0) / Math.max(p1 - p0, FLIGHT)));
      const y0 = this.#y(p0);
      const y = y0 + (p1 - p0) * part;
      const x = x0 + (x1 - x0) * part;
      ctx.moveTo(x0, y0);
      ctx.lineTo(x, y);
      if (!fine || part < 1) heads.push(x, y, part < 1 ? 5 : 2.8);
    }
    ctx.stroke();
    ctx.beginPath();
    for (let i = 0; i < heads.length; i += 3) {
      const [x, y, r] = [heads[i]!, heads[i + 1]!, heads[i + 2]!];
      ctx.moveTo(x + r, y);
      if (drawn === 'close') ctx.rect(x - r, y - r, 2 * r, 2 * r);
      else ctx.arc(x, y, r, 0, 7);
    }
    ctx.fill();
  }

  #present(now: number): void {
    const ctx = this.#ctx;
    const y = Math.round(this.#y(this.#position));
    ctx.fillStyle = this.#colours.soft;
    ctx.globalAlpha = 0.35;
    ctx.fillRect(0, y, this.#width, 1);
    ctx.globalAlpha = 1;
    ctx.font = `500 11px ${this.#colours.font}`;
    ctx.textAlign = 'right';
    ctx.fillText(time(now - this.#recording!.model.start), this.#width - 2, Math.min(y + 13, this.#height - 4));
  }

  #names(goroutines: readonly Part<GTrack>[], now: number): void {
    const ctx = this.#ctx;
    const { model } = this.#recording!;
    ctx.textAlign = 'left';
    ctx.font = `500 11px ${this.#colours.font}`;
    ctx.fillStyle = this.#colours.soft;
    [...model.ms.keys()].forEach((m, i) => turned(ctx, `M${m}`, 2 + i * (LANE + LANE_GAP) + LANE / 2, this.#top, model.ms.size > 1));
    if (this.#step < 15) return;
    for (const [column, track] of this.#owners(goroutines, now)) {
      ctx.fillStyle = track.g === this.focus ? this.#colours.text : this.#colours.soft;
      ctx.globalAlpha = track.died < now ? 0.55 : 1;
      turned(ctx, track.name, this.#x(column), this.#top, this.#top === TOP_TURNED);
    }
    ctx.globalAlpha = 1;
  }

  /** Whose each column is: the one's that came last. */
  #owners(goroutines: readonly Part<GTrack>[], now: number): Map<number, GTrack> {
    const owners = new Map<number, GTrack>();
    for (const { track } of goroutines) {
      const column = this.#recording!.columns.of.get(track.g);
      if (column === undefined || track.born > now) continue;
      if (!(owners.get(column)?.born! > track.born)) owners.set(column, track);
    }
    return owners;
  }

  // ---- what is where ----

  /** The goroutine at a point of the canvas. */
  spot(x: number, y: number): Spot | undefined {
    const recording = this.#recording;
    if (!recording || recording.columns.count === 0) return undefined;
    const place = Math.min(this.#origin + (Math.max(y, this.#top) - this.#top) / this.#zoom, this.#position);
    const column = Math.round((x - this.#x(0)) / this.#step);
    if (column < 0 || column >= Math.min(recording.columns.count, COLUMNS_MAX)) return undefined;
    return this.#inColumn(column, recording.axis.time(y < this.#top ? this.#position : place));
  }

  #inColumn(column: number, t: number): Spot | undefined {
    const { model, columns } = this.#recording!;
    for (const { track, first, last } of model.between(t, t, columns.of).goroutines) {
      if (columns.of.get(track.g) !== column || track.born > t || track.died < t) continue;
      const segment = track.segments.slice(first, last + 1).find(({ t0, t1 }) => t0 <= t && t < t1);
      if (segment) return { track, segment, t };
    }
    return undefined;
  }

  /** The goroutine `by` columns beside the one that is pointed at, now. */
  beside(by: number): Spot | undefined {
    const { columns, axis } = this.#recording!;
    const t = axis.time(this.#position);
    let column = columns.of.get(this.focus) ?? (by > 0 ? -1 : columns.count);
    for (let tries = 0; tries < columns.count; tries++) {
      column += by === 0 ? 1 : Math.sign(by);
      if (by === 0) column = columns.of.get(this.focus) ?? 0;
      if (column < 0 || column >= columns.count) return undefined;
      const spot = this.#inColumn(column, t);
      if (spot || by === 0) return spot;
    }
    return undefined;
  }

  /** Where on the canvas a goroutine is at a time. */
  place({ track, t }: Spot): { x: number; y: number } {
    return { x: this.#xOf(track.g) ?? 0, y: this.#y(this.#recording!.axis.at(t)) };
  }
}

/** A text that begins at x, above the lines: upwards where there is no room. */
function turned(ctx: CanvasRenderingContext2D, text: string, x: number, top: number, turn: boolean): void {
  ctx.save();
  ctx.translate(x, top - 10);
  if (turn) ctx.rotate(-0.9);
  else ctx.translate(-Math.min(ctx.measureText(text).width, 72) / 2, 0);
  ctx.fillText(text, 0, 3, 72);
  ctx.restore();
}

/** ns, as people say it. */
export function time(ns: number): string {
  if (ns < 1e3) return `${Math.round(ns)} ns`;
  if (ns < 1e6) return `${(ns / 1e3).toFixed(1)} µs`;
  if (ns < 1e9) return `${(ns / 1e6).toFixed(2)} ms`;
  return `${(ns / 1e9).toFixed(2)} s`;
}
