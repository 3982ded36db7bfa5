/** The picture with its controls: connects a recording, the player and the view. */
import type { TraceEvent } from 'goro/trace';
import type { GState } from './model.js';
import { Recording } from './recording.js';
import { Timeline } from './timeline.js';
import { describe, named, summary } from './tip.js';
import { type Colours, type Spot, time, View } from './view.js';

/** Its parts in the page. */
export interface PictureParts {
  readonly canvas: HTMLCanvasElement;
  readonly tip: HTMLElement;
  /** Says what is pointed at, for those who do not see it. */
  readonly said: HTMLElement;
  readonly empty: HTMLElement;
  readonly slider: HTMLInputElement;
  readonly play: HTMLButtonElement;
  readonly rewind: HTMLButtonElement;
  readonly loop: HTMLButtonElement;
  readonly clock: HTMLElement;
  readonly counts: Partial<Record<GState, HTMLElement>>;
  readonly table: HTMLTableElement;
  readonly details: HTMLDetailsElement;
}

const SLIDER = 1000;
const ROWS_MAX = 200;
/** How often what is in words is written anew. */
const WORDS_MS = 200;

function coloursOf(element: HTMLElement): Colours {
  const style = getComputedStyle(element);
  const of = (name: string) => style.getPropertyValue(name).trim();
  return {
    looks: { running: of('--g-running'), runnable: of('--g-runnable'), waiting: of('--g-waiting'), sleeping: of('--g-sleeping'), stuck: of('--g-stuck') },
    value: of('--g-value'), text: of('--text'), soft: of('--soft'), grid: of('--g-grid'), page: of('--page'), font: of('--mono'),
  };
}

export class Picture {
  readonly timeline = new Timeline();
  readonly #parts: PictureParts;
  readonly #view: View;
  #recording = new Recording();
  /** Where the pointer is on the canvas. */
  #pointer: { readonly x: number; readonly y: number } | undefined;
  /** It is pointed at by the keyboard: the tip goes with the present. */
  #byKeys = false;
  #dirty = true;
  #last = 0;
  /** What stands in words is from then, and not what is drawn. */
  #wordsAt = 0;
  #stale = false;
  /** How long it took to draw, for tests. */
  readonly frames: number[] = [];

  constructor(parts: PictureParts) {
    this.#parts = parts;
    this.#view = new View(parts.canvas, coloursOf(parts.canvas));
    const still = matchMedia('(prefers-reduced-motion: reduce)');
    this.#view.still = still.matches;
    this.timeline.playing = !still.matches;
    new ResizeObserver(() => this.#resize()).observe(parts.canvas);
    this.#listen();
    requestAnimationFrame((now) => this.#frame(now));
  }

  get recording(): Recording {
    return this.#recording;
  }

  /** A new run: what was recorded of the one before is gone. */
  begin(): void {
    this.#recording = new Recording();
    this.#view.show(this.#recording);
    this.timeline.show(this.#recording.axis);
    this.timeline.live = true;
    this.#byKeys = false;
    this.#point(undefined);
    this.#dirty = true;
  }

  push(events: TraceEvent[]): void {
    this.#recording.push(events);
    this.#dirty = true;
  }

  /** The run is over. stuck: what waits then waits for ever. */
  end(stuck: boolean): void {
    this.timeline.live = false;
    this.#recording.stuck = stuck;
    if (!this.timeline.playing) this.timeline.seek(this.#recording.axis.end);
    this.#dirty = true;
  }

  /** The page's colours are other ones. */
  recolour(): void {
    this.#view.colours = coloursOf(this.#parts.canvas);
    this.#dirty = true;
  }

  // ---- playing ----

  toggle(): void {
    if (this.timeline.playing && this.timeline.direction > 0) this.timeline.pause();
    else this.timeline.play();
    this.#controls();
  }

  rewind(): void {
    this.timeline.rewind();
    this.#controls();
  }

  seek(place: number): void {
    this.timeline.pause();
    this.timeline.seek(place);
    this.#controls();
  }

  /** To the next event, or the one before. */
  step(by: number): void {
    const { model, axis } = this.#recording;
    if (model.size === 0) return;
    const t = axis.time(this.timeline.position);
    // Half a px: places are rounded.
    const here = model.index(axis.time(this.timeline.position + 0.5));
    const next = by > 0 ? here : model.index(t - 1) - 1;
    this.seek(axis.at(model.event(Math.max(0, Math.min(next, model.size - 1))).t));
  }

  toEnd(): void {
    this.seek(this.#recording.axis.end);
  }

  #controls(): void {
    const { play, rewind, loop } = this.#parts;
    const { playing, direction } = this.timeline;
    const forwards = playing && direction > 0;
    play.setAttribute('aria-label', forwards ? 'Pause' : 'Play');
    play.dataset['shows'] = forwards ? 'pause' : 'play';
    rewind.setAttribute('aria-pressed', String(playing && direction < 0));
    loop.setAttribute('aria-pressed', String(this.timeline.loop));
    this.#dirty = true;
    this.#wordsAt = 0;
  }

  #listen(): void {
    const { canvas, slider, play, rewind, loop, details } = this.#parts;
    play.addEventListener('click', () => this.toggle());
    rewind.addEventListener('click', () => { if (this.timeline.direction < 0) this.timeline.pause(); else this.timeline.rewind(); this.#controls(); });
    loop.addEventListener('click', () => { this.timeline.loop = !this.timeline.loop; this.#controls(); });
    slider.addEventListener('input', () => this.seek(Number(slider.value) / SLIDER * this.#recording.axis.end));
    details.addEventListener('toggle', () => { this.#wordsAt = 0; this.#dirty = true; });
    canvas.addEventListener('pointermove', (event) => this.#pointed(event));
    canvas.addEventListener('pointerdown', (event) => this.#pointed(event));
    canvas.addEventListener('pointerleave', (event) => { if (event.pointerType === 'mouse') this.#leave(); });
    canvas.addEventListener('blur', () => { if (this.#byKeys) this.#leave(); });
    canvas.addEventListener('keydown', (event) => this.#key(event));
    this.#controls();
  }

  // ---- pointing ----

  #pointed({ offsetX: x, offsetY: y }: PointerEvent): void {
    this.#byKeys = false;
    this.#pointer = { x, y };
    this.#dirty = true;
  }

  /** Nothing is pointed at. */
  #leave(): void {
    this.#byKeys = false;
    this.#pointer = undefined;
    this.#point(undefined);
    this.#dirty = true;
  }

  #key(event: KeyboardEvent): void {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (by === undefined && step === undefined && event.key !== 'Escape') return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key === 'Escape') this.#leave();
    else this.#choose(by ?? 0, step);
  }

  /** By keys: the goroutine `by` columns beside, `step` events on. */
  #choose(by: number, step: number | undefined): void {
    this.#byKeys = true;
    if (step !== undefined) this.step(step);
    this.#view.draw(this.timeline.position);
    const spot = this.#view.beside(by);
    if (spot) this.#point(spot);
    this.#parts.said.textContent = spot ? summary(spot, this.#recording) : '';
    this.#dirty = true;
  }

  /** What is pointed at at this moment: the picture moves under the pointer. */
  #pointAnew(): void {
    const { focus } = this.#view;
    if (!this.#byKeys) return this.#point(this.#pointer && this.#view.spot(this.#pointer.x, this.#pointer.y));
    const spot = focus === 0 ? undefined : this.#view.beside(0);
    this.#point(spot?.track.g === focus ? spot : undefined, focus); // it may be there again later
  }

  #point(spot: Spot | undefined, focus = spot?.track.g ?? 0): void {
    const { tip, canvas } = this.#parts;
    if (this.#view.focus !== focus) this.#dirty = true;
    this.#view.focus = focus;
    tip.hidden = !spot;
    if (!spot) return;
    tip.replaceChildren(...describe(spot, this.#recording));
    const { x, y } = this.#view.place(spot);
    const left = Math.min(Math.max(x + 14, 4), canvas.clientWidth - tip.offsetWidth - 4);
    const top = Math.min(y + 10, canvas.clientHeight - tip.offsetHeight - 4);
    tip.style.transform = `translate(${Math.round(left)}px, ${Math.round(Math.max(top, 4))}px)`;
  }

  // ---- drawing ----

  #resize(): void {
    const { clientWidth, clientHeight } = this.#parts.canvas;
    this.#view.resize(clientWidth, clientHeight, Math.min(devicePixelRatio, 2));
    this.#view.draw(this.timeline.position); // a canvas that gets a size is empty
  }

  #frame(now: number): void {
    const ms = Math.min(now - this.#last, 100);
    this.#last = now;
    const wasPlaying = this.timeline.playing;
    if (this.timeline.tick(ms) || this.#view.moving) this.#dirty = true;
    if (wasPlaying && !this.timeline.playing) this.#controls();
    if (this.#dirty) {
      this.#dirty = false;
      const began = performance.now();
      this.#view.draw(this.timeline.position);
      this.frames.push(performance.now() - began);
      if (this.frames.length > 600) this.frames.shift();
      this.#pointAnew();
      this.#stale = true;
    }
    if (this.#stale && now - this.#wordsAt > WORDS_MS) this.#words(now);
    requestAnimationFrame((next) => this.#frame(next));
  }

  /** What stands in words beside the picture. */
  #words(now: number): void {
    this.#wordsAt = now;
    this.#stale = false;
    const { axis, model, left } = this.#recording;
    const { slider, clock, counts, empty } = this.#parts;
    const { position } = this.timeline;
    slider.value = String(axis.end === 0 ? 0 : Math.round(position / axis.end * SLIDER));
    const t = axis.time(position);
    const said = `${time(t - model.start)} of ${time(model.end - model.start)}`;
    slider.setAttribute('aria-valuetext', said);
    clock.textContent = model.size === 0 ? '' : said;
    empty.textContent = left > 0 ? `${left.toLocaleString('en')} more goroutines are not drawn` : '';
    const numbers = model.counts(t);
    for (const [name, element] of Object.entries(counts)) element.textContent = String(numbers[name as GState]);
    if (this.#parts.details.open) this.#rows(model.at(t).goroutines);
  }

  #rows(goroutines: ReturnType<Recording['model']['at']>['goroutines']): void {
    const body = this.#parts.table.tBodies[0]!;
    body.replaceChildren(...goroutines.slice(0, ROWS_MAX).map(({ g, name, state, reason, object }) => {
      const row = document.createElement('tr');
      const channel = this.#recording.channel(object);
      const cells = [String(g), name, state, reason, channel ? named(channel, reason) : ''];
      row.append(...cells.map((text) => Object.assign(document.createElement('td'), { textContent: text })));
      return row;
    }));
  }
}
