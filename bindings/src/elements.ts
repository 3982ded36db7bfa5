/** Kinds of channel whose values lie in the module's memory: numbers, bytes. */
import { Block } from './block.js';
import type { Core } from './core.js';
import { PanicError } from './errors.js';

/** What the values of each kind are in JavaScript. */
export interface ElementTypes {
  /** C: int8_t */
  i8: number;
  /** C: uint8_t, and bool */
  u8: number;
  /** C: int16_t */
  i16: number;
  /** C: uint16_t */
  u16: number;
  /** C: int32_t */
  i32: number;
  /** C: uint32_t, size_t, and pointers */
  u32: number;
  /** C: int64_t */
  i64: bigint;
  /** C: uint64_t */
  u64: bigint;
  /** C: float */
  f32: number;
  /** C: double */
  f64: number;
  /** C: goro_bytes of goro_module.h. They are copied when they are sent, and when they are received. */
  bytes: Uint8Array;
  /** C: the same; nothing is copied, and who receives it frees it. */
  block: Block;
  /** C: a channel of elements of no size: Go's chan struct{}. */
  signal: void;
}

/** The name of such a kind. */
export type ElementKind = keyof ElementTypes;

/** How values lie in a channel's element; `at` counts words of 4 bytes. */
export interface Element<T> {
  readonly size: number;
  /** Write one; what is returned goes to `drop` if nobody gets it, or to `sent`. */
  put(core: Core, at: number, value: T, transfer?: readonly ArrayBuffer[]): number;
  /** Read one that is this program's from now on. */
  get(core: Core, at: number): T;
  /** Nobody got it: it is the sender's again. */
  drop?(core: Core, handle: number): void;
  sent?(core: Core, handle: number): void;
  /** Nobody will ever get the one that is at `at`. */
  discard?(core: Core, at: number): void;
}

/** Fewer than 4 bytes are the lower part of a word. */
const word = (size: number, get: Element<number>['get']): Element<number> => ({
  size,
  put: (core, at, value) => { core.u32[at] = value; return 0; },
  get,
});

const long = (get: Element<bigint>['get']): Element<bigint> => ({
  size: 8,
  put: (core, at, value) => { core.i64[at >> 1] = value; return 0; },
  get,
});

export const ELEMENTS: { readonly [K in ElementKind]: Element<ElementTypes[K]> } = {
  i8: word(1, (core, at) => (core.i32[at]! << 24) >> 24),
  u8: word(1, (core, at) => core.u32[at]! & 0xff),
  i16: word(2, (core, at) => (core.i32[at]! << 16) >> 16),
  u16: word(2, (core, at) => core.u32[at]! & 0xffff),
  i32: word(4, (core, at) => core.i32[at]!),
  u32: word(4, (core, at) => core.u32[at]!),
  i64: long((core, at) => core.i64[at >> 1]!),
  u64: long((core, at) => BigInt.asUintN(64, core.i64[at >> 1]!)),
  f32: {
    size: 4,
    put: (core, at, value) => { new Float32Array(core.memory.buffer)[at] = value; return 0; },
    get: (core, at) => new Float32Array(core.memory.buffer)[at]!,
  },
  f64: {
    size: 8,
    put: (core, at, value) => { core.f64[at >> 1] = value; return 0; },
    get: (core, at) => core.f64[at >> 1]!,
  },
  bytes: {
    size: 8,
    put: (core, at, value) => {
      if (!(value instanceof Uint8Array)) throw new TypeError('a channel of bytes takes a Uint8Array; encode other values, or use rt.chan()');
      const { length } = value; // 0 after the copy, if it lies in memory that has grown
      const p = core.copy(value);
      if (p === 0 && length > 0) throw new PanicError(`out of memory for ${length} bytes; receive before more is sent`);
      core.u32[at] = p;
      core.u32[at + 1] = length;
      return p;
    },
    get: (core, at) => {
      const p = core.u32[at]!, end = p + core.u32[at + 1]!;
      core.see(end);
      const value = core.u8.slice(p, end);
      core.ffi.free(p);
      return value;
    },
    drop: (core, handle) => core.ffi.free(handle),
    discard: (core, at) => core.ffi.free(core.u32[at]!),
  },
  block: {
    size: 8,
    put: (core, at, value) => {
      if (!(value instanceof Block)) throw new TypeError('a channel of blocks takes a Block; make one with rt.block(bytes), or use rt.chan.bytes()');
      core.u32[at] = value.give(core);
      core.u32[at + 1] = value.length;
      return core.values.put(value);
    },
    get: (core, at) => new Block(core, core.u32[at]!, core.u32[at + 1]!),
    drop: (core, handle) => (core.values.take(handle) as Block).back(),
    sent: (core, handle) => { core.values.take(handle); },
    discard: (core, at) => core.ffi.free(core.u32[at]!),
  },
  signal: { size: 0, put: () => 0, get: () => undefined },
};
