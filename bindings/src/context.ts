/** Contexts: deadlines, cancellation and values, together with AbortSignal. Go: package context. */
import type { Chan, RecvChan } from './channel.js';
import type { Core } from './core.js';
import { CanceledError, DeadlineExceededError, UsageError } from './errors.js';
import { type GoFunction, prepare, startGoroutine } from './goroutine.js';
import { asyncDispose, brand, dispose } from './realm.js';

/** What a context needs of its runtime. */
interface Host {
  readonly core: Core;
  chan<T>(cap?: number): Chan<T>;
}

interface ContextOptions {
  /** When it ends: as Date.now() has it, and as performance.now(), which does not jump. */
  deadline?: number;
  due?: number;
  /** Its cause then. */
  cause?: unknown;
  key?: unknown;
  value?: unknown;
  /** What ends it as well, if that is not its parent. */
  heir?: Context;
  /** It does not end with its parent. */
  detached?: boolean;
  /** It has no end of its own. */
  shared?: boolean;
}

/** Keys of these types are nobody's but the program's that has made them. */
const OWN = ['symbol', 'object', 'function'];

/** A deadline, in ms since 1970, and its cause. */
export interface Due {
  readonly deadline: number;
  readonly cause: unknown;
}

/** A value that crosses, with its key, or the name of its key as of Symbol.for. */
export type Carried = [key: unknown, value: unknown, symbol: boolean];

/** A context that has these values, and no end; undefined for none. */
export function withValues(host: Host, values: Carried[]): Context | undefined {
  if (values.length === 0) return undefined;
  return values.reduce((ctx, [key, value, symbol]) => ctx.withValue(symbol ? Symbol.for(key as string) : key, value), new Context(host));
}

/**
 * Says when to stop, and carries values. Cancelling one cancels its children.
 * Everything that waits takes one as `{ ctx }`; {@link Context.signal} is the
 * same for what knows AbortSignal.
 * @example
 * const ctx = rt.context();
 * const child = ctx.withTimeout(1);
 * await assert.rejects(rt.chan().recv({ ctx: child }), DeadlineExceededError);
 * assert.equal(ctx.err, undefined);
 */
export class Context {
  static {
    brand(this, 'Context');
  }

  readonly #host: Host;
  readonly #parent: Context | undefined;
  readonly #key: unknown;
  readonly #value: unknown;
  /** Whose end this one's is: its own, but for a context with a value, which has none. */
  readonly #home: Context;
  /** What ends it as well. */
  readonly #heir: Context | undefined;
  readonly #controller: AbortController;
  #children: Set<Context> | undefined;
  #done: Chan<never> | undefined;
  #err: Error | undefined;
  #cause: unknown;
  #ends: Set<() => void> | undefined;
  #disarm: (() => void) | undefined;
  #release: (() => void) | undefined;
  readonly #due: number;
  /** Its cause then; undefined: err. */
  readonly #late: unknown;
  /** When it ends by itself, in ms since 1970; undefined: never. */
  readonly deadline: number | undefined;

  /** @internal Use {@link Runtime.context}. */
  constructor(host: Host, parent?: Context, options: ContextOptions = {}) {
    this.#host = host;
    this.#parent = parent;
    this.#key = options.key;
    this.#value = options.value;
    const above = options.heir ?? parent;
    const heir = options.detached || !above ? undefined : above.#home;
    this.#heir = heir;
    this.#home = options.shared && heir ? heir : this;
    this.#controller = this.#home === this ? new AbortController() : this.#home.#controller;
    const inherited = heir ? heir.#due : Infinity;
    const own = options.due !== undefined && !(inherited <= options.due);
    this.#due = own ? options.due! : inherited;
    this.deadline = own ? options.deadline : heir?.deadline;
    this.#late = own ? options.cause : heir ? heir.#late : undefined;
    if (this.#home !== this) return;
    if (heir) heir.#adopt(this);
    if (own) this.#arm();
  }

  #adopt(child: Context): void {
    if (this.#err) child.#end(this.#err, this.#cause);
    else (this.#children ??= new Set()).add(child);
  }

  #arm(): void {
    if (this.#err || !(this.#due < Infinity)) return;
    const cause = this.#late;
    const passed = () => this.#end(new DeadlineExceededError(cause === undefined ? undefined : { cause }), cause);
    if (this.#due <= performance.now()) passed();
    else this.#disarm = this.#host.core.deadlines.arm(this.#due, passed);
  }

  /** All below it are over before anybody is told: what is told may throw, or look at them. */
  #end(err: Error, cause: unknown = err): void {
    if (this.#err) return;
    const all: Context[] = [this];
    for (const ctx of all) { // which grows
      if (ctx.#children) for (const child of ctx.#children) all.push(child);
      ctx.#over(err, cause);
    }
    for (const ctx of all) ctx.#tell();
  }

  #over(err: Error, cause: unknown): void {
    this.#children = undefined;
    this.#err = err;
    this.#cause = cause;
    this.#disarm?.();
    this.#release?.();
    if (this.#heir) this.#heir.#children?.delete(this);
  }

  #tell(): void {
    this.#controller.abort(this.#cause);
    if (this.#done && !this.#host.core.closed) this.#done.close();
    if (this.#ends) for (const callback of this.#ends) callback();
  }

  /** @internal Have `callback` called when it ends; returns what undoes that. */
  onEnd(callback: () => void): () => void {
    const ends = (this.#home.#ends ??= new Set());
    ends.add(callback);
    return () => { ends.delete(callback); };
  }

  /** @internal It has ended elsewhere. */
  ended(late: boolean, cause: unknown): void {
    if (late) this.#end(new DeadlineExceededError(), cause);
    else this.cancel(cause);
  }

  /** @internal When it ends by itself, and why then. */
  get due(): Due | undefined {
    return this.deadline === undefined ? undefined : { deadline: this.deadline, cause: this.#late };
  }

  /** @internal */
  get core(): Core {
    return this.#host.core;
  }

  /** @internal The values in it that can be had elsewhere, the outermost first. */
  get carried(): Carried[] {
    const all: Carried[] = [];
    for (let ctx: Context | undefined = this; ctx; ctx = ctx.#parent) {
      const key = ctx.#key;
      const name = typeof key === 'symbol' ? Symbol.keyFor(key) : undefined;
      if (name !== undefined) all.push([name, ctx.#value, true]);
      else if (key !== undefined && !OWN.includes(typeof key)) all.push([key, ctx.#value, false]);
    }
    return all.reverse();
  }

  /** @internal A child with these values only. */
  crossed(values: Carried[]): Context {
    return new Context(this.#host, withValues(this.#host, values), { heir: this });
  }

  /**
   * Aborted, with the cause, when the context is done.
   * @example
   * const ctx = rt.context().withTimeout(1000);
   * assert.equal(ctx.signal.aborted, false);
   * ctx.cancel();
   * assert.equal(ctx.signal.reason, ctx.cause);
   */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /**
   * A channel that is closed when the context is done: for select.
   * @example
   * const ctx = rt.context();
   * ctx.cancel();
   * assert.equal((await select({ gone: ctx.done })).key, 'gone');
   */
  get done(): RecvChan<never> {
    const home = this.#home;
    if (!home.#done) {
      home.#done = home.#host.chan<never>();
      if (home.#err) home.#done.close();
    }
    return home.#done;
  }

  /**
   * Why it is done: a {@link CanceledError} or {@link DeadlineExceededError};
   * undefined while it is not.
   * @example
   * const ctx = rt.context().withTimeout(1);
   * assert.equal(ctx.err, undefined);
   * await assert.rejects(rt.sleep(1000, { ctx }), DeadlineExceededError);
   * assert.ok(ctx.err instanceof DeadlineExceededError);
   */
  get err(): Error | undefined {
    return this.#home.#err;
  }

  /**
   * What {@link Context.cancel} was given, or err. Go: context.Cause.
   * @example
   * const ctx = rt.context();
   * ctx.cancel(new Error('no more'));
   * assert.equal(ctx.cause.message, 'no more');
   */
  get cause(): unknown {
    return this.#home.#cause;
  }

  /**
   * The value that this context or the nearest one above has for the key.
   * @example
   * const ctx = rt.context().withValue('user', 'gopher');
   * assert.equal(ctx.value('user'), 'gopher');
   */
  value(key: unknown): unknown {
    for (let ctx: Context | undefined = this; ctx; ctx = ctx.#parent) {
      if (ctx.#key !== undefined && ctx.#key === key) return ctx.#value;
    }
    return undefined;
  }

  /**
   * End it and its children. Only the first call counts.
   * @throws {UsageError} of one made by withValue, which has no end of its own
   * @example
   * const ctx = rt.context();
   * ctx.cancel(new Error('enough'));
   * assert.equal(ctx.err.name, 'CanceledError');
   * assert.match(ctx.cause.message, /enough/);
   */
  cancel(cause?: unknown): void {
    if (this.#home !== this) throw new UsageError('cancel of a context made by withValue; cancel what it was made from, or its withCancel()');
    const err = new CanceledError(cause === undefined ? undefined : { cause });
    this.#end(err, cause ?? err);
  }

  /**
   * A child, to be cancelled by itself.
   * @example
   * const parent = rt.context(), child = parent.withCancel();
   * child.cancel();
   * assert.equal(parent.err, undefined);
   * parent.withCancel();
   * parent.cancel();
   * assert.ok(child.err instanceof CanceledError);
   */
  withCancel(): Context {
    return new Context(this.#host, this);
  }

  /**
   * A child that ends after `ms` milliseconds; with that cause, if there is one.
   * As AbortSignal.timeout's, its timer keeps no process alive, but for what waits
   * in the runtime.
   * @example
   * const ctx = rt.context().withTimeout(1);
   * await assert.rejects(rt.chan().recv({ ctx }), DeadlineExceededError);
   * const slow = rt.context().withTimeout(1, new Error('the server is slow'));
   * await assert.rejects(rt.chan().recv({ ctx: slow }), /the server is slow/);
   */
  withTimeout(ms: number, cause?: unknown): Context {
    return this.#until(Date.now() + ms, ms, cause);
  }

  /**
   * A child that ends at a time, in ms since 1970, or a Date; with that cause, if
   * there is one.
   * @example
   * const ctx = rt.context().withDeadline(Date.now() + 1000);
   * assert.ok(ctx.deadline > Date.now());
   * ctx.cancel();
   */
  withDeadline(deadline: number | Date, cause?: unknown): Context {
    return this.#until(+deadline, +deadline - Date.now(), cause);
  }

  #until(deadline: number, ms: number, cause: unknown): Context {
    if (!(typeof ms === 'number' && ms === ms)) throw new UsageError(`a context's time is ${ms}; give a number of milliseconds, or a Date`);
    return new Context(this.#host, this, { deadline, due: performance.now() + ms, cause });
  }

  /**
   * Start `fn` as a goroutine when the context is done; at once, if it is. Returns
   * a function that stops that, and says whether it has: false once fn was started.
   * @example
   * const ctx = rt.context(), gone = rt.chan(1);
   * const stop = ctx.afterFunc(() => { gone.trySend('gone'); });
   * ctx.cancel();
   * assert.equal((await gone.recv()).value, 'gone');
   * assert.equal(stop(), false);
   */
  afterFunc(fn: GoFunction<[], unknown>): () => boolean {
    const { core } = this;
    prepare(core, fn); // what is none is refused here
    let waits = true;
    const run = () => {
      if (waits && !core.closed) startGoroutine(core, fn, []);
      waits = false;
    };
    const forget = this.onEnd(run);
    if (this.err) run();
    return () => {
      const stopped = waits;
      waits = false;
      forget();
      return stopped;
    };
  }

  /**
   * A child with a value for a key. It ends with this one, never by itself. To
   * functions of modules values come with keys that are strings, numbers or of
   * Symbol.for; objects, functions and other symbols are nothing there.
   * @example
   * const ctx = rt.context().withValue('user', 'gopher').withCancel();
   * assert.equal(ctx.value('user'), 'gopher');
   */
  withValue(key: unknown, value: unknown): Context {
    return new Context(this.#host, this, { key, value, shared: true });
  }

  /**
   * A child that has the values and goes on when this one ends.
   * @example
   * const ctx = rt.context(), rest = ctx.withoutCancel();
   * ctx.cancel();
   * assert.equal(rest.err, undefined);
   */
  withoutCancel(): Context {
    return new Context(this.#host, this, { detached: true });
  }

  /**
   * A child that ends, with the signal's reason, when the signal is aborted as
   * well.
   * @example
   * const controller = new AbortController();
   * const ctx = rt.context().withSignal(controller.signal);
   * controller.abort(new Error('the user left'));
   * assert.equal(ctx.cause.message, 'the user left');
   */
  withSignal(signal: AbortSignal): Context {
    const ctx = new Context(this.#host, this);
    const abort = () => ctx.cancel(signal.reason);
    if (signal.aborted) abort();
    else if (!ctx.#err) {
      signal.addEventListener('abort', abort, { once: true });
      const { core } = ctx;
      const letGo = core.hold();
      core.signals++;
      ctx.#release = () => {
        signal.removeEventListener('abort', abort);
        core.signals--;
        letGo();
      };
    }
    return ctx;
  }

  /**
   * Cancels it, if it has an end of its own: `using ctx =
   * rt.context().withTimeout(100)`.
   * @example
   * const ctx = rt.context().withTimeout(1000);
   * ctx[Symbol.dispose ?? Symbol.for('Symbol.dispose')]();
   * assert.ok(ctx.err instanceof CanceledError);
   */
  [dispose](): void {
    if (this.#home === this) this.cancel();
  }

  /**
   * Cancels it, if it has an end of its own.
   * @example
   * const ctx = rt.context();
   * await ctx[Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose')]();
   * assert.ok(ctx.err instanceof CanceledError);
   */
  async [asyncDispose](): Promise<void> {
    this[dispose]();
  }
}
