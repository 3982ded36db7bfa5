/** Groups: goroutines that end together. Go: golang.org/x/sync/errgroup. */
import type { Context } from './context.js';
import type { Core } from './core.js';
import { UsageError } from './errors.js';
import { type GoFunction, Goroutine, start } from './goroutine.js';
import { asyncDispose } from './lifetime.js';
import { brand } from './realm.js';

/** Who waits for goroutines that are started. */
export interface Members {
  join(promise: Promise<unknown>): void;
}

/** A group's members on other agents: group-link.ts. */
export interface Elsewhere {
  /** Until there is none; undefined: there is none. */
  wait(): PromiseLike<void> | undefined;
  /** There will be none; after that, what they have thrown was told. */
  over(): Promise<void>;
}

/**
 * Goroutines that end together: the first error cancels the rest, and nothing
 * outlives the group. Made by {@link Runtime.group}. A function of
 * {@link Runtime.module} that gets it can start more of them, where it runs.
 * @example
 * const sum = await rt.group(async (g) => {
 *   const a = g.go(async () => 1), b = g.go(function* () { return 2; });
 *   return (await a.wait()) + (await b.wait());
 * });
 * assert.equal(sum, 3);
 */
export class Group implements Members {
  static {
    brand(this, 'Group');
  }
  /** @internal */
  readonly core: Core;
  readonly #members = new Set<Promise<unknown>>();
  /** Ends with the group, or at its first error. */
  readonly ctx: Context;
  #error: { error: unknown } | undefined;
  /** Of a group that is elsewhere: it waits there. */
  readonly #home: Members | undefined;
  #elsewhere: Elsewhere | undefined;

  /** @internal */
  constructor(core: Core, ctx: Context, home?: Members) {
    this.core = core;
    this.ctx = ctx;
    this.#home = home;
  }

  /**
   * Start a goroutine of the group. If it throws, the group's context is
   * cancelled and the group rejects with that very exception. That calls off
   * what generators wait for; async functions pass `{ ctx }` to what they call.
   * @example
   * await assert.rejects(rt.group(async (g) => { g.go(async () => { throw new Error('first'); }); }), /first/);
   */
  go<A extends unknown[], T>(fn: GoFunction<A, T>, ...args: A): Goroutine<T> {
    const goroutine = start(this.core, fn, args, this.ctx.signal);
    this.join(goroutine.promise());
    return goroutine;
  }

  /** @internal */
  join(promise: Promise<unknown>): void {
    if (this.#home) return this.#home.join(promise);
    const over = () => { this.#members.delete(member); };
    const member = promise.then(over, (error: unknown) => {
      this.failed(error);
      over();
    });
    this.#members.add(member);
  }

  /** @internal A member has thrown. */
  failed(error: unknown): void {
    this.#error ??= { error };
    this.ctx.cancel(error);
  }

  /** @internal How another agent can have it: as this one has it, or by what make makes. */
  link<L extends Elsewhere & Members>(make: () => L): L {
    return (this.#home ?? (this.#elsewhere ??= make())) as L;
  }

  /** @internal All members have ended: also those that members have started. */
  async ended(): Promise<void> {
    for (let others; ; await others) {
      while (this.#members.size > 0) await Promise.all(this.#members);
      others = this.#elsewhere?.wait();
      if (!others) break;
    }
    await this.#elsewhere?.over();
    if (this.#error) throw this.#error.error;
  }

  /** @internal Of a group that its maker ends: the context to be cancelled then. */
  outermost: Context | undefined;

  /**
   * For `await using g = rt.group()`: waits until all have ended, as Go's Wait,
   * and throws the first error. `g.ctx.cancel()` calls them off before.
   * @example
   * const g = rt.group({ timeoutMs: 5000 });
   * const a = g.go(async () => 1);
   * await g[Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose')]();
   * assert.equal(await a.wait(), 1);
   */
  async [asyncDispose](): Promise<void> {
    const { core, outermost } = this;
    if (!outermost) throw new UsageError('the group ends with its body; await using is for rt.group() without one');
    core.asyncs++;
    try {
      await this.ended();
    } finally {
      core.asyncs--;
      outermost.cancel();
    }
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

/** The same without a body: its maker disposes of it. */
export function openGroup(core: Core, ctx: Context, outermost: Context): Group {
  const group = new Group(core, ctx);
  group.outermost = outermost;
  return group;
}
