/** The player: where in a recording the picture is, and how that moves. Pure. */

/** What of a recording it needs. */
export interface Reel {
  /** Where the last event is. */
  readonly end: number;
}

/** Seconds that a long recording takes, and px a second for a short one. */
const WATCHED_S = 24;
const PACE_MIN = 110;
/** How much of it is there from the first moment, so that there is something to see. */
const HEAD_START = 150;
/** How long the end stays before it begins again. */
const REST_MS = 2500;

export class Timeline {
  #reel: Reel = { end: 0 };
  #position = 0;
  #direction = 1;
  #rested = 0;
  /** It moves by itself. */
  playing = true;
  speed = 1;
  /** At the end it begins again. */
  loop = true;
  /** More may come. */
  live = false;

  /** Show another one, from near its begin. */
  show(reel: Reel): void {
    this.#reel = reel;
    this.#position = HEAD_START;
    this.#direction = 1;
    this.#rested = 0;
  }

  get position(): number {
    return Math.min(this.#position, this.#reel.end);
  }

  get atEnd(): boolean {
    return this.#position >= this.#reel.end;
  }

  /** 1, or -1 while it rewinds. */
  get direction(): number {
    return this.playing ? this.#direction : 1;
  }

  /** px a second. */
  get pace(): number {
    return Math.max(PACE_MIN, this.#reel.end / WATCHED_S) * this.speed;
  }

  seek(position: number): void {
    this.#position = Math.max(0, Math.min(position, this.#reel.end));
    this.#rested = 0;
  }

  /** Forwards; from the end that is from the begin again. */
  play(): void {
    if (this.atEnd && !this.live) this.seek(0);
    this.#direction = 1;
    this.playing = true;
  }

  rewind(): void {
    this.#direction = -1;
    this.playing = true;
  }

  pause(): void {
    this.playing = false;
  }

  /** Time has passed. Returns whether that makes a difference. */
  tick(ms: number): boolean {
    if (!this.playing || this.#reel.end === 0) return false;
    const before = this.#position;
    this.#position = Math.max(0, Math.min(before + this.#direction * this.pace * ms / 1000, this.#reel.end));
    if (this.#direction < 0 && this.#position === 0) this.pause();
    else if (this.#position > before || this.live) this.#rested = 0;
    else this.#rest(ms);
    return this.#position !== before;
  }

  #rest(ms: number): void {
    if (!this.loop) return this.pause();
    this.#rested += ms;
    if (this.#rested > REST_MS) this.seek(0);
  }
}
