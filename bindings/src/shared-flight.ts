/**
 * The part of a single flight that all agents have (runtime/wait/hostflight.c):
 * which calls are under way, by key. The agent that has begun a call sends its
 * result once for each other that has joined, on the call's channel.
 */
import type { Chan } from './channel.js';
import { UsageError, WorkerError } from './errors.js';
import type { Elsewhere, Joined } from './flight.js';
import type { Pointer } from './ffi.js';
import { unmark } from './realm.js';
import type { Wire } from './wire.js';

/** How a call went, as it is sent. */
type Outcome = [returned: boolean, value: unknown];

export class SharedFlight implements Elsewhere {
  constructor(readonly wire: Wire, readonly ptr: Pointer) {}

  /**
   * A block with what is the same in all agents for the same key, and with that
   * only; 0 if no other agent can have this key.
   */
  key(key: unknown): Pointer {
    const type = typeof key;
    if ((type === 'object' && key !== null) || type === 'function' || type === 'symbol') return 0;
    return this.wire.block(`${type} ${String(key)}`);
  }

  join(key: unknown): Joined | undefined {
    const block = this.key(key);
    if (block === 0) return undefined;
    const joined = this.wire.ffi.flight_join(this.ptr, block, this.wire.id);
    const first = (joined & 1) !== 0;
    return new SharedCall(this, key, this.wire.hold<Outcome>(joined - (first ? 1 : 0)), first);
  }

  forget(key: unknown): void {
    this.with(key, (block) => this.wire.ffi.flight_forget(this.ptr, block));
  }

  /** An agent is lost: who waits for a call of its will see the channel closed. Returns how many calls that were. */
  lost(id: number): number {
    for (let calls = 0; ; calls++) {
      const ptr = this.wire.ffi.flight_orphan(this.ptr, id);
      if (ptr === 0) return calls;
      this.wire.hold<Outcome>(ptr).close();
    }
  }

  /** Call fn with the key in a block. */
  with<T>(key: unknown, fn: (block: Pointer) => T): T | undefined {
    const block = this.key(key);
    if (block === 0) return undefined;
    const result = fn(block);
    this.wire.ffi.free(block);
    return result;
  }
}

class SharedCall implements Joined {
  readonly theirs: Promise<unknown> | undefined;

  constructor(readonly flight: SharedFlight, readonly key: unknown, readonly results: Chan<Outcome>, first: boolean) {
    if (!first) this.theirs = this.#receive();
  }

  current(): boolean {
    const { wire, ptr } = this.flight;
    return this.flight.with(this.key, (block) => wire.ffi.flight_find(ptr, block)) === this.results.ptr;
  }

  async #receive(): Promise<unknown> {
    await null; // while a generator is stepped, its goroutine would wait here
    const { value, done } = await this.results.recv();
    this.flight.wire.letGo(this.results);
    if (done) throw new WorkerError('the worker that had begun the call of the single flight was lost; call do() again');
    const [returned, what] = value;
    if (!returned) throw what;
    return what;
  }

  /** Up to its last result it is there, to be missed if this agent is lost. */
  ended(returned: boolean, value: unknown): void {
    const { flight, key, results } = this, { wire, ptr } = flight;
    if (wire.core.closed) return;
    const waiters = flight.with(key, (block) => wire.ffi.flight_end(ptr, block, results.ptr))!;
    unmark(value);
    const sent = Array.from({ length: waiters }, () => this.#send(returned, value));
    Promise.all(sent).then(() => {
      if (wire.core.closed) return;
      flight.with(key, (block) => wire.ffi.flight_over(ptr, block, results.ptr));
      wire.letGo(results);
    }, () => {}); // it is closed
  }

  async #send(returned: boolean, value: unknown): Promise<void> {
    try {
      await this.results.send([returned, value]);
    } catch (error) {
      if (this.flight.wire.core.closed) throw error;
      await this.results.send([false, new UsageError(`the result of a single flight cannot be copied; return what can be: ${(error as Error).message}`)]);
    }
  }
}
