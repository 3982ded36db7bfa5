/**
 * Calls of modules without workers: the functions run on this thread. What they
 * are given and what they return is copied as if they did not, so a program that
 * works here works there.
 */
import { Block } from './block.js';
import { Chan } from './channel.js';
import { Codec, type Foreign } from './codec.js';
import { type Carried, Context } from './context.js';
import type { Core } from './core.js';
import { mustBeOf, UsageError } from './errors.js';
import { SingleFlight } from './flight.js';
import { Group } from './group.js';
import { functionOf, run } from './imports.js';
import type { Call, Caller } from './module.js';
import { Pending } from './pending.js';
import { isLock } from './sync.js';

/** The kinds of object that stay what they are. */
const KEPT = 0;
const CONTEXT = 1;
const GROUP = 2;

/** For a runtime on one thread. */
export class Local implements Caller {
  readonly #core: Core;
  readonly #codec = new Codec({
    leave: (value) => this.#leave(value),
    stay() {},
    arrive: (kind, data) => this.#arrive(kind, data as [number, Carried[]]),
  });
  /** Of the message that is under way: objects that stay what they are. */
  #kept: object[] = [];
  /** Blocks of the message under way: as they are here, and as they arrive. */
  #given: [here: Block, there: Block][] = [];
  /** The same of messages that have gone, by what has arrived. */
  readonly #gone = new WeakMap<object, [here: Block, there: Block][]>();
  /** The contexts that have come with the call that begins. */
  #contexts: Context[] = [];

  constructor(core: Core) {
    this.#core = core;
  }

  /** A copy. */
  readonly #copy = (value: unknown, transfer?: readonly unknown[]): unknown => {
    try {
      const copy = this.#codec.decode(this.#codec.encode(value, transfer).bytes);
      if (this.#given.length > 0) this.#gone.set(copy as object, this.#given);
      return copy;
    } catch (error) {
      for (const [here] of this.#given) here.back();
      throw error;
    } finally {
      this.#kept = [];
      this.#given = [];
    }
  };

  /** Nobody has got the copy: its blocks are where they were. */
  readonly #uncopy = (copy: unknown): void => {
    for (const [here] of this.#gone.get(copy as object) ?? []) here.back();
  };

  /** Nobody will get the copy, and whoever made it has given it away. */
  readonly #lost = (copy: unknown): void => {
    for (const [, there] of this.#gone.get(copy as object) ?? []) there.free();
  };

  call(call: Call): Promise<unknown> {
    const pending = new Pending(this.#core);
    this.#run(call).then((value) => pending.resolve(value), (error) => pending.reject(error));
    return pending.promise;
  }

  async #run(call: Call): Promise<unknown> {
    const contexts: Context[] = this.#contexts = [];
    const args = this.#copy(call.args) as unknown[];
    try {
      const fn = await this.#functionFor(call, args);
      try {
        return this.#copy(await run(this.#core, call.name, fn, args, call.signal));
      } catch (error) {
        throw this.#copy(error);
      }
    } finally {
      for (const ctx of contexts) ctx.cancel();
    }
  }

  /** If it will not run, what it would have got stays where it was. */
  async #functionFor({ url, name, signal }: Call, args: unknown[]): Promise<(...args: unknown[]) => unknown> {
    try {
      const fn = await functionOf(url, name);
      await this.#core.atOnce(undefined); // a loop of calls leaves the event loop its turns
      signal?.throwIfAborted();
      return fn;
    } catch (error) {
      this.#uncopy(args);
      throw error;
    }
  }

  #leave(value: object): Foreign | undefined {
    if (value instanceof Chan) this.#pass(value);
    else if (value instanceof SingleFlight) this.#passFlight(value);
    else if (value instanceof Context) return this.#keep(CONTEXT, value, value);
    else if (value instanceof Group) return this.#keep(GROUP, value, value.ctx);
    else if (isLock(value)) mustBeOf(this.#core, value.inner, 'lock');
    else if (value instanceof Block) return this.#keep(KEPT, this.#give(value));
    else if (!(value instanceof AbortSignal)) return undefined;
    return this.#keep(KEPT, value);
  }

  /** ctx: what comes of it has these values, which are copied. */
  #keep(kind: number, value: object, ctx?: Context): Foreign {
    if (ctx) mustBeOf(this.#core, ctx, kind === GROUP ? 'group' : 'context');
    return { kind, data: [this.#kept.push(value) - 1, ctx?.carried ?? []] };
  }

  #give(block: Block): Block {
    const there = new Block(this.#core, block.give(this.#core), block.length);
    this.#given.push([block, there]);
    return there;
  }

  /** From now on each caller gets a copy. */
  #passFlight(flight: SingleFlight<unknown>): void {
    mustBeOf(this.#core, flight, 'single flight');
    flight.copy = this.#copy;
  }

  /** From now on the channel copies, as one does that a worker has. */
  #pass(chan: Chan<unknown>): void {
    mustBeOf(this.#core, chan, 'channel');
    if (chan.ptr < 0) throw new UsageError('the channel was disposed of; do that after its last use');
    chan.copy = this.#copy;
    chan.uncopy = this.#uncopy;
    chan.held.lost = this.#lost;
  }

  /** Whoever gets a context can end it for himself alone; it ends with his call. */
  #arrive(kind: number, [at, values]: [number, Carried[]]): object {
    const value = this.#kept[at]!;
    if (kind === GROUP) return new Group(this.#core, (value as Group).ctx.crossed(values), value as Group);
    if (kind !== CONTEXT) return value;
    const ctx = (value as Context).crossed(values);
    this.#contexts.push(ctx);
    return ctx;
  }
}
