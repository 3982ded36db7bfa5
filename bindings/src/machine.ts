/**
 * The workers of a runtime, as its first agent sees them: started when there are
 * calls for them, replaced when they are lost, ended with the runtime.
 *
 * Workers keep no process alive; calls in flight do, by a timer, which also sees
 * to it that no call waits for long for a worker that does not come back to it.
 */
import { AgentBase } from './agent.js';
import { FIRST_ID, QUEUE_CAP } from './calls.js';
import { Core } from './core.js';
import { FatalError, WorkerError } from './errors.js';
import { type FfiMt, instantiate, type Pointer } from './ffi.js';
import * as protocol from './protocol.js';
import type { FromWorker, Start } from './protocol.js';
import type { RuntimeInfo, StartOptions } from './runtime.js';
import { Habit } from './sleep.js';
import { ENDED, spawn, type Thread, watch } from './spawn.js';

/** Of 64 KiB; what the module says. */
const PAGES_INITIAL = 16;
const PAGES_MAX = 16384;
const PAGES_LEAST = 1024;

/** How often calls in flight are looked after. */
const LOOK_MS = 50;
/** So many ms a worker that is to be ended may be within the runtime, where it stays for microseconds, if it runs. */
const KILL_TRIES = 1000;
/** How long workers have to end by themselves. */
const CLOSE_MS = 100;
/** How long one that was terminated may run on: browsers give one that loops two seconds. Deno leaves it to loop, for ever. */
const END_MS = 3000;
/** How long the event loop may stand still for a reply. */
const NAP_MS = 0.05;
/** As many workers in a row that do not start are too many. */
const FAILURES_MAX = 3;

/** Node's can be told whether to keep the process alive. */
interface Timer {
  ref?(): void;
  unref?(): void;
}

/** A worker. */
class Member {
  thread: Thread | undefined;
  ready = false;
  /** Why it is ended. */
  why: Error | undefined;
  /** What was thrown in it beside the calls. */
  thrown: Error | undefined;
  /** Callers of its know of that. */
  heard = false;
  /** It is told of no more. */
  over = false;
  /** It holds its lock, which is free when it has ended. */
  locked = false;
  /** The name of the lock. */
  readonly lock = `goro ${Math.random()}`;
  constructor(readonly agent: Pointer, readonly id: number) {}
}

/** What an engine can reserve: 1 GiB of addresses, or less. */
function sharedMemory(): WebAssembly.Memory {
  for (let maximum = PAGES_MAX; ; maximum /= 2) {
    try {
      return new WebAssembly.Memory({ initial: PAGES_INITIAL, maximum, shared: true });
    } catch (error) {
      if (maximum <= PAGES_LEAST) throw error;
    }
  }
}

/** A page's main thread may not wait. */
function mayWait(): boolean {
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 1);
    return true;
  } catch {
    return false;
  }
}

interface Globals {
  navigator?: { hardwareConcurrency?: number };
  process?: { getBuiltinModule?(name: string): { availableParallelism?(): number } | undefined };
}

function processors(): number {
  const { navigator, process } = globalThis as Globals;
  return navigator?.hardwareConcurrency ?? process?.getBuiltinModule?.('node:os')?.availableParallelism?.() ?? 1;
}

/** A runtime with workers. */
export async function startShared(module: WebAssembly.Module, reason: string, options: StartOptions): Promise<{ core: Core; info: RuntimeInfo }> {
  const { procs: wanted = 'auto' } = options;
  const procs = wanted === 'auto' ? processors() : wanted;
  const memory = sharedMemory();
  const origin = performance.timeOrigin;
  let machine: Machine | undefined;
  let ffi!: FfiMt;
  const core = await Core.make(async (host) => {
    const { exports } = await instantiate(module, host, { memory, origin }, (agent) => machine?.wake(agent));
    (exports['__wasm_call_ctors'] as () => void)();
    ffi = { ...exports } as unknown as FfiMt;
    ffi.boot();
    return { ffi, memory };
  });
  const info: RuntimeInfo = { mode: 'mt', procs, reason };
  machine = new Machine(core, ffi, { module, memory, origin, info }, options.worker);
  return { core, info };
}

/** What all workers are told at their start. */
type Common = Pick<Start, 'module' | 'memory' | 'origin' | 'info'>;

class Machine extends AgentBase {
  readonly #common: Common;
  readonly #queue: Pointer;
  readonly #workerUrl: string | URL | undefined;
  readonly #members = new Map<Pointer, Member>();
  #lastId = FIRST_ID;
  readonly #lostOnes: [id: number, error: string][] = [];
  #failures = 0;
  #timer: Timer | undefined;
  #closing: Promise<void> | undefined;
  readonly #closed = new Map<Member, () => void>();
  readonly #mayWait = mayWait();
  readonly #napping = new Habit();

  constructor(core: Core, ffi: FfiMt, common: Common, workerUrl: string | URL | undefined) {
    const queue = ffi.chan(8, QUEUE_CAP);
    super(core, ffi, ffi.agent(), FIRST_ID, queue, []);
    this.#common = common;
    this.#queue = queue;
    this.#workerUrl = workerUrl;
    core.endings.push(() => {
      this.sleeper.close();
      void this.#end();
    });
    this.sleeper.idle();
  }

  // ---- Agent ----

  override stuck(): boolean {
    return this.#members.size === 0 || (this.sleeper.dozes() && this.ffi.stuck() === 1);
  }

  /** Workers may still wake what waits here: look again later. */
  override stay(): boolean {
    if (this.stuck()) return false;
    setTimeout(() => {}, LOOK_MS);
    return true;
  }

  override async close(): Promise<void> {
    this.core.shut();
    await this.#end();
  }

  /** Somebody has work for an agent whose event loop cannot see that. */
  wake(agent: Pointer): void {
    if (agent === this.me) queueMicrotask(() => this.sleeper.woken());
    else this.#members.get(agent)?.thread?.post({ op: protocol.WAKE });
  }

  // ---- Duties ----

  /** Workers answer most calls sooner than they could wake an event loop. */
  override awaits(): boolean {
    return this.#mayWait && this.calls.inFlight > 0;
  }

  override nap(): number {
    return this.#napping.pays() ? NAP_MS : 0;
  }

  override napped(woken: boolean): void {
    this.#napping.was(woken);
  }

  override accept(): boolean {
    return false; // calls are for workers
  }

  override refuse(): void {}

  override still(): void {}

  // ---- workers come and go ----

  override need(calls: number): void {
    if (this.#mayWait && calls > 0) this.sleeper.expect();
    const { procs } = this.#common.info;
    while (this.#members.size < Math.min(procs, calls)) if (!this.#spawn()) break;
    this.#stayFor(this.calls.inFlight);
  }

  #stayFor(calls: number): void {
    if (!this.#timer && calls > 0) this.#timer = setInterval(() => this.#lookAfter(), LOOK_MS) as unknown as Timer;
    if (calls > 0) this.#timer?.ref?.();
    else this.#timer?.unref?.();
  }

  #lookAfter(): void {
    if (this.calls.inFlight > 0) return this.calls.overdue();
    clearInterval(this.#timer as unknown as ReturnType<typeof setInterval>);
    this.#timer = undefined;
  }

  #spawn(): boolean {
    const agent = this.ffi.agent_new();
    if (agent <= 0) return false;
    const member = new Member(agent, ++this.#lastId);
    this.#members.set(agent, member);
    spawn(this.#workerUrl, {
      message: (message) => this.#hear(member, message),
      threw: (error) => this.#threw(member, error),
      gone: (error) => this.#lost(member, error),
    }).then((thread) => this.#begin(member, thread), (error) => this.#lost(member, error));
    return true;
  }

  /** Another worker may be the same agent by now. */
  #has(member: Member): boolean {
    return this.#members.get(member.agent) === member;
  }

  #begin(member: Member, thread: Thread): void {
    member.thread = thread;
    if (this.core.closed || !this.#has(member)) return void thread.terminate();
    const { agent, id, lock } = member;
    thread.post({ op: protocol.START, ...this.#common, agent, id, lost: this.#lostOnes, queue: this.#queue, lock });
  }

  #hear(member: Member, message: FromWorker): void {
    switch (message.op) {
      case protocol.READY:
        member.ready = true;
        this.#failures = 0;
        member.locked = message.locked;
        if (message.locked) watch(member.lock, () => this.#lost(member, new Error(ENDED)));
        return;
      case protocol.WAKE:
        return message.agent === this.me ? this.sleeper.woken() : this.wake(message.agent);
      case protocol.NEED:
        return this.need(message.calls);
      case protocol.STUCK:
        return this.core.reconsider();
      case protocol.KILL:
        return this.kill(message.id, message.what);
      case protocol.CLOSED:
        return this.#closed.get(member)?.();
      case protocol.FAILED:
        this.core.shut(new FatalError(message.text));
    }
  }

  override kill(id: number, what: string): void {
    const member = [...this.#members.values()].find((each) => each.id === id);
    if (!member) return;
    member.why = new Error(what);
    this.#kill(member, KILL_TRIES);
  }

  /** Not in the middle of the runtime, if that can be helped: no agent could go on. */
  #kill(member: Member, tries: number): void {
    if (this.core.closed || !this.#has(member)) return;
    if (tries > 0 && this.ffi.agent_inside(member.agent) === 1) setTimeout(() => this.#kill(member, tries - 1), 1);
    else void this.#terminate(member, member.why!);
  }

  /**
   * Its callers are told, and another one takes its place. But it may run on for
   * a while: its memory, and that of its calls, is free only when it has ended,
   * as far as that can be known.
   */
  async #terminate(member: Member, error: Error): Promise<void> {
    this.#members.delete(member.agent);
    member.heard = this.calls.givenUp(member.id, error);
    this.need(this.calls.inFlight);
    await member.thread?.terminate();
    if (member.locked) setTimeout(() => this.#lost(member, error), END_MS);
    else this.#lost(member, error);
  }

  /** It runs still, and would take calls: it has to say that it will not any more. */
  async #threw(member: Member, error: Error): Promise<void> {
    if (!member.ready) return this.#lost(member, error);
    if (this.core.closed || member.thrown) return;
    member.thrown = error;
    if (await this.#ends(member)) this.#lost(member, error);
    else await this.#terminate(member, error);
  }

  #lost(member: Member, said: Error): void {
    this.#closed.get(member)?.();
    if (this.core.closed || member.over) return; // it is told twice
    member.over = true;
    if (this.#has(member)) this.#members.delete(member.agent);
    const error = member.why ?? member.thrown ?? said;
    void member.thread?.terminate();
    if (this.ffi.agent_lost(member.agent) === 0) {
      this.core.shut(new WorkerError(`a worker was lost in the middle of the runtime, which cannot go on; start() another one: ${error.message}`, { cause: error }));
      return;
    }
    while (this.ffi.agent_orphan() !== 0); // their callers send those again
    for (const { thread } of this.#members.values()) thread?.post({ op: protocol.LOST, id: member.id, error: error.message });
    this.#lostOnes.push([member.id, error.message]);
    if (this.#lostOnes.length > protocol.LOST_MAX) this.#lostOnes.shift();
    const heard = this.lost(member.id, error) || member.heard;
    if (!member.ready) this.#unready(error);
    // An exception of code that runs beside the calls: nobody else would say so.
    else if (!heard && error !== member.why && error.message !== ENDED) void Promise.reject(new WorkerError(`nobody has caught what was thrown on a worker; catch it there: ${error.message}`, { cause: error }));
    this.need(this.calls.inFlight);
  }

  /** A worker has not started. If none does, no call will ever be taken. */
  #unready(error: Error): void {
    this.#failures++;
    if (this.#failures >= FAILURES_MAX && [...this.#members.values()].every(({ ready }) => !ready)) this.calls.hopeless(error);
  }

  // ---- the end ----

  #end(): Promise<void> {
    return this.#closing ??= this.#endAll();
  }

  async #endAll(): Promise<void> {
    clearInterval(this.#timer as unknown as ReturnType<typeof setInterval>);
    await Promise.all([...this.#members.values()].map((member) => this.#endOne(member)));
    this.#members.clear();
  }

  async #endOne(member: Member): Promise<void> {
    if (member.ready) await this.#ends(member);
    await member.thread?.terminate();
  }

  /** Its goroutines' finally blocks run, if it comes to that. Whether it has ended: it does nothing more. */
  async #ends(member: Member): Promise<boolean> {
    let timer;
    const ended = await new Promise<boolean>((resolve) => {
      this.#closed.set(member, () => resolve(true));
      timer = setTimeout(() => resolve(false), CLOSE_MS);
      member.thread!.post({ op: protocol.CLOSE });
    });
    clearTimeout(timer);
    this.#closed.delete(member);
    return ended;
  }
}
