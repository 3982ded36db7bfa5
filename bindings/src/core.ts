/**
 * One runtime: the module, what waits in it, and when it runs.
 *
 * Two kinds of code call in. Generators run within a slice: `current` is the
 * goroutine, and what has to wait parks that. All other code gets a promise,
 * for which a slot is kept until the module settles it.
 *
 * The event loop never starves: a slice ends after 5 ms, and when results of
 * waits have been delivered for as long without a break, the rest comes after
 * the loop has had its turn.
 */
import { DeadlockError, FatalError, RuntimeClosedError, UsageError } from './errors.js';
import { type Ffi, type Host, type Loaded, PARKED, type Pointer, READY, RUNNABLE, SHUT, shutFfi } from './ffi.js';
import { macrotask, onEmptyLoop } from './host-events.js';
import { calledOff, FAILED, IDLE, type Kind, LEFT, mustBeOptions, onCallOff, type Op, OVER, StepOp, type Subject, WAITS, type WaitOptions } from './op.js';
import { Deadlines } from './deadline.js';
import type { Element } from './elements.js';
import type { Guest } from './c/guest.js';
import { Chans } from './lifetime.js';
import { Pending } from './pending.js';
import { inspect } from './realm.js';
import { Sites } from './sites.js';
import { Slots } from './slots.js';
import { Values } from './values.js';
import type { Caller } from './module.js';
import { type Ended, type Holder, Task, Wait } from './wait.js';

/** How long, in ms, the event loop may have to wait for its turn. */
const TURN_MS = 5;
/** Waits told of between two looks at the clock. */
const DELIVER_MAX = 64;
/** Operations done at once between two looks at the clock. */
const OPS_PER_LOOK = 1024;
/** setTimeout takes 31 bits. */
const TIMEOUT_MAX = 0x7fffffff;

/** What a core does where there are several agents. */
export interface Agent {
  /** The elements of a channel of any values. */
  element(): Element<any>;
  /** This agent has one reference less to a channel that others may have. False: it was the last. */
  unref(c: Pointer): boolean;
  /** The same of a lock. */
  unrefLock(l: Pointer): boolean;
  /** There is nothing to run: it may sleep. */
  idle(): void;
  /** Nothing runs on the other agents, and nothing can come from there. */
  stuck(): boolean;
  /** The event loop is empty. True: but others will do something. */
  stay(): boolean;
  /** Others have to end, too. */
  close(): Promise<void>;
}

export class Core {
  ffi!: Ffi;
  u8!: Uint8Array;
  u32!: Uint32Array;
  i32!: Int32Array;
  i64!: BigInt64Array;
  f64!: Float64Array;
  memory!: WebAssembly.Memory;
  /** Where flags and results are, in u32 and f64. */
  flagsAt = 0;
  outAt = 0;
  okAt = 0;
  resultAt = 0;
  /** The generator goroutine whose code runs. */
  current: Task | null = null;
  readonly #stepOp = new StepOp(this);
  readonly stepOp = this.#stepOp as unknown as Op<any>;
  /** Of the operation that is over in the generator that runs. */
  readonly result = this.#stepOp.over;
  readonly values = new Values();
  readonly chans = new Chans(this);
  readonly deadlines = new Deadlines(this);
  readonly sites = new Sites(this);
  /** Goroutines shall know where they were started. */
  debug = false;
  readonly done = Promise.resolve() as Op<void>;
  /** Async goroutines that run or wait for what the runtime cannot see. */
  asyncs = 0;
  /** Reasons to give no verdict of deadlock: promises that generators wait for, signals, holds. */
  holds = 0;
  /** Contexts that end with a signal of the program's. */
  signals = 0;
  /** Who wants that verdict as soon as it is certain. */
  readonly mains = new Set<Ended>();
  /** How to end what is awaited, when nothing can ever happen again. */
  readonly awaited = new Slots<Ended>();
  closed = false;
  /** The user's module in C, if that is what runs. */
  guest: Guest | undefined;
  /** What the runtime has written, until somebody takes it. */
  report = '';
  /** Who runs the functions of modules, as soon as there is one. */
  caller: Caller | Promise<Caller> | undefined;
  /** With several agents: what this one does besides. */
  agent: Agent | undefined;
  /** Waits of the package's own. */
  services = 0;
  /** What is to be undone when it closes. */
  readonly endings: (() => void)[] = [];

  #slots = new Slots<Holder>();
  #running = false;
  #coming = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #timerAt = Infinity;
  #turnStart = 0;
  #held = false;
  /** The verdict was due meanwhile. */
  #noVerdict = false;
  #deliveries = 0;
  #ops = 0;
  readonly #soon = macrotask(() => this.#slice());
  readonly #afterTurn = macrotask(() => this.#turnOver());
  #breathers: (() => void)[] = [];

  /** load: the module, booted. guest: makes what a user's module has beside. */
  static async make(load: (host: Host) => Promise<Loaded>, guest?: (core: Core, section: ArrayBuffer) => Promise<Guest>): Promise<Core> {
    const core = new this();
    core.#connect(await load({
      write: (text) => {
        core.report += text;
        core.guest?.wrote();
      },
      exit: () => core.exit(),
      grown: () => core.view(),
      link: async (section) => (core.guest = await guest!(core, section)),
    }));
    return core;
  }

  #connect({ ffi, memory }: Loaded): void {
    this.ffi = ffi;
    this.memory = memory;
    this.view();
    this.flagsAt = ffi.flags() >> 2;
    this.outAt = ffi.out() >> 2;
    this.okAt = this.outAt + 2;
    this.resultAt = this.outAt + 3;
    this.#turnStart = performance.now();
    this.endings.push(onEmptyLoop(() => this.nothingLeft()));
  }

  /** In what is printed of all that has it: not all of memory. */
  [inspect](): string {
    return '[goro]';
  }

  view(): void {
    if (!this.memory) return; // it grows before it is known
    const { buffer } = this.memory; // once: other agents make it grow between two looks, and see() looks at one view's length
    this.u8 = new Uint8Array(buffer);
    this.u32 = new Uint32Array(buffer);
    this.i32 = new Int32Array(buffer);
    this.i64 = new BigInt64Array(buffer);
    this.f64 = new Float64Array(buffer);
  }

  /** Memory up to `end` is going to be used, or all: another agent may have made it grow. */
  see(end: Pointer): void {
    if (end <= this.u32.byteLength || this.u32.buffer instanceof ArrayBuffer) return; // that nobody else has
    this.memory.grow(0); // else V8's buffer is the old one for a while
    this.view();
  }

  /** Memory of the module that can be seen; not more than 0: there is none. */
  alloc(bytes: number): Pointer {
    const p = this.ffi.alloc(bytes);
    this.see(p + bytes);
    return p;
  }

  /** A copy in the module's memory, or as alloc. What lies there itself may be void once that has grown. */
  copy(bytes: Uint8Array): Pointer {
    const { buffer, byteOffset, length } = bytes;
    if (length === 0) return 0;
    const here = buffer === this.memory.buffer;
    const p = this.alloc(length);
    if (p <= 0) return p;
    if (here) this.u8.copyWithin(p, byteOffset, byteOffset + length);
    else this.u8.set(bytes, p);
    return p;
  }

  // ---- operations ----

  /** The slot for an operation that may have to wait: a goroutine has one. */
  get slot(): number {
    return this.current === null ? this.#slots.next : 0;
  }

  keep(holder: Holder): number {
    return this.#slots.keep(holder);
  }

  drop(slot: number): void {
    this.#slots.drop(slot);
  }

  outcome(subject: Subject, kind: Kind, result: number, handle: number): unknown {
    return subject.outcome(this, kind, result, handle);
  }

  /**
   * The operation that the module has answered with `result`, in the form that
   * its caller can wait for.
   */
  op(subject: Subject, kind: Kind, result: number, handle: number, options?: WaitOptions): Op<any> {
    if (this.current !== null) return this.#step(this.current, subject, kind, result, handle, options);
    if (result === PARKED) return this.#wait(subject, kind, handle, options);
    let value;
    try {
      value = subject.outcome(this, kind, result, handle);
    } catch (error) {
      this.attend();
      return Promise.reject(error) as Op<any>;
    }
    this.attend(); // whose results lie in the same place
    return this.atOnce(value);
  }

  /** A result that was there at once. The event loop must have its turn all the same. */
  atOnce<T>(value: T): Op<T> {
    if ((++this.#ops & (OPS_PER_LOOK - 1)) === 0 && this.#late()) return this.#breathe(value);
    return (value === undefined ? this.done : Promise.resolve(value)) as Op<T>;
  }

  /** An operation that is over already, with `value`, in the form for its caller. */
  over<T>(value: T): Op<T> {
    const task = this.current;
    if (task === null) {
      this.attend();
      return this.atOnce(value);
    }
    task.state = OVER;
    this.result.value = value;
    return this.stepOp;
  }

  #wait(subject: Subject, kind: Kind, handle: number, options?: WaitOptions): Op<any> {
    const wait = new Wait(kind, subject, handle);
    const slot = this.keep(wait);
    if (options) this.#heedWait(wait, slot, options);
    this.attend();
    return wait.promise;
  }

  #heedWait(wait: Wait, slot: number, options: WaitOptions): void {
    const g = this.ffi.parked();
    wait.signalled = options.signal !== undefined;
    wait.release = onCallOff(options, (reason) => {
      if (this.ffi.cancel(g) !== 1) return;
      this.#slots.drop(slot);
      wait.subject.dropped(this, wait.kind, wait.handle);
      wait.shut(this, reason as Error);
    });
  }

  #step(task: Task, subject: Subject, kind: Kind, result: number, handle: number, options?: WaitOptions): Op<any> {
    if (result === PARKED) return this.parked(task, subject, kind, handle, options);
    try {
      this.result.value = subject.outcome(this, kind, result, handle);
      task.state = OVER;
    } catch (error) {
      task.error = error;
      task.state = FAILED;
    }
    return this.stepOp;
  }

  /** The generator goroutine waits from now on. */
  parked(task: Task, subject: Subject, kind: Kind, handle = 0, options?: WaitOptions): Op<any> {
    task.state = WAITS;
    task.kind = kind;
    task.subject = subject;
    task.handle = handle;
    if (options) this.#heed(task, options);
    return this.stepOp;
  }

  #heed(task: Task, options: WaitOptions): void {
    const unheed = onCallOff(options, (reason) => {
      if (task.callOff(this, reason)) this.attend();
    });
    if (!unheed) return;
    task.signalled = options.signal !== undefined;
    if (task.signalled) this.holds++; // nobody here knows whether it will ever be aborted
    task.release = () => {
      unheed();
      if (task.signalled) this.holds--;
      task.signalled = false;
    };
  }

  /** Events from outside may come: no verdict until the result is called. */
  hold(): () => void {
    let held = true;
    this.holds++;
    return () => {
      if (held) this.holds--;
      held = false;
      this.reconsider();
    };
  }

  /** Something is awaited that the runtime cannot see; its place. */
  enter(each: Ended): number {
    this.asyncs++;
    return this.awaited.keep(each);
  }

  /** It is over. When who waits for it has been told, so that there is no verdict before: {@link left}. */
  leave(place: number): void {
    this.awaited.drop(place);
    this.asyncs--;
  }

  left(): void {
    if (this.asyncs === 0) this.reconsider();
  }

  /** There is one reason less to give no verdict, here or where a main is. */
  reconsider(): void {
    if (this.closed) return;
    if (this.mains.size > 0) this.sliceSoon();
    else this.agent?.idle();
  }

  /**
   * Before an operation: what is wrong already, as an operation. A generator
   * that has begun one and not waited for it has forgotten yield*.
   */
  refused(options: WaitOptions | undefined): Op<any> | undefined {
    const task = this.current;
    if (task !== null && task.state !== IDLE) throw forgotten();
    if (options && !options.signal && !options.ctx) mustBeOptions(options);
    const signal = (options && calledOff(options)) ?? (task?.signal?.aborted ? task.signal : undefined);
    if (!signal && !this.closed) return undefined;
    const reason = signal ? signal.reason : this.shutError();
    if (task === null) return Promise.reject(reason) as Op<any>;
    task.state = FAILED;
    task.error = reason;
    return this.stepOp;
  }

  /** How many goroutines there are. */
  get goroutines(): number {
    return this.#slots.kept.filter((holder) => holder instanceof Task).length + this.asyncs;
  }

  /** The error for SHUT. */
  shutError(): Error {
    return new RuntimeClosedError(this.#cause ? { cause: this.#cause } : undefined);
  }
  #cause: unknown;

  // ---- when it runs ----

  /** After every call into the module but those of a slice. */
  attend(): void {
    if (this.u32[this.flagsAt] !== 0 && !this.#running) this.#attend();
  }

  #attend(): void {
    const flags = this.u32[this.flagsAt]!;
    this.u32[this.flagsAt] = flags & READY;
    if (flags & READY) this.#deliver();
    if (flags & RUNNABLE) this.sliceSoon();
    this.agent?.idle();
  }

  #starts: (() => void)[] = [];

  /** Call `start`, which does not throw, in a microtask: one for all that are begun until then. */
  soon(start: () => void): void {
    if (this.#starts.push(start) === 1) void this.done.then(this.#startAll);
  }

  readonly #startAll = (): void => {
    const starts = this.#starts;
    this.#starts = [];
    for (const start of starts) start();
  };

  /** Something is going to run here anyway. */
  get busy(): boolean {
    return this.#coming || this.#running || this.#held;
  }

  /** The event loop has waited for its turn for long enough. */
  #late(): boolean {
    return performance.now() - this.#turnStart > TURN_MS;
  }

  #hold(): void {
    if (this.#held) return;
    this.#held = true;
    this.#afterTurn();
  }

  #turnOver(): void {
    this.#held = false;
    this.#turnStart = performance.now();
    const breathers = this.#breathers;
    this.#breathers = [];
    for (const resolve of breathers) resolve();
    if (this.closed) return;
    this.#deliver();
    if (this.#noVerdict) this.reconsider();
    this.#noVerdict = false;
    this.agent?.idle();
  }

  #breathe<T>(value: T): Op<T> {
    this.#hold();
    return new Promise<T>((resolve) => { this.#breathers.push(() => resolve(value)); }) as Op<T>;
  }

  /** 1 if an operation may end a wait and have that told at once: {@link told}. */
  get tells(): number {
    return this.#held || this.#running ? 0 : 1;
  }

  /** An operation has ended a wait. */
  told(slot: number): void {
    this.#tell(slot);
    this.agent?.idle();
  }

  /** A wait is over: that runs no code of the program. */
  #tell(slot: number): void {
    const holder = this.#slots.at(slot);
    this.#slots.drop(slot);
    holder.settle(this, this.i32[this.resultAt]!);
    if ((++this.#deliveries & (DELIVER_MAX - 1)) === 0 && this.#late()) this.#hold();
  }

  /** Tell of the waits that are over. */
  #deliver(): void {
    while ((this.u32[this.flagsAt]! & READY) !== 0 && !this.#held) this.#tell(this.ffi.settled());
  }

  sliceSoon(): void {
    if (this.#coming || this.#running) return;
    this.#coming = true;
    if ((++this.#deliveries & (DELIVER_MAX - 1)) === 0 && this.#late()) {
      this.#turnStart = performance.now();
      this.#soon();
    } else {
      queueMicrotask(() => this.#slice());
    }
  }

  #slice(): void {
    this.#coming = false;
    if (this.closed) return;
    this.#running = true;
    const wait = this.#run();
    this.#running = false;
    if (this.closed) return;
    this.u32[this.flagsAt] = this.u32[this.flagsAt]! & READY;
    this.#deliver();
    this.#next(wait);
  }

  #next(wait: number): void {
    if (wait === 0) {
      this.#turnStart = performance.now();
      this.#coming = true;
      this.#soon();
    } else if (wait > 0) {
      this.#sleep(wait);
    } else {
      this.#unsleep();
      this.verdict();
    }
    this.agent?.idle();
  }

  #unsleep(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#timerAt = Infinity;
  }

  #sleep(ms: number): void {
    const at = performance.now() + ms;
    if (this.#timer !== undefined && Math.abs(at - this.#timerAt) < 0.5) return;
    this.#unsleep();
    this.#timerAt = at;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#turnStart = performance.now();
      this.#slice();
    }, Math.min(Math.ceil(ms), TIMEOUT_MAX));
  }

  #stepTask(slot: number): number {
    const task = this.#slots.at(slot) as Task;
    if (task.state === LEFT) task.settle(this, this.i32[this.resultAt]!);
    this.current = task;
    const over = task.step(this);
    this.current = null;
    if (this.closed) { // by itself: then it was not shut with the others
      if (!over) task.shut(this, this.#ending());
      return 1;
    }
    if (!over) return 0;
    this.#slots.drop(slot);
    return 1;
  }

  /** By itself, as V8 compiles calls of a module for a place without try only. */
  #steps(): void {
    for (let last = -1, slot; (slot = this.ffi.next(last)) >= 0;) last = this.#stepTask(slot);
  }

  /** A slice; -1 if that was the module's end. */
  #run(): number {
    try {
      this.ffi.begin();
      this.#steps();
      return this.ffi.wait();
    } catch (error) {
      this.current = null;
      const text = this.report.trim() || String((error as Error)?.message ?? error);
      this.#fatal(fatal(`the runtime has trapped: ${text}`, { cause: error }));
      return -1;
    }
  }

  /** The module has ended itself, with a report: within a slice or any other call. */
  exit(why = this.report.trim()): never {
    const error = fatal(why);
    this.#fatal(error);
    throw error;
  }

  // ---- the end ----

  /** Told that the module cannot go on, and why: on a worker. */
  failed: ((text: string) => void) | undefined;

  #fatal(error: FatalError): void {
    this.failed?.(error.message);
    this.shut(error);
  }

  /** All goroutines with what they wait for. */
  dump(): string {
    this.report = '';
    this.ffi.dump();
    const text = this.report;
    this.report = '';
    return text;
  }

  get #waits(): number {
    return this.#slots.size - this.services;
  }

  /** Nothing is runnable, and no timer is set: is that the end of a main? */
  verdict(): void {
    if (this.mains.size === 0 || this.asyncs > 0 || this.holds > 0 || this.deadlines.size > 0) return;
    this.#noVerdict = this.#held;
    if (this.#coming || this.#running || this.#held || this.u32[this.flagsAt] !== 0) return;
    if (this.#slots.some((holder) => holder instanceof Wait)) return;
    if (this.agent && !this.agent.stuck()) return;
    const error = new DeadlockError(this.dump());
    for (const each of [...this.mains]) each.ended(error);
  }

  /** The host's event loop is empty: what waits now waits for ever. */
  nothingLeft(): void {
    if (this.closed) return;
    const waits = this.#waits + this.awaited.size;
    if (waits + this.asyncs > 0 && (this.deadlines.stay() || this.agent?.stay())) return;
    if (waits === 0) return;
    const error = new DeadlockError(this.dump(), this.signals > 0 || this.#slots.some((holder) => holder.signalled === true));
    let heard = false;
    for (const each of [...this.mains, ...this.awaited.kept]) heard = each.ended(error) || heard;
    heard = this.shut(error, error) || heard;
    if (!heard) void Promise.reject(error); // nobody else would say so
  }

  /** End everything: what waits is told `error`, later operations that it is closed. */
  shut(cause?: unknown, error?: Error): boolean {
    if (this.closed) return false;
    this.closed = true;
    this.#cause = cause;
    error ??= this.#ending();
    for (const ending of this.endings) ending();
    for (const each of this.awaited.kept) if (each instanceof Pending) each.ended(this.shutError());
    this.#unsleep();
    this.ffi = shutFfi();
    this.u32[this.flagsAt] = 0;
    let heard = false;
    const { kept } = this.#slots;
    this.#slots = new Slots();
    for (const holder of kept) heard = holder.shut(this, error) || heard;
    for (const resolve of this.#breathers) resolve();
    return heard;
  }

  /** What waits is told this. */
  #ending(): Error {
    return this.#cause instanceof Error ? this.#cause : this.shutError();
  }
}

const fatal = (report: string, options?: ErrorOptions) => new FatalError(`${report}\nThis runtime cannot go on; start() another one.`, options);

const forgotten = () => new UsageError('a generator goroutine has begun an operation without waiting for it; write yield* before each');

/** Results that no operation gives a meaning of its own. */
export function unexpected(core: Core, result: number): Error {
  if (result === SHUT) return core.shutError();
  return new FatalError(`goro: no meaning for result ${result}; report this`);
}
