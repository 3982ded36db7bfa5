/** Groups: goroutines that end together. Go: golang.org/x/sync/errgroup. */
import type { Context } from './context.js';
import type { Core } from './core.js';
import { UsageError } from './errors.js';
import { awaitIn, begin, type GoFunction, Goroutine, prepare } from './goroutine.js';
import { calledOff, onCallOff, type Op, type WaitOptions } from './op.js';
import { Pending } from './pending.js';
import { asyncDispose, brand } from './realm.js';

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
export class Group {
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
  /** As many may begin; and who waits for that. */
  #places = Infinity;
  readonly #queue: Pending[] = [];
  /** The end, as soon as somebody waits for it; and whether it has come. */
  #end: Promise<void> | undefined;
  #over = false;
  /** wait() tells the first error. */
  #told = false;
  /** @internal What ends with it: ctx, or above. */
  outermost: Context;
  /** @internal Its maker disposes of it. */
  open = false;

  /** @internal */
  constructor(core: Core, ctx: Context, home?: Members) {
    this.core = core;
    this.ctx = ctx;
    this.outermost = ctx;
    this.#home = home;
  }

  /** @internal At most as many of its goroutines run at a time. */
  limit(places: number): void {
    this.#places = places;
    this.ctx.onEnd(() => {
      for (const each of this.#queue.splice(0)) each.reject(this.ctx.cause);
    });
  }

  /**
   * Start a goroutine of the group. If it throws, the group's context is
   * cancelled and the group rejects with that very exception. That calls off
   * what generators wait for; async functions pass `{ ctx }` to what they call.
   *
   * With a `limit` it begins when there is a place for it; not at all, and
   * rejects, if the group is cancelled before. Go's blocks meanwhile.
   * @throws {UsageError} if the group has ended
   * @example
   * await assert.rejects(rt.group(async (g) => { g.go(async () => { throw new Error('first'); }); }), /first/);
   */
  go<A extends unknown[], T>(fn: GoFunction<A, T>, ...args: A): Goroutine<T> {
    if (this.#over) throw new UsageError('go in a group that has ended; start its goroutines before that, and wait() after the last one');
    const goroutine = prepare(this.core, fn);
    const now = this.#places > 0;
    if (now) begin(this.core, fn, args, goroutine, this.ctx.signal);
    else this.#later(fn, args, goroutine);
    this.join(goroutine.promise());
    if (now) this.#take(goroutine);
    return goroutine;
  }

  /**
   * Start a goroutine of the group unless its `limit` is reached: undefined then.
   * @example
   * await rt.group({ limit: 1 }, async (g) => {
   *   assert.ok(g.tryGo(async () => { await rt.sleep(1); }));
   *   assert.equal(g.tryGo(async () => {}), undefined);
   * });
   */
  tryGo<A extends unknown[], T>(fn: GoFunction<A, T>, ...args: A): Goroutine<T> | undefined {
    return this.#places > 0 ? this.go(fn, ...args) : undefined;
  }

  #later<A extends unknown[], T>(fn: GoFunction<A, T>, args: A, goroutine: Goroutine<T>): void {
    const turn = new Pending(this.core);
    turn.promise.then(() => {
      if (this.core.closed) throw this.core.shutError();
      this.#places++; // the one that was left to it
      begin(this.core, fn, args, goroutine, this.ctx.signal);
      this.#take(goroutine);
    }).catch((error) => goroutine.threw(error));
    if (this.ctx.err) turn.reject(this.ctx.cause);
    else this.#queue.push(turn);
  }

  /** It has a place until it has ended, and if it throws, until the group knows: then nobody gets it. */
  #take(goroutine: Goroutine<unknown>): void {
    if (this.#places === Infinity) return;
    this.#places--;
    const leave = () => {
      const next = this.#queue.shift();
      if (next) next.resolve(undefined);
      else this.#places++;
    };
    goroutine.promise().then(leave, leave);
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

  /**
   * Wait until all of its goroutines have ended; rejects with the first error.
   * That is the end of the group: its context is cancelled, and nothing more can
   * be started. Options call off the wait, and not the group. Go: errgroup's Wait.
   * @example
   * const g = rt.group();
   * const a = g.go(async () => 1);
   * await g.wait();
   * assert.equal(await a.wait(), 1);
   */
  wait(options?: WaitOptions): Op<void> {
    if (this.#home) throw new UsageError('wait of a group that has begun elsewhere; it is waited for there');
    const end = this.ended();
    this.#told = !(options && calledOff(options));
    const unheed = options && onCallOff(options, () => { this.#told = false; });
    if (unheed) end.then(unheed, unheed);
    return awaitIn(this.core, end, options);
  }

  /** @internal The same, for who tells the error himself. */
  ended(): Promise<void> {
    return this.#end ??= this.#untilOver();
  }

  /** All members have ended: also those that members have started. */
  async #untilOver(): Promise<void> {
    const { core } = this;
    core.asyncs++;
    await null; // while a generator is stepped, its goroutine would wait here
    try {
      for (let others; ; await others) {
        while (this.#members.size > 0) await Promise.all(this.#members);
        others = this.#elsewhere?.wait();
        if (!others) break;
      }
      this.#over = true;
      await this.#elsewhere?.over();
      if (this.#error) throw this.#error.error;
    } finally {
      core.asyncs--;
      this.outermost.cancel();
    }
  }

  /**
   * For `await using g = rt.group()`: waits until all have ended, and throws the
   * first error, if wait() has not. It cannot know that the block has thrown; so
   * where members would wait for ever then, pass a body, `rt.group(fn)`, which
   * cancels them.
   * @example
   * const g = rt.group();
   * const a = g.go(async () => 1);
   * await g[Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose')]();
   * assert.equal(await a.wait(), 1);
   */
  async [asyncDispose](): Promise<void> {
    if (!this.open) throw new UsageError('the group ends with its body; await using is for rt.group() without one');
    try {
      await this.ended();
    } catch (error) {
      if (!this.#told) throw error;
    }
  }
}

/** The group that ends with its body, and is called off as by a member if that throws. */
export async function runGroup<T>(group: Group, body: (g: Group, ctx: Context) => T | PromiseLike<T>): Promise<T> {
  const main = (async () => body(group, group.ctx))();
  group.core.asyncs++;
  await main.catch((error) => group.failed(error));
  group.core.asyncs--;
  await group.ended();
  return main;
}
