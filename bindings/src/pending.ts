/** A call of a module's function, up to its end. */
import type { Core } from './core.js';
import { RuntimeClosedError } from './errors.js';
import type { Ended } from './wait.js';

/** A promise that the end of the runtime, or a deadlock, rejects. */
export class Pending implements Ended {
  readonly #core: Core;
  readonly promise: Promise<unknown>;
  #resolve!: (value: unknown) => void;
  #reject!: (error: unknown) => void;
  readonly #place: number;
  over = false;

  constructor(core: Core) {
    this.#core = core;
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.#place = core.enter(this);
  }

  resolve(value: unknown): void {
    if (!this.#end()) return;
    this.#resolve(value);
    this.#core.left();
  }

  reject(error: unknown): void {
    if (!this.#end()) return;
    this.#reject(error);
    this.#core.left();
  }

  ended(error: Error): boolean {
    if (!this.#end()) return false;
    // Whoever closes the runtime need not wait for all that it calls off.
    if (error instanceof RuntimeClosedError) this.promise.catch(() => {});
    this.#reject(error);
    this.#core.left();
    return true;
  }

  #end(): boolean {
    if (this.over) return false;
    this.over = true;
    this.#core.leave(this.#place);
    return true;
  }
}
