/**
 * The part of a single flight that all agents have (runtime/wait/hostflight.c):
 * which calls are under way, by key. The agent that has begun a call sends its
 * result once for each other that has joined, on the call's channel.
 */
import type { Chan } from './channel.js';
import type { Elsewhere, Joined } from './flight.js';
import type { Pointer } from './ffi.js';
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
    const joined = this.wire.ffi.flight_join(this.ptr, block);
    const first = (joined & 1) !== 0;
    return new SharedCall(this, key, this.wire.hold<Outcome>(joined - (first ? 1 : 0)), first);
  }

  forget(key: unknown): void {
    this.with(key, (block) => this.wire.ffi.flight_forget(this.ptr, block));
  }

  /** An agent is lost: who waits for calls of its gets this. Returns how many calls that were. */
  lost(agent: Pointer, error: Error): number {
    const { core, ffi } = this.wire;
    for (let calls = 0; ; calls++) {
      const ptr = ffi.flight_orphan(this.ptr, agent);
      if (ptr === 0) return calls;
      const waiters = core.u32[core.outAt]!;
      send(this.wire.hold<Outcome>(ptr), waiters, false, error).catch(() => {}); // it is closed
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
    const { value } = await this.results.recv();
    this.flight.wire.letGo(this.results);
    const [returned, what] = value!;
    if (!returned) throw what;
    return what;
  }

  ended(returned: boolean, value: unknown): void {
    const { wire, ptr } = this.flight;
    if (wire.core.closed) return;
    const waiters = this.flight.with(this.key, (block) => wire.ffi.flight_end(ptr, block, this.results.ptr))!;
    send(this.results, waiters, returned, value).then(() => wire.letGo(this.results), () => {}); // it is closed
  }
}

function send(results: Chan<Outcome>, times: number, returned: boolean, value: unknown): Promise<unknown> {
  const each = (): Promise<void> => {
    try {
      return results.send([returned, value]);
    } catch (error) {
      return results.send([false, error]); // it cannot be copied
    }
  };
  return Promise.all(Array.from({ length: times }, each));
}
