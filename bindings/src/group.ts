/** Groups: goroutines that end together. Go: golang.org/x/sync/errgroup. */
import type { Context } from './context.js';
import type { Core } from './core.js';
import { type GoFunction, Goroutine, start } from './goroutine.js';

/**
 * Goroutines that end together: the first error cancels the rest, and nothing
 * outlives the group. Made by {@link Runtime.group}.
 * @example
 * const sum = await rt.group(async (g) => {
 *   const a = g.go(async () => 1), b = g.go(function* () { return 2; });
 *   return (await a.wait()) + (await b.wait());
 * });
 * assert.equal(sum, 3);
 */
export class Group {
  readonly #core: Core;
  readonly #members = new Set<Promise<unknown>>();
  /** Ends with the group, or at its first error. */
  readonly ctx: Context;
  #error: { error: unknown } | undefined;

  /** @internal */
  constructor(core: Core, ctx: Context) {
    this.#core = core;
    this.ctx = ctx;
  }

  /**
   * Start a goroutine of the group. If it throws, the group's context is
   * cancelled and the group rejects with that very exception. That calls off
   * what generators wait for; async functions pass `{ ctx }` to what they call.
   * @example
   * await assert.rejects(rt.group(async (g) => { g.go(async () => { throw new Error('first'); }); }), /first/);
   */
  go<A extends unknown[], T>(fn: GoFunction<A, T>, ...args: A): Goroutine<T> {
    const goroutine = start(this.#core, fn, args, this.ctx.signal);
    this.join(goroutine.promise());
    return goroutine;
  }

  /** @internal */
  join(promise: Promise<unknown>): void {
    const member = promise.then(() => {}, (error: unknown) => {
      this.#error ??= { error };
      this.ctx.cancel(error);
    }).finally(() => this.#members.delete(member));
    this.#members.add(member);
  }

  /** @internal All members have ended: also those that members have started. */
  async ended(): Promise<void> {
    while (this.#members.size > 0) await Promise.all(this.#members);
    if (this.#error) throw this.#error.error;
  }
}

/** The group of {@link Runtime.group}. outermost: what was made for it, ctx or above. */
export async function runGroup<T>(core: Core, ctx: Context, outermost: Context, body: (g: Group, ctx: Context) => T | PromiseLike<T>): Promise<T> {
  const group = new Group(core, ctx);
  core.asyncs++;
  try {
    const main = (async () => body(group, ctx))();
    group.join(main);
    await group.ended();
    return await main;
  } finally {
    core.asyncs--;
    outermost.cancel();
  }
}
