/** Single flights. Go: golang.org/x/sync/singleflight. */
import type { Core } from './core.js';
import { awaitIn, type GoFunction, startGoroutine } from './goroutine.js';
import type { Op, WaitOptions } from './op.js';
import { brand, unmark } from './realm.js';

/** A call that all agents can join which have the flight. */
export interface Joined {
  /** What comes of it, if another agent has begun it. */
  readonly theirs: Promise<unknown> | undefined;
  /** Who joins now joins this one. */
  current(): boolean;
  /** The agent that has begun it tells all others. */
  ended(returned: boolean, value: unknown): void;
}

/** The part of a flight that other agents have, too: shared-flight.ts. */
export interface Elsewhere {
  /** Undefined: no other agent can have this key. */
  join(key: unknown): Joined | undefined;
  forget(key: unknown): void;
  /** An agent is lost: who waits for its calls is told. */
  lost(id: number): unknown;
}

interface Call<T> {
  readonly result: Promise<T>;
  joined: Joined | undefined;
}

/**
 * Calls with the same key at the same time are one call, whose result all get.
 * Passed to a function of {@link Runtime.module}, it is one there and here: its
 * results are copied then, and keys that are objects are each agent's own.
 * @example
 * const flight = rt.singleFlight();
 * let calls = 0;
 * const load = async () => { calls++; await rt.sleep(1); return 'page'; };
 * const both = await Promise.all([flight.do('/', load), flight.do('/', load)]);
 * assert.deepEqual(both, ['page', 'page']);
 * assert.equal(calls, 1);
 */
export class SingleFlight<T> {
  static {
    brand(this, 'SingleFlight');
  }
  /** @internal */
  readonly core: Core;
  readonly #calls = new Map<unknown, Call<T>>();
  #elsewhere: Elsewhere | undefined;
  /** @internal Each caller gets a copy. */
  copy: ((value: unknown) => unknown) | undefined;

  /** @internal Use {@link Runtime.singleFlight}. */
  constructor(core: Core, elsewhere?: Elsewhere) {
    this.core = core;
    this.#elsewhere = elsewhere;
  }

  /**
   * The result of fn, or of the call for this key that is under way. fn is
   * started as by {@link Runtime.go}; what calls off a caller's wait does not
   * end it.
   * @example
   * const flight = rt.singleFlight();
   * const load = async (key) => { await rt.sleep(1); return `page of ${key}`; };
   * assert.equal(await flight.do('/a', () => load('/a')), 'page of /a');
   */
  do(key: unknown, fn: GoFunction<[], T>, options?: WaitOptions): Op<T> {
    const refused = this.core.refused(options);
    if (refused) return refused;
    const known = this.#calls.get(key);
    const call = known && known.joined?.current() !== false ? known : this.#begin(key, fn);
    return awaitIn(this.core, this.copy ? copied(call.result, this.copy) : call.result, options);
  }

  #begin(key: unknown, fn: GoFunction<[], T>): Call<T> {
    const joined = this.#elsewhere?.join(key);
    const result = (joined?.theirs as Promise<T> | undefined) ?? this.#start(fn, joined);
    const call: Call<T> = { result, joined };
    this.#calls.set(key, call);
    const over = (returned: boolean, value: unknown) => {
      if (this.#calls.get(key) === call) this.#calls.delete(key);
      if (!call.joined?.theirs) call.joined?.ended(returned, value);
    };
    result.then((value) => over(true, value), (error) => over(false, error));
    return call;
  }

  #start(fn: GoFunction<[], T>, joined: Joined | undefined): Promise<T> {
    try {
      return startGoroutine(this.core, fn, []).promise();
    } catch (error) {
      queueMicrotask(() => joined?.ended(false, error)); // while a generator is stepped, it would wait here
      throw error;
    }
  }

  /**
   * Later calls for this key do not share the one that is under way.
   * @example
   * const flight = rt.singleFlight();
   * const old = flight.do('/', async () => { await rt.sleep(5); return 'old'; });
   * flight.forget('/');
   * assert.equal(await flight.do('/', async () => 'new'), 'new');
   * assert.equal(await old, 'old');
   */
  forget(key: unknown): void {
    this.#calls.delete(key);
    if (!this.core.closed) this.#elsewhere?.forget(key);
  }

  /** @internal */
  lost(id: number): void {
    this.#elsewhere?.lost(id);
  }

  /** @internal Have other agents join, also the calls that are under way. */
  share<E extends Elsewhere>(make: () => E): E {
    if (this.#elsewhere) return this.#elsewhere as E;
    const elsewhere = make();
    this.#elsewhere = elsewhere;
    for (const [key, call] of this.#calls) call.joined = elsewhere.join(key);
    return elsewhere;
  }
}

function copied<T>(result: Promise<T>, copy: (value: unknown) => unknown): Promise<T> {
  const each = result.then((value) => {
    unmark(value);
    return copy(value) as T;
  }, (error) => { throw copy(error); });
  each.catch(() => {}); // as of the result itself: nobody need wait
  return each;
}
