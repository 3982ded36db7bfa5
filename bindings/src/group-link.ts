/**
 * A group whose members are on several agents: where it has begun, it waits
 * until the others' members have ended, and hears of their errors. An agent with
 * members is one in the count, and has a call under way in the group's flight,
 * by which it is missed when it is lost.
 */
import type { Chan } from './channel.js';
import { ChanClosedError, WorkerError } from './errors.js';
import type { Joined } from './flight.js';
import type { Elsewhere, Group, Members } from './group.js';
import type { Pointer } from './ffi.js';
import { SharedFlight } from './shared-flight.js';
import { WaitGroup } from './sync.js';
import { Listener, type Wire } from './wire.js';

/** Something that was thrown. */
type Thrown = [error: unknown];

/** What crosses: the count, where the first error comes, and the flight. */
export type GroupLinkParts = [count: WaitGroup, errors: Chan<Thrown>, flight: Pointer];

export class GroupLink implements Elsewhere, Members {
  readonly parts: GroupLinkParts;
  readonly #flight: SharedFlight;
  /** Where the group has begun: the listener's end; and what makes it deaf to losses. */
  #heard: Promise<void> | undefined;
  #unheed: (() => void) | undefined;
  /** Members here, of a group that has begun elsewhere; and the call. */
  #here = 0;
  #joined: Joined | undefined;

  constructor(readonly wire: Wire, parts: GroupLinkParts) {
    this.parts = parts;
    this.#flight = new SharedFlight(wire, parts[2]);
  }

  /** Where the group has begun. */
  static of(wire: Wire, group: Group): GroupLink {
    const link = new this(wire, [new WaitGroup(wire), wire.chan<Thrown>(1), wire.ffi.flight_new()]);
    link.#heard = new Promise((resolve) => {
      const heard = (thrown: Thrown | undefined) => {
        if (thrown) group.failed(thrown[0]);
        resolve();
      };
      // In a microtask: while a generator is stepped, its goroutine would wait here.
      queueMicrotask(() => new Listener<Thrown>(wire, link.parts[1], heard, resolve).listen());
    });
    const lost = (id: number, error: Error) => {
      const missed = link.#flight.lost(id);
      if (missed === 0) return;
      link.parts[0].add(-missed);
      group.failed(new WorkerError(`a member of the group was on a worker that was lost; start the group again: ${error.message}`, { cause: error }));
    };
    wire.onLost.add(lost);
    link.#unheed = () => wire.onLost.delete(lost);
    return link;
  }

  wait(): PromiseLike<void> | undefined {
    const [count] = this.parts;
    return count.inner.taken > 0 ? count.wait() : undefined;
  }

  async over(): Promise<void> {
    this.#unheed!();
    const [, errors] = this.parts;
    if (errors.core.closed) return;
    errors.close();
    await this.#heard;
  }

  join(promise: Promise<unknown>): void {
    if (this.#here++ === 0) this.#begin();
    promise.then(() => this.#over(), (error: unknown) => {
      if (!this.wire.core.closed) this.#tell(error);
      this.#over();
    });
  }

  #over(): void {
    if (--this.#here === 0 && !this.wire.core.closed) this.#end();
  }

  #begin(): void {
    this.parts[0].add(1);
    this.#joined = this.#flight.join(`${this.wire.id} ${Math.random()}`);
  }

  #end(): void {
    this.#joined!.ended(true, undefined);
    this.parts[0].done();
  }

  /** Errors but the first are nobody's, as in any group; and so are all when it is over. */
  #tell(error: unknown): void {
    const [, errors] = this.parts;
    for (const each of [() => error, () => new Error(String(error)), () => new Error('a member has thrown what cannot be shown')]) {
      try {
        errors.trySend([each()]);
        return;
      } catch (refused) { // it cannot be copied; or be a text
        if (refused instanceof ChanClosedError) return;
      }
    }
  }
}
