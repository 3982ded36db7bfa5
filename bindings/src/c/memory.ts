/** The memory of a C module, for what is neither a number nor a channel. */
import type { Core } from '../core.js';
import { PanicError } from '../errors.js';
import type { Pointer } from '../ffi.js';

/**
 * A C module's memory: {@link Runtime.memory}. Addresses are numbers, as C's
 * functions take and return them. C frees with `free` what is made here, and
 * this program frees what C has from `malloc`.
 * @example
 * const p = lib.memory.utf8('hello');
 * assert.equal(lib.memory.text(p), 'hello');
 * lib.memory.free(p);
 */
export class Memory {
  readonly #core: Core;
  readonly #decoder = new TextDecoder();

  /** @internal */
  constructor(core: Core) {
    this.#core = core;
  }

  /**
   * All of it. When it grows it is another one: ask again after each call.
   * @example
   * const p = lib.memory.alloc(4);
   * new Int32Array(lib.memory.buffer)[p >> 2] = 7;
   * assert.deepEqual([...lib.memory.bytes(p, 4)], [7, 0, 0, 0]);
   * lib.memory.free(p);
   */
  get buffer(): ArrayBuffer {
    return this.#core.memory.buffer as ArrayBuffer;
  }

  /**
   * Zeroed memory, aligned to 16 bytes, to be freed.
   * @throws {PanicError} if there is none left
   * @example
   * const p = lib.memory.alloc(8);
   * new DataView(lib.memory.buffer).setFloat64(p, 0.5, true);
   * lib.memory.free(p);
   */
  alloc(bytes: number): Pointer {
    return this.#mustBe(this.#core.ffi.alloc(bytes), bytes);
  }

  #mustBe(p: Pointer, bytes: number): Pointer {
    if (p < 0) throw this.#core.shutError();
    if (p === 0 && bytes > 0) throw new PanicError(`out of memory for ${bytes} bytes; free what is not used`);
    return p;
  }

  /**
   * Free what `alloc`, `utf8`, `copy`, or C's malloc have given; nothing for 0.
   * @example
   * const p = lib.memory.alloc(100);
   * lib.memory.free(p);
   */
  free(pointer: Pointer): void {
    this.#core.ffi.free(pointer);
  }

  /**
   * A view of `length` bytes. It is void when memory grows: use it at once, or
   * `slice()` it.
   * @example
   * const p = lib.memory.copy(new Uint8Array([1, 2, 3]));
   * assert.deepEqual([...lib.memory.bytes(p, 3)], [1, 2, 3]);
   * lib.memory.free(p);
   */
  bytes(pointer: Pointer, length: number): Uint8Array {
    return new Uint8Array(this.buffer, pointer >>> 0, length);
  }

  /**
   * The UTF-8 text at an address: `length` bytes, or up to the byte 0.
   * @example
   * const p = lib.memory.utf8('hello');
   * assert.equal(lib.memory.text(p), 'hello');
   * assert.equal(lib.memory.text(p + 1, 3), 'ell');
   * lib.memory.free(p);
   */
  text(pointer: Pointer, length?: number): string {
    const from = pointer >>> 0;
    const all = new Uint8Array(this.buffer);
    const end = length === undefined ? all.indexOf(0, from) : from + length;
    return this.#decoder.decode(all.subarray(from, end));
  }

  /**
   * A copy of the text for C, in UTF-8 and with a byte 0 at its end; to be freed.
   * @example
   * const p = lib.memory.utf8('é');
   * assert.deepEqual([...lib.memory.bytes(p, 3)], [0xc3, 0xa9, 0]);
   * lib.memory.free(p);
   */
  utf8(text: string): Pointer {
    return this.copy(new TextEncoder().encode(`${text}\0`));
  }

  /**
   * A copy of the bytes for C, to be freed.
   * @example
   * const p = lib.memory.copy(new Uint8Array([1, 2, 3]));
   * assert.equal(lib.memory.bytes(p, 3)[2], 3);
   * lib.memory.free(p);
   */
  copy(bytes: Uint8Array): Pointer {
    const { length } = bytes; // 0 after the copy, if it lies in memory that has grown
    return this.#mustBe(this.#core.copy(bytes), length);
  }
}
