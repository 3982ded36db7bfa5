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
    core.asyncs++;
    this.#place = core.awaited.keep(this);
  }

  resolve(value: unknown): void {
    if (!this.#end()) return;
    this.#resolve(value);
    this.#after();
  }

  reject(error: unknown): void {
    if (!this.#end()) return;
    this.#reject(error);
    this.#after();
  }

  ended(error: Error): boolean {
    if (!this.#end()) return false;
    // Whoever closes the runtime need not wait for all that it calls off.
    if (error instanceof RuntimeClosedError) this.promise.catch(() => {});
    this.#reject(error);
    this.#after();
    return true;
  }

  #end(): boolean {
    if (this.over) return false;
    this.over = true;
    this.#core.awaited.drop(this.#place);
    this.#core.asyncs--;
    return true;
  }

  /** Who waits hears of it before there is a verdict. */
  #after(): void {
    if (this.#core.asyncs === 0) this.#core.reconsider();
  }
}
