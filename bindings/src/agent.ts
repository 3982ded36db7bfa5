/** What the two kinds of agents have in common: the thread that has started the runtime, and its workers. */
import { Calls, type Machine } from './calls.js';
import type { Agent, Core } from './core.js';
import type { Element } from './elements.js';
import type { FfiMt, Pointer } from './ffi.js';
import type { Start } from './protocol.js';
import { type Duties, Sleeper } from './sleep.js';
import { AnyElement, Wire } from './wire.js';

/** An agent, as its core, its calls and its sleep see it. */
export abstract class AgentBase implements Agent, Machine, Duties {
  protected readonly calls: Calls;
  protected readonly sleeper: Sleeper;
  readonly #wire: Wire;

  /** me: its memory. queue: the channel of all agents' calls. lost: who was before. */
  constructor(protected readonly core: Core, protected readonly ffi: FfiMt, readonly me: Pointer, readonly id: number, queue: Pointer, lost: Start['lost']) {
    this.#wire = new Wire(core, ffi, id, lost);
    this.calls = new Calls(this.#wire, queue, this);
    this.sleeper = new Sleeper(core, ffi, this);
    core.agent = this;
    core.caller = this.calls;
  }

  element(): Element<any> {
    return new AnyElement(this.#wire);
  }

  unref(c: Pointer): boolean {
    return this.#wire.unref(c);
  }

  unrefLock(l: Pointer): boolean {
    return this.ffi.lock_unref(l) === 0;
  }

  /** Another agent is gone. True: with calls of this one's. */
  protected lost(id: number, error: Error): boolean {
    try {
      return this.calls.lost(id, error);
    } finally {
      this.#wire.lost(id, error);
    }
  }

  idle(): void {
    this.sleeper.idle();
  }

  abstract stuck(): boolean;
  abstract stay(): boolean;
  abstract close(): Promise<void>;
  abstract need(calls: number): void;
  abstract kill(id: number, what: string): void;
  abstract awaits(): boolean;
  abstract nap(): number;
  abstract napped(woken: boolean): void;
  abstract accept(): boolean;
  abstract refuse(): void;
  abstract still(): void;
}
