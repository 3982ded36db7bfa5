/**
 * How an agent sleeps while others may have work for it: on a word of memory of
 * its own (doze() says when), which who has work for it wakes.
 *
 * An event loop that has other things to do waits with Atomics.waitAsync, or,
 * where there is none, for a message. A worker that has nothing else to do first
 * waits with Atomics.wait, as that takes a fraction of the time to wake, but not
 * for longer than NAP_MS: its event loop stands still meanwhile.
 */
import type { Core } from './core.js';
import type { FfiMt } from './ffi.js';
import { macrotask } from './host-events.js';

/** How long a worker's event loop may stand still. */
const NAP_MS = 0.2;

type WaitAsync = (words: Int32Array, at: number, value: number) => { async: boolean; value: PromiseLike<unknown> | string };
const { waitAsync } = Atomics as unknown as { waitAsync?: WaitAsync };

/** What a worker does before it sleeps. */
export interface Duties {
  /** Take what is there to do. True: there was something. */
  accept(): boolean;
  /** There is other work than what is accepted. */
  refuse(): void;
  /** It goes to sleep for long. */
  still(): void;
}

/** Sleep of one agent. */
export class Sleeper {
  readonly #core: Core;
  readonly #ffi: FfiMt;
  /** Of a worker, which may block. */
  readonly #duties: Duties | undefined;
  readonly #note: number;
  readonly #counts: number;
  #armed = false;
  #coming = false;
  #looking = false;
  readonly #soon = macrotask(() => this.#turn());

  constructor(core: Core, ffi: FfiMt, duties?: Duties) {
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
    if (this.#duties) this.#again();
    else if (!this.#armed) this.#arm(); // else who wakes it will be heard
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
    if (this.#duties) this.#work();
    else this.#arm();
  }

  /** Attend to what has come. False: nothing has, and it dozes. */
  #look(): boolean {
    this.#count();
    if (this.#ffi.doze() >= 0) return false;
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

  /** A worker's turn: nothing of the program's is left to run in this one. */
  #turn(): void {
    this.#coming = false;
    const core = this.#core;
    if (core.closed) return;
    if (core.busy || this.#duties!.accept()) return this.#again();
    if (this.#look()) return this.#work();
    const how = Atomics.wait(core.i32, this.#note, 1, NAP_MS);
    this.#ffi.awake();
    if (how !== 'timed-out') return this.#work();
    if (this.#look()) return this.#work();
    this.#wait();
    this.#duties!.still();
  }

  /** It was woken: do what there is, and then look again. */
  #work(): void {
    if (this.#ffi.doze() < 0) this.#look();
    if (this.#core.busy) this.#duties!.refuse();
    this.#again();
  }
}
