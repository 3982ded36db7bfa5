/**
 * Bytes in the module's memory that go from one to another as they are. Who is
 * given one has it alone, and frees it or gives it away.
 *
 * Not freed when it is collected: a view of its bytes may outlive it.
 */
import type { Core } from './core.js';
import { PanicError, UsageError } from './errors.js';
import type { Pointer } from './ffi.js';
import { brand, dispose } from './realm.js';

const HERE = 0;
const GIVEN = 1;
const FREED = 2;
/** A pointer has 32 bits, and memory is never asked for more than half of that. */
const LENGTH_MAX = 0x7fffffff;

/**
 * Bytes that channels of {@link ElementTypes.block} and calls of workers pass on
 * without a copy: whoever gets the block has it, and for whom it was before it is
 * gone. One that does not go after all, as its send or its call was called off
 * before anybody had it, is back. C has one as `goro_bytes`. Dispose of it, by
 * `using`, or it is there until the runtime is closed. A channel of any values
 * that no worker has passes it on by reference, as everything.
 * @example
 * const frames = rt.chan.block(1);
 * const frame = rt.block(1024);
 * frame.bytes.fill(7);
 * await frames.send(frame);
 * assert.throws(() => frame.bytes, UsageError);
 * const { value: got } = await frames.recv();
 * assert.equal(got.bytes[1023], 7);
 * got.free();
 */
export class Block {
  static {
    brand(this, 'Block');
  }
  readonly #core: Core;
  readonly #ptr: Pointer;
  #state: typeof HERE | typeof GIVEN | typeof FREED = HERE;
  /** How many bytes it has. */
  readonly length: number;

  /** @internal Use {@link Runtime.block}. ptr: of `length` bytes that nobody else has. */
  constructor(core: Core, ptr: Pointer, length: number) {
    this.#core = core;
    this.#ptr = ptr;
    this.length = length;
  }

  /** @internal */
  static make(core: Core, length: number): Block {
    if (!Number.isInteger(length) || length < 0) throw new UsageError(`a block of ${length} bytes; pass a whole number, or a Uint8Array`);
    return this.#at(core, length === 0 || length > LENGTH_MAX ? 0 : core.alloc(length), length);
  }

  /** @internal */
  static from(core: Core, bytes: Uint8Array): Block {
    const { length } = bytes; // 0 after the copy, if it lies in memory that has grown
    return this.#at(core, core.copy(bytes), length);
  }

  static #at(core: Core, ptr: Pointer, length: number): Block {
    if (ptr < 0 || core.closed) throw core.shutError();
    if (ptr === 0 && length > 0) throw new PanicError(`out of memory for ${length} bytes; free blocks that are not used`);
    return new this(core, ptr, length);
  }

  /**
   * Its bytes, at first any: a view. On one thread it is void once memory has
   * grown, so take it anew after each wait; with workers it is over shared
   * memory, of which TextDecoder, say, takes a `slice()` only.
   * @throws {UsageError} if the block was given away, or freed
   * @example
   * const block = rt.block(Uint8Array.of(1, 2, 3));
   * block.bytes[0] = 9;
   * assert.deepEqual([...block.bytes], [9, 2, 3]);
   * block.free();
   */
  get bytes(): Uint8Array {
    const ptr = this.#own();
    this.#core.see(ptr + this.length);
    return new Uint8Array(this.#core.memory.buffer, ptr, this.length);
  }

  /**
   * Where it is in the module's memory, for C: in bytes from its start.
   * @throws {UsageError} if the block was given away, or freed
   * @example
   * const block = rt.block(8);
   * assert.ok(block.pointer > 0);
   * block.free();
   */
  get pointer(): number {
    return this.#own();
  }

  /**
   * Give its memory back. Twice is once; and one that was given away is not freed.
   * @example
   * const block = rt.block(8);
   * block.free();
   * assert.throws(() => block.bytes, UsageError);
   */
  free(): void {
    if (this.#state !== HERE) return;
    this.#state = FREED;
    this.#core.ffi.free(this.#ptr);
  }

  /**
   * The same as free(), for `using`.
   * @example
   * const block = rt.block(8);
   * block[Symbol.dispose ?? Symbol.for('Symbol.dispose')]();
   */
  [dispose](): void {
    this.free();
  }

  /** @internal It goes to somebody else. */
  give(core: Core): Pointer {
    if (core !== this.#core) throw new UsageError('the block is of another runtime; copy its bytes into one of this');
    this.#mustBeHere();
    this.#state = GIVEN;
    return this.#ptr;
  }

  /** @internal It has not gone after all. */
  back(): void {
    this.#state = HERE;
  }

  #own(): Pointer {
    this.#mustBeHere();
    if (this.#core.closed) throw this.#core.shutError();
    return this.#ptr;
  }

  #mustBeHere(): void {
    if (this.#state === GIVEN) throw new UsageError('the block was given away; who has received it has its bytes now');
    if (this.#state === FREED) throw new UsageError('the block was freed; do that after its last use');
  }
}
