/** The timers of contexts. */
import type { Core } from './core.js';

/** setTimeout takes 31 bits. */
const TIMEOUT_MAX = 0x7fffffff;

/** A timer; Node's and Bun's can be told whether to keep the process alive. */
interface Timer {
  ref?(): void;
  unref?(): void;
}

interface Deadline {
  readonly due: number;
  timer: Timer | undefined;
}

/**
 * The deadlines of a runtime's contexts that are still to come. Most contexts
 * are cancelled before, or forgotten, so none keeps a process alive until
 * something waits and nothing else can happen.
 */
export class Deadlines {
  readonly #core: Core;
  readonly #armed = new Set<Deadline>();

  constructor(core: Core) {
    this.#core = core;
  }

  /** How many there are: each can wake somebody. */
  get size(): number {
    return this.#armed.size;
  }

  /**
   * Have `passed` called at `due`, as of performance.now().
   * @returns a function that disarms it, also after it has passed
   */
  arm(due: number, passed: () => void): () => void {
    const deadline: Deadline = { due, timer: undefined };
    const set = () => {
      const ms = Math.max(Math.ceil(due - performance.now()), 0); // it may have passed since the last look
      deadline.timer = setTimeout(() => (due <= performance.now() ? passed() : set()), Math.min(ms, TIMEOUT_MAX)) as Timer;
      deadline.timer.unref?.();
    };
    this.#armed.add(deadline);
    set();
    return () => {
      clearTimeout(deadline.timer as ReturnType<typeof setTimeout>);
      if (this.#armed.delete(deadline)) this.#core.reconsider();
    };
  }

  /** Keep the process alive until the next one. False: there is none. */
  stay(): boolean {
    let next: Deadline | undefined;
    for (const each of this.#armed) if (!next || each.due < next.due) next = each;
    next?.timer?.ref?.();
    return next !== undefined;
  }
}
