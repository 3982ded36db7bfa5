/**
 * How an agent sleeps while others may have work for it: on a word of memory of
 * its own (doze() says when), which who has work for it wakes.
 *
 * An event loop that has other things to do waits with Atomics.waitAsync, or,
 * where there is none, for a message. To wake by Atomics.wait takes a fraction
 * of the time, and to see the word change, nearly none; but the event loop
 * stands still meanwhile. So that comes first, for a moment, where something is
 * likely to come at once (Duties.nap), and as long as it does (Habit).
 */
import type { Core } from './core.js';
import type { FfiMt } from './ffi.js';
import { macrotask } from './host-events.js';

/** How long the word is looked at before the thread sleeps, in ms. */
const SPIN_MS = 0.02;
/** So many looks between two at the clock. */
const LOOKS = 20;
/** What never succeeds is done once in so many times. */
const RARELY = 256;

type WaitAsync = (words: Int32Array, at: number, value: number) => { async: boolean; value: PromiseLike<unknown> | string };
const { waitAsync, pause } = Atomics as unknown as { waitAsync?: WaitAsync; pause?: () => void };

/** What an agent does before it sleeps. */
export interface Duties {
  /** It expects something soon. */
  awaits(): boolean;
  /** For how long its event loop may stand still now, in ms; 0: not at all. */
  nap(): number;
  /** It has had its nap, and was woken for something, or not. */
  napped(woken: boolean): void;
  /** Take what is there to do. True: there was something. */
  accept(): boolean;
  /** There is other work than what is accepted. */
  refuse(): void;
  /** It goes to sleep for long. */
  still(): void;
}

/** Something that is worth doing as long as it succeeds; else ever more rarely. */
export class Habit {
  #failures = 0;
  #left = 0;

  /** Do it this time? */
  pays(): boolean {
    return this.#left === 0 || --this.#left === 0;
  }

  /** It was done. */
  was(good: boolean): boolean {
    this.#failures = good ? 0 : this.#failures + 1;
    this.#left = good ? 0 : Math.min(2 ** this.#failures, RARELY);
    return good;
  }
}

/** Sleep of one agent. */
export class Sleeper {
  readonly #core: Core;
  readonly #ffi: FfiMt;
  readonly #duties: Duties;
  readonly #note: number;
  readonly #counts: number;
  #armed = false;
  #coming = false;
  #looking = false;
  readonly #spinning = new Habit();
  readonly #soon = macrotask(() => this.#turn());

  constructor(core: Core, ffi: FfiMt, duties: Duties) {
    this.#core = core;
    this.#ffi = ffi;
    this.#duties = duties;
    this.#note = ffi.note() >> 2;
    this.#counts = ffi.counts() >> 2;
    if (!waitAsync) ffi.message(1);
  }

  /** There is nothing to run: after each slice, and each look at the flags. */
  idle(): void {
    if (this.#looking || this.#core.closed) return;
    this.#count();
    if (this.#duties.awaits()) this.#again();
    else if (!this.#armed) this.#arm(); // else who wakes it will be heard
  }

  /** Something may come soon. */
  expect(): void {
    if (!this.#coming) this.idle();
  }

  /** The runtime is closed: nothing keeps its memory. */
  close(): void {
    Atomics.notify(this.#core.i32, this.#note);
  }

  /** Others have work for this agent: a message says so. */
  woken(): void {
    this.#armed = false;
    if (this.#core.closed) return;
    this.#ffi.awake();
    if (this.#duties.awaits()) this.#work();
    else this.#arm();
  }

  /** It could sleep: there is nothing to do. The others know that now. */
  dozes(): boolean {
    this.#count();
    return this.#ffi.doze() >= 0;
  }

  /** Attend to what has come. False: nothing has, and it dozes. */
  #look(): boolean {
    if (this.dozes()) return false;
    this.#looking = true;
    this.#core.attend();
    this.#looking = false;
    return true;
  }

  /** Say what the others cannot know, and what keeps a verdict of deadlock off. */
  #count(): void {
    const { asyncs, holds, i32 } = this.#core;
    Atomics.store(i32, this.#counts, asyncs);
    Atomics.store(i32, this.#counts + 1, holds);
  }

  /** Doze, with open eyes. */
  #arm(): void {
    while (!this.#core.closed && !this.#core.busy) if (!this.#look()) return this.#wait();
  }

  #wait(): void {
    if (this.#armed) return;
    this.#armed = true;
    if (!waitAsync) return;
    const { async, value } = waitAsync(this.#core.i32, this.#note, 1);
    if (async) void (value as PromiseLike<unknown>).then(() => this.woken());
    else queueMicrotask(() => this.woken());
  }

  #again(): void {
    if (this.#coming) return;
    this.#coming = true;
    this.#soon();
  }

  /** A turn of the event loop: nothing of the program's is left to run in this one. */
  #turn(): void {
    this.#coming = false;
    const core = this.#core, duties = this.#duties;
    if (core.closed) return;
    if (core.busy || duties.accept()) return this.#again();
    const ms = duties.awaits() ? duties.nap() : 0;
    if (ms === 0) return this.#arm();
    if (this.#look()) return this.#work();
    const woken = this.#nap(ms);
    this.#ffi.awake();
    duties.napped(woken);
    if (woken || this.#look()) return this.#work();
    this.#wait();
    duties.still();
  }

  /** Stand still, until it is woken: true, or the time is over. */
  #nap(ms: number): boolean {
    if (this.#spinning.pays() && this.#spinning.was(this.#spin())) return true;
    return Atomics.wait(this.#core.i32, this.#note, 1, ms) !== 'timed-out';
  }

  #spin(): boolean {
    const words = this.#core.i32, until = performance.now() + SPIN_MS;
    do {
      for (let n = 0; n < LOOKS; n++) {
        if (Atomics.load(words, this.#note) !== 1) return true;
        pause?.();
      }
    } while (performance.now() < until);
    return false;
  }

  /** It was woken: do what there is, and then look again. */
  #work(): void {
    if (this.#ffi.doze() < 0) this.#look();
    if (this.#core.busy) this.#duties.refuse();
    this.#again();
  }
}
