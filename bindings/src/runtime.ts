/** The runtime, and how it is started. */
import { Block } from './block.js';
import { Chan, TypedChan } from './channel.js';
import type { Guest } from './c/guest.js';
import type { ImportFunctions } from './c/imports.js';
import type { Memory } from './c/memory.js';
import { Context } from './context.js';
import { Core, unexpected } from './core.js';
import { type Element, type ElementKind, ELEMENTS, type ElementTypes } from './elements.js';
import { mustBeKnown, PanicError, UsageError } from './errors.js';
import { load, SHUT, type WasmSource } from './ffi.js';
import { awaitIn, type GoFunction, type Goroutine, startGoroutine } from './goroutine.js';
import { SingleFlight } from './flight.js';
import { Group, runGroup } from './group.js';
import { type Leak, leaksIn } from './leaks.js';
import { choose } from './mode.js';
import { type Module, type ModuleOptions, moduleIn } from './module.js';
import { delay, type Op, SLEEP, type Subject, type WaitOptions } from './op.js';
import { asyncDispose, brand, dispose, realm } from './realm.js';
import { type Cases, coreOf, selectIn, type SelectResult } from './select.js';
import type { Trace, TraceOptions } from './trace.js';
import { Cond, Mutex, Once, RWMutex, Semaphore, WaitGroup } from './sync.js';

/** What {@link start} takes. */
export interface StartOptions<E = {}> {
  /** Close the runtime when it is aborted. */
  signal?: AbortSignal;
  /**
   * How many functions of modules may run at the same time, on a worker each;
   * 'auto', as without it: as many as the machine has processors.
   */
  procs?: number | 'auto';
  /**
   * Have the scheduler and select decide by this number, so that a program does
   * the same again: 1 to 2**32 - 1. Time and the world outside have no seed. It
   * is then all on one thread.
   */
  seed?: number;
  /** Note where each goroutine is started, for the dump, leaks() and traces; slower. */
  debug?: boolean;
  /**
   * 'st': all on this thread. 'mt': with workers, or not at all. 'auto', as
   * without it: with workers where that is possible.
   */
  mode?: 'auto' | 'mt' | 'st';
  /**
   * Where goro.wasm is, or its bytes, or the compiled module; or the same of
   * goro-mt.wasm, which is for workers; or of a module in C that `goro cc
   * --package` has made. Without it: beside the package's files.
   */
  wasm?: WasmSource;
  /** The same of goro-mt.wasm: with it `wasm` is loaded where there can be no workers. */
  wasmMt?: WasmSource;
  /**
   * The functions that a C module imports, by module and name; or a function
   * that makes them for the runtime. One that returns a promise, or is a
   * generator, has the goroutine in C wait for it.
   */
  imports?: ImportFunctions | ((rt: Runtime<E>) => ImportFunctions);
  /** Gets each line that C writes to stdout; console.log without it. */
  stdout?: (line: string) => void;
  /** Gets each line that C writes to stderr; console.error without it. */
  stderr?: (line: string) => void;
  /** Where the package's file worker.js is, if not beside the others. */
  worker?: string | URL;
}

/** {@link Runtime.exports}: the functions of a C module, each of which returns a promise. */
export type Calls<E> = {
  readonly [K in keyof E]: E[K] extends (...args: infer A) => infer R ? (...args: A) => Op<Awaited<R>> : never;
} & {
  /**
   * The same functions, whose calls these options call off: nobody waits then, and
   * C goes on. A C function of that name is found here instead.
   */
  with(options: WaitOptions): Calls<E>;
};

/** How a runtime runs. */
export interface RuntimeInfo {
  /** 'mt': functions of modules run on workers; 'st': all on this thread. */
  readonly mode: 'mt' | 'st';
  /** How many of them run at the same time. */
  readonly procs: number;
  /** Why it is this mode. */
  readonly reason: string;
}

/** What {@link Runtime.stats} says. */
export interface RuntimeStats {
  /** Goroutines that have not ended. */
  readonly goroutines: number;
  /** Size of the module's memory, which never shrinks. */
  readonly memoryBytes: number;
}

/** What {@link Runtime.group} takes. */
export interface GroupOptions extends WaitOptions {
  /** The group's context ends after as many milliseconds. */
  timeoutMs?: number;
  /**
   * As many of its goroutines run at a time, from 1 on; further ones wait for
   * their turn. What functions on workers start themselves does not count. Go:
   * errgroup's SetLimit.
   */
  limit?: number;
}

/** Elements of 4 and 8 bytes may fill this many. */
const CAP_MAX = 1 << 28;

/** Nothing is expected of the results of Sleep. */
const sleeping: Subject = {
  outcome(core, _kind, result) {
    if (result < 0) throw unexpected(core, result);
    return undefined;
  },
  dropped() {},
};

/** How {@link Runtime.chan} is called, by kind. */
export type TypedChanMakers = {
  /** A channel of this kind, whose values lie in the module's memory. */
  readonly [K in ElementKind]: (cap?: number) => TypedChan<ElementTypes[K]>;
};

/** How {@link Runtime.chan} is called. */
export interface MakeChan extends TypedChanMakers {
  /**
   * A channel of any values, with room for `cap` of them.
   * @throws {PanicError} "makechan: size out of range"
   */
  <T = unknown>(cap?: number): Chan<T>;
  /**
   * The channel that C has at an address, as one of that kind. C frees it.
   * @throws {TypeError} if its elements have another size
   */
  at<K extends ElementKind>(pointer: number, kind: K): TypedChan<ElementTypes[K]>;
}

/**
 * A Go runtime: goroutines, channels and all that waits for them. Made by
 * {@link start}; independent of others.
 * @example
 * const rt2 = await start();
 * assert.ok(rt2.info.procs >= 1);
 * await rt2.close();
 */
export class Runtime<E = {}> {
  static {
    brand(this, 'Runtime');
  }
  /** @internal */
  readonly core: Core;
  /** How it runs. */
  readonly info: RuntimeInfo;

  /**
   * Make a channel; unbuffered without a capacity.
   * @example
   * const jobs = rt.chan(64);
   * await jobs.send({ id: 1 });
   * assert.equal((await jobs.recv()).value.id, 1);
   */
  readonly chan: MakeChan;

  /** @internal Use {@link start}. */
  constructor(core: Core, info: RuntimeInfo) {
    this.core = core;
    this.info = info;
    const { agent } = core;
    const make = agent
      ? <T = unknown>(cap = 0) => this.#make(8, cap, (ptr) => new TypedChan<T>(core, ptr, cap, agent.element()))
      : <T = unknown>(cap = 0) => this.#make(4, cap, (ptr) => new Chan<T>(core, ptr, cap));
    const typed = Object.entries<Element<any>>(ELEMENTS).map(([kind, element]) =>
      [kind, (cap = 0) => this.#make(element.size, cap, (ptr) => new TypedChan(core, ptr, cap, element))]);
    this.chan = Object.assign(make, Object.fromEntries(typed) as TypedChanMakers, {
      at: <K extends ElementKind>(pointer: number, kind: K) => this.#guest('chan.at').chanAt(pointer, kind),
    });
  }

  #guest(what: string): Guest {
    const { guest } = this.core;
    if (!guest) throw new UsageError(`${what} needs a module in C; start({ wasm }) with one that goro cc --package has made`);
    return guest;
  }

  /**
   * The functions that a C module exports. Each call is a goroutine of its own:
   * any number may be in flight, and each may block. Numbers are passed as C has
   * them, 64 bits as a bigint; a string or a Uint8Array as the address of a copy
   * that is there until the call is over; a channel of a kind as a `goro_chan *`.
   * In a generator, `yield*` them.
   * @throws {TypeError} if the arguments are not what the function takes
   * @throws {PanicError} if it panics and does not recover
   * @example
   * assert.equal(await lib.exports.fib(20), 6765);
   * const numbers = lib.chan.i32(4);
   * lib.exports.count(numbers, 3);
   * for await (const n of numbers) assert.ok(n < 3);
   */
  get exports(): Calls<E> {
    return (this.core.guest?.exports ?? {}) as Calls<E>;
  }

  /**
   * A C module's memory; see {@link Memory}.
   * @example
   * const p = await lib.exports.greet('Ada', '!');
   * assert.equal(lib.memory.text(p), 'hello Ada!');
   * lib.memory.free(p);
   */
  get memory(): Memory {
    return this.#guest('memory').memory;
  }

  #make<C extends Chan<any>>(size: number, cap: number, wrap: (ptr: number) => C): C {
    if (!Number.isInteger(cap) || cap < 0 || cap > CAP_MAX) {
      throw new PanicError(`makechan: size out of range; ${cap} is not between 0 and ${CAP_MAX}`);
    }
    const ptr = this.core.ffi.chan(size, cap);
    if (ptr === SHUT) throw this.core.shutError();
    if (ptr === 0) throw new PanicError('makechan: out of memory; make smaller channels, or fewer');
    const chan = wrap(ptr);
    this.core.chans.watch(chan);
    return chan;
  }

  /**
   * Go's nil channel: sends and receives on it wait for ever, and close throws.
   * @example
   * assert.equal(rt.nil().tryRecv(), undefined);
   */
  nil<T = unknown>(): Chan<T> {
    return new Chan<T>(this.core, 0, 0);
  }

  /**
   * A block of as many bytes in the module's memory, or of these, which are
   * copied into it: channels of blocks and calls of workers pass it on without
   * a copy. It is there until it is freed.
   * @throws {PanicError} if there is no memory left
   * @example
   * const blocks = rt.chan.block(1);
   * await blocks.send(rt.block(Uint8Array.of(1, 2, 3)));
   * const { value: block } = await blocks.recv();
   * assert.deepEqual([...block.bytes], [1, 2, 3]);
   * block.free();
   */
  block(bytes: number | Uint8Array): Block {
    if (typeof bytes === 'number') return Block.make(this.core, bytes);
    if (!(bytes instanceof Uint8Array)) throw new UsageError('a block of what is neither a length nor a Uint8Array; encode other values');
    return Block.from(this.core, bytes);
  }

  /**
   * Start a goroutine: an async function, or a generator, which is faster and
   * takes part in deadlock detection. It starts when the caller gives way.
   * @example
   * const ch = rt.chan();
   * rt.go(function* (n) { yield* ch.send(n + 1); }, 1);
   * assert.equal((await ch.recv()).value, 2);
   */
  go<A extends unknown[], T>(fn: GoFunction<A, T>, ...args: A): Goroutine<T> {
    return startGoroutine(this.core, fn, args);
  }

  /**
   * Run a program of goroutines from its main one to the end of that, and find
   * deadlocks at once: when all are asleep, with no timer and no promise to
   * wait for. If anything outside is to send to them later, say so by
   * {@link Runtime.hold}.
   * @throws {DeadlockError}
   * @example
   * const sum = await rt.run(function* () {
   *   const ch = rt.chan();
   *   rt.go(function* () { yield* ch.send(20); yield* ch.send(22); });
   *   return (yield* ch.recv()).value + (yield* ch.recv()).value;
   * });
   * assert.equal(sum, 42);
   */
  run<A extends unknown[], T>(fn: GoFunction<A, T>, ...args: A): Promise<T> {
    const { core } = this;
    const main = startGoroutine(core, fn, args);
    core.mains.add(main);
    const result = main.promise().finally(() => core.mains.delete(main));
    return result;
  }

  /**
   * There will be events from outside: no verdict of deadlock until this is
   * disposed of.
   * @example
   * const ch = rt.chan(1);
   * const hold = rt.hold();
   * setTimeout(() => ch.trySend('click'), 1);
   * await rt.run(function* () { return yield* ch.recv(); });
   * hold[Symbol.dispose ?? Symbol.for('Symbol.dispose')]();
   */
  hold(): { [Symbol.dispose](): void } {
    return { [dispose]: this.core.hold() };
  }

  /**
   * Wait for the first of several channel operations that is ready.
   * @throws {ChanClosedError} if the chosen case sends on a closed channel
   * @example
   * const jobs = rt.chan(1), out = rt.chan();
   * const r = await rt.select({ msg: recv(out), put: send(jobs, 1), tick: after(50) });
   * if (r.key === 'msg') console.log(r.value);
   * assert.equal(r.key, 'put');
   * assert.equal((await rt.select({ msg: recv(out), default: true })).key, 'default');
   */
  select<const C extends Cases>(cases: C, options?: WaitOptions): Op<SelectResult<C>> {
    return selectIn(this.core, cases, options);
  }

  /**
   * Wait for `ms` milliseconds.
   * @example
   * await rt.sleep(1);
   */
  sleep(ms: number, options?: WaitOptions): Op<void> {
    const { core } = this;
    const refused = core.refused(options);
    if (refused) return refused;
    if (!(ms > 0)) return core.op(sleeping, SLEEP, 0, 0);
    return core.op(sleeping, SLEEP, core.ffi.sleep(delay(ms), core.slot), 0, options);
  }

  /**
   * In a generator: wait for a promise. No deadlock while one is waited for.
   * @example
   * const v = await rt.go(function* () { return yield* rt.await(Promise.resolve(1)); }).wait();
   * assert.equal(v, 1);
   */
  await<T>(promise: PromiseLike<T>, options?: WaitOptions): Op<T> {
    return awaitIn(this.core, promise, options);
  }

  /**
   * Run goroutines that end together: `body` and all that it starts by `g.go`.
   * The first error cancels `ctx` and is what the group rejects with, after all
   * have ended.
   * @example
   * await rt.group({ timeoutMs: 5000 }, async (g, ctx) => {
   *   const out = rt.chan();
   *   g.go(function* () { yield* out.send('made'); out.close(); });
   *   for await (const v of out.values({ ctx })) assert.equal(v, 'made');
   * });
   */
  group<T>(body: (g: Group, ctx: Context) => T | PromiseLike<T>): Promise<T>;
  group<T>(options: GroupOptions, body: (g: Group, ctx: Context) => T | PromiseLike<T>): Promise<T>;
  /**
   * The same for `await using g = rt.group()`, or `await g.wait()` at its end:
   * what was started by `g.go` ends before the block does.
   * @throws {RuntimeClosedError} if the runtime is closed
   */
  group(options?: GroupOptions): Group;
  group(options: any = {}, body?: any): any {
    if (typeof options === 'function') [options, body] = [{}, options];
    const { core } = this;
    if (core.closed && body) return Promise.reject(core.shutError());
    if (core.closed) throw core.shutError();
    const group = this.#group(options);
    if (body) return runGroup(group, body);
    group.open = true;
    return group;
  }

  #group(options: GroupOptions): Group {
    mustBeKnown('rt.group', options, ['limit', 'timeoutMs', 'ctx', 'signal']);
    const { limit, timeoutMs, signal, ctx: parent } = options;
    if (limit !== undefined && !(Number.isInteger(limit) && limit >= 1)) throw new UsageError(`rt.group: limit ${limit} is not a whole number from 1 on; pass one, or none`);
    const outermost = parent ? parent.withCancel() : this.context();
    let ctx = outermost;
    if (signal) ctx = ctx.withSignal(signal);
    if (timeoutMs !== undefined) ctx = ctx.withTimeout(timeoutMs);
    const group = new Group(this.core, ctx);
    group.outermost = outermost;
    if (limit !== undefined) group.limit(limit);
    return group;
  }

  /**
   * The functions that a module exports, to be called here and run on workers,
   * as many at the same time as `info.procs` says; each call starts a goroutine
   * there. Without workers (`info.mode`) they run on this thread. Arguments and
   * results are copied, and so are what passes through channels that were passed.
   * A bundler has to make a file of the module: the README has how, by "Workers and bundlers".
   * @example
   * const maths = rt.module(new URL('./maths.js', EXAMPLES));
   * assert.equal(await maths.add(20, 22), 42);
   * const squares = rt.chan();
   * await rt.group(async (g) => {
   *   g.go(maths.squares, 3, squares);
   *   for (let i = 1; i <= 3; i++) assert.equal((await squares.recv()).value, i * i);
   * });
   */
  module<M>(url: string | URL, options: ModuleOptions = {}): Module<M> {
    const { core } = this;
    if (core.closed) throw core.shutError();
    core.caller ??= import('./local.js').then(({ Local }) => (core.caller = new Local(core)));
    return moduleIn<M>(core, url, options);
  }

  /**
   * A new context, without a parent; done when `signal` is aborted.
   * @example
   * const controller = new AbortController();
   * const ctx = rt.context(controller.signal);
   * controller.abort(new Error('stop'));
   * assert.match(ctx.cause.message, /stop/);
   */
  context(signal?: AbortSignal): Context {
    const root = new Context(this);
    return signal ? root.withSignal(signal) : root;
  }

  /**
   * A mutex; see {@link Mutex}.
   * @example
   * const mu = rt.mutex();
   * await mu.do(async () => { await rt.sleep(1); });
   */
  mutex(): Mutex {
    return new Mutex(this);
  }

  /**
   * A reader/writer lock; see {@link RWMutex}.
   * @example
   * const rw = rt.rwmutex();
   * await rw.rlock();
   * rw.runlock();
   */
  rwmutex(): RWMutex {
    return new RWMutex(this);
  }

  /**
   * A wait group; see {@link WaitGroup}.
   * @example
   * const wg = rt.waitGroup();
   * wg.go(function* () { yield* rt.sleep(1); });
   * await wg.wait();
   */
  waitGroup(): WaitGroup {
    return new WaitGroup(this);
  }

  /**
   * What is done once; see {@link Once}.
   * @example
   * const once = rt.once();
   * await once.do(async () => { console.log('only here'); });
   */
  once(): Once {
    return new Once(this);
  }

  /**
   * A condition variable for a lock; see {@link Cond}.
   * @example
   * const mu = rt.mutex(), cond = rt.cond(mu);
   * assert.equal(cond.lock, mu);
   */
  cond(lock: Mutex): Cond {
    return new Cond(this, lock);
  }

  /**
   * A weighted semaphore; see {@link Semaphore}.
   * @example
   * const s = rt.semaphore(3);
   * await s.acquire();
   * s.release();
   */
  semaphore(size: number): Semaphore {
    return new Semaphore(this, size);
  }

  /**
   * Calls with the same key share one result; see {@link SingleFlight}.
   * @example
   * const flight = rt.singleFlight();
   * assert.equal(await flight.do('key', async () => 'page'), 'page');
   */
  singleFlight<T>(): SingleFlight<T> {
    return new SingleFlight<T>(this.core);
  }

  /**
   * All goroutines and waits with what they wait for, as Go prints them.
   * @example
   * rt.go(function* stuck() { yield* rt.chan().recv(); });
   * await rt.sleep(1);
   * assert.match(rt.dump(), /chan receive[^]*stuck/);
   */
  dump(): string {
    return this.core.dump();
  }

  /**
   * Goroutines that are blocked, by function, what they wait for, and with
   * `debug` where they were started. At the end of a test there should be none.
   * @example
   * rt.go(function* leaky() { yield* rt.chan().send(1); });
   * await rt.sleep(1);
   * const [leak] = rt.leaks().filter(({ fn }) => fn === 'leaky');
   * assert.equal(leak.reason, 'chan send');
   */
  leaks(): Leak[] {
    return leaksIn(this.core.dump());
  }

  /**
   * How many goroutines there are, and how large the module's memory is.
   * @example
   * assert.ok(rt.stats().memoryBytes > 0);
   */
  stats(): RuntimeStats {
    return { goroutines: this.core.goroutines, memoryBytes: this.core.memory.buffer.byteLength };
  }

  /**
   * Record what the scheduler does from now on, event by event. The code for
   * that is imported when it is wanted; `trace` of goro/trace does not wait.
   * @throws {UsageError} if a trace is under way
   * @example
   * const recording = await rt.trace();
   * await rt.go(function* () { yield* rt.sleep(1); }).wait();
   * recording.stop();
   * assert.equal(recording.take().at(-1).kind, 'idle');
   */
  async trace(options?: TraceOptions): Promise<Trace> {
    const { trace } = await import('./trace.js');
    return trace(this, options);
  }

  /**
   * End it: what waits is rejected with {@link RuntimeClosedError}, generators
   * run their finally blocks, and everything later is refused.
   * @example
   * const rt2 = await start();
   * const waits = rt2.chan().recv();
   * await rt2.close();
   * await assert.rejects(waits, RuntimeClosedError);
   */
  async close(): Promise<void> {
    const { agent } = this.core;
    if (agent) await agent.close();
    else this.core.shut();
  }

  /**
   * close(), for `await using`.
   * @example
   * const rt2 = await start();
   * await rt2[Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose')]();
   * await assert.rejects(rt2.sleep(1), RuntimeClosedError);
   */
  [asyncDispose](): Promise<void> {
    return this.close();
  }
}

const MODES = ['auto', 'mt', 'st'];
const OPTIONS = ['signal', 'procs', 'seed', 'debug', 'mode', 'wasm', 'wasmMt', 'imports', 'stdout', 'stderr', 'worker'];

/**
 * Start a runtime.
 * @throws {LoadError} if goro.wasm cannot be had; with `mode: 'mt'`, if there can be no workers
 * @throws {UsageError} if an option makes no sense
 * @example
 * const rt2 = await start();
 * try {
 *   console.log(rt2.info.mode, rt2.info.procs, rt2.info.reason);
 * } finally {
 *   await rt2.close();
 * }
 */
export async function start<E = {}>(options: StartOptions<E> = {}): Promise<Runtime<E>> {
  const { signal, seed, debug, mode = 'auto', procs = 'auto' } = options;
  mustBeKnown('start', options, OPTIONS);
  if (!MODES.includes(mode)) throw new UsageError(`start: there is no mode '${mode}'; there are ${MODES.join(', ')}`);
  if (procs !== 'auto' && !(Number.isInteger(procs) && procs >= 1 && procs <= 200)) {
    throw new UsageError(`start: procs ${procs} is not a whole number from 1 to 200; pass one, or 'auto'`);
  }
  if (seed !== undefined && !(Number.isInteger(seed) && seed >= 1 && seed <= 0xffffffff)) {
    throw new UsageError(`start: seed ${seed} is not a whole number from 1 to 2**32 - 1; pass one`);
  }
  signal?.throwIfAborted();
  const { core, info, runtime = new Runtime<E>(core, info) } = await make(options);
  core.debug = debug ?? false;
  if (signal) closeWith(core, signal);
  core.endings.push(() => realm().running.delete(runtime));
  realm().running.add(runtime);
  return runtime;
}

/** runtime: there is one already, as a module in C needs it before it begins. */
async function make<E>(options: StartOptions<E>): Promise<{ core: Core; info: RuntimeInfo; runtime?: Runtime<E> }> {
  const choice = await choose(options);
  let { reason, module } = choice;
  if (choice.mode === 'mt') {
    try {
      return await choice.machine.startShared(choice.module, reason, options as StartOptions);
    } catch (error) {
      if (options.mode === 'mt' || !(error instanceof RangeError)) throw error;
      reason = `memory cannot be shared: ${error.message}`;
      module = options.wasmMt === undefined ? undefined : options.wasm;
    }
  }
  const info: RuntimeInfo = { mode: 'st', procs: 1, reason };
  let runtime: Runtime<E> | undefined;
  const core = await Core.make((host) => load(module, host, options.seed), async (made, section) => {
    const { Guest } = await import('./c/guest.js');
    runtime = new Runtime(made, info);
    return new Guest(made, runtime as Runtime, section, options as StartOptions);
  });
  return runtime ? { core, info, runtime } : { core, info };
}

function closeWith(core: Core, signal: AbortSignal): void {
  const abort = () => { core.shut(signal.reason); };
  if (signal.aborted) abort();
  signal.throwIfAborted();
  signal.addEventListener('abort', abort);
  core.endings.push(() => signal.removeEventListener('abort', abort));
}

/**
 * The runtime that code without one at hand is in: of a function that runs on a
 * worker, the worker's part of it; elsewhere the one that was started last.
 * @throws {UsageError} if there is none
 * @example
 * const ch = runtime().chan(1);
 * await ch.send(1);
 */
export function runtime(): Runtime {
  const found = [...realm().running as Set<Runtime>].filter((rt) => !rt.core.closed).pop();
  if (!found) throw new UsageError('there is no runtime; call start() first');
  return found;
}

/**
 * {@link Runtime.select}, in the runtime of the channels; where there are none,
 * in that of {@link runtime}.
 * @example
 * const ch = rt.chan(1);
 * const r = await select({ msg: recv(ch), late: after(1) });
 * assert.equal(r.key, 'late');
 */
export function select<const C extends Cases>(cases: C, options?: WaitOptions): Op<SelectResult<C>> {
  return selectIn(coreOf(cases) ?? runtime().core, cases, options);
}
