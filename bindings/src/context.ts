/** Contexts: deadlines, cancellation and values, together with AbortSignal. Go: package context. */
import type { Chan, RecvChan } from './channel.js';
import { CanceledError, DeadlineExceededError } from './errors.js';
import { asyncDispose, dispose } from './lifetime.js';

/** What a context needs of its runtime. */
interface Host {
  chan<T>(cap?: number): Chan<T>;
}

/** setTimeout takes 31 bits. */
const TIMEOUT_MAX = 0x7fffffff;

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
  readonly #host: Host;
  readonly #parent: Context | undefined;
  readonly #key: unknown;
  readonly #value: unknown;
  readonly #controller = new AbortController();
  #children: Set<Context> | undefined;
  #done: Chan<never> | undefined;
  #err: Error | undefined;
  #cause: unknown;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #release: (() => void) | undefined;
  /** When it ends by itself, in ms since 1970; undefined: never. */
  readonly deadline: number | undefined;

  /** @internal Use {@link Runtime.context}. */
  constructor(host: Host, parent?: Context, options: { deadline?: number; key?: unknown; value?: unknown; detached?: boolean } = {}) {
    this.#host = host;
    this.#parent = parent;
    this.#key = options.key;
    this.#value = options.value;
    const heir = options.detached ? undefined : parent;
    const inherited = heir?.deadline;
    this.deadline = options.deadline === undefined || (inherited !== undefined && inherited < options.deadline) ? inherited : options.deadline;
    if (heir) heir.#adopt(this);
    if (options.deadline !== undefined && this.deadline === options.deadline) this.#watch();
  }

  #adopt(child: Context): void {
    if (this.#err) child.#end(this.#err, this.#cause);
    else (this.#children ??= new Set()).add(child);
  }

  #watch(): void {
    if (this.#err) return;
    const ms = this.deadline! - Date.now();
    if (ms <= 0) this.#end(new DeadlineExceededError());
    else this.#timer = setTimeout(() => this.#watch(), Math.min(ms, TIMEOUT_MAX));
  }

  #end(err: Error, cause: unknown = err): void {
    if (this.#err) return;
    this.#err = err;
    this.#cause = cause;
    clearTimeout(this.#timer);
    this.#release?.();
    if (this.#parent) this.#parent.#children?.delete(this);
    this.#controller.abort(cause);
    if (this.#done) this.#done.close();
    for (const child of this.#children ?? []) child.#end(err, cause);
    this.#children = undefined;
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
    if (!this.#done) {
      this.#done = this.#host.chan<never>();
      if (this.#err) this.#done.close();
    }
    return this.#done;
  }

  /** Why it is done: a {@link CanceledError} or {@link DeadlineExceededError}; undefined while it is not. */
  get err(): Error | undefined {
    return this.#err;
  }

  /** What {@link Context.cancel} was given, or err. Go: context.Cause. */
  get cause(): unknown {
    return this.#cause;
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
   * @example
   * const ctx = rt.context();
   * ctx.cancel(new Error('enough'));
   * assert.equal(ctx.err.name, 'CanceledError');
   * assert.match(ctx.cause.message, /enough/);
   */
  cancel(cause?: unknown): void {
    const err = new CanceledError(cause === undefined ? undefined : { cause });
    this.#end(err, cause ?? err);
  }

  /** A child, to be cancelled by itself. */
  withCancel(): Context {
    return new Context(this.#host, this);
  }

  /** A child that ends after `ms` milliseconds. */
  withTimeout(ms: number): Context {
    return this.withDeadline(Date.now() + ms);
  }

  /** A child that ends at a time, in ms since 1970, or a Date. */
  withDeadline(deadline: number | Date): Context {
    return new Context(this.#host, this, { deadline: +deadline });
  }

  /** A child with a value for a key. */
  withValue(key: unknown, value: unknown): Context {
    return new Context(this.#host, this, { key, value });
  }

  /** A child that has the values and goes on when this one ends. */
  withoutCancel(): Context {
    return new Context(this.#host, this, { detached: true });
  }

  /** A child that ends, with the signal's reason, when the signal is aborted as well. */
  withSignal(signal: AbortSignal): Context {
    const ctx = new Context(this.#host, this);
    const abort = () => ctx.cancel(signal.reason);
    if (signal.aborted) abort();
    else if (!ctx.#err) {
      signal.addEventListener('abort', abort, { once: true });
      ctx.#release = () => signal.removeEventListener('abort', abort);
    }
    return ctx;
  }

  /** Cancels it: `using ctx = rt.context().withTimeout(100)`. */
  [dispose](): void {
    this.cancel();
  }

  /** Cancels it. */
  async [asyncDispose](): Promise<void> {
    this.cancel();
  }
}
