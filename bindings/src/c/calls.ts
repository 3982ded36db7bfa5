/**
 * Calls of a C module's functions. Each is a goroutine, whose function takes
 * its arguments from 8-byte slots in the module's memory and leaves its result
 * in the first; strings and bytes lie behind them, and go with them.
 */
import { Chan, TypedChan } from '../channel.js';
import { type Core, unexpected } from '../core.js';
import { GoexitError, UsageError } from '../errors.js';
import type { Pointer } from '../ffi.js';
import { HOST, type Kind, type Op, type Subject, unusual, type WaitOptions } from '../op.js';
import type { Guest } from './guest.js';

/** enum callstate of runtime/api/ffi_module.c, and where it is before the slots. */
const RETURNED = 1;
const PANICKED = 2;
const STATE_BYTES = 8;
const SLOT_BYTES = 8;

const WANTED: Record<string, string> = {
  i: 'an integer of 32 bits, a boolean, a string, a Uint8Array, a channel of a kind, or null',
  l: 'a bigint of 64 bits',
  f: 'a number',
  d: 'a number',
};

const shown = (value: unknown) => (typeof value === 'string' || typeof value === 'function' || typeof value === 'symbol' ? `a ${typeof value}`
  : typeof value === 'bigint' ? `${value}n` : value !== null && typeof value === 'object' ? `a ${value.constructor?.name ?? 'object'}` : String(value));

/** A number that fits into 32 bits, signed or not; what is none of C's values is undefined. */
export function toI32(core: Core, value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isInteger(value) && value >= -(2 ** 31) && value < 2 ** 32 ? value : undefined;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (value === null) return 0;
  return value instanceof TypedChan ? pointerTo(core, value) : undefined;
}

/** C may keep it, and nobody sees when it is done: it is freed by dispose, or by C. */
function pointerTo(core: Core, chan: Chan<any>): Pointer {
  if (chan.core !== core) throw new UsageError('a channel of another runtime; make it with that of the module');
  if (chan.ptr < 0) throw new UsageError('a channel that was disposed of; do that after its last use');
  core.chans.forget(chan);
  return chan.ptr;
}

/** A bigint that fits into 64 bits. */
export const toI64 = (value: unknown): bigint | undefined =>
  (typeof value === 'bigint' && value >= -(2n ** 63n) && value < 2n ** 64n ? value : undefined);

const encoder = new TextEncoder();

/** What has to lie in memory while the call runs. */
function dataOf(value: unknown): Uint8Array | undefined {
  if (typeof value === 'string') return encoder.encode(`${value}\0`);
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  return value instanceof ArrayBuffer ? new Uint8Array(value) : undefined;
}

const slotsFor = (bytes: number) => Math.ceil(bytes / SLOT_BYTES);

/** Write a result or an argument where it lies in 8 bytes. */
export function put(core: Core, letter: string, at: Pointer, value: any): void {
  if (letter === 'i') core.i32[at >> 2] = value;
  else if (letter === 'l') core.i64[at >> 3] = value;
  else if (letter === 'd') core.f64[at >> 3] = value;
  else if (letter === 'f') new Float32Array(core.memory.buffer, at, 1)[0] = value;
}

function get(core: Core, letter: string, at: Pointer): unknown {
  if (letter === 'i') return core.i32[at >> 2];
  if (letter === 'l') return core.i64[at >> 3];
  if (letter === 'd') return core.f64[at >> 3];
  return letter === 'f' ? new Float32Array(core.memory.buffer, at, 1)[0] : undefined;
}

/**
 * A function of the module. `params` and `result` have a letter for each value:
 * i, l, f, d for i32, i64, f32, f64.
 */
export class CFunction implements Subject {
  readonly guest: Guest;
  readonly name: string;
  readonly #params: string;
  readonly #result: string;
  readonly #thunk: number;
  #site: Pointer | undefined;

  constructor(guest: Guest, name: string, params: string, result: string, thunk: number) {
    this.guest = guest;
    this.name = name;
    this.#params = params;
    this.#result = result;
    this.#thunk = thunk;
  }

  call(args: unknown[], options?: WaitOptions): Op<any> {
    const { core, ffi } = this.guest;
    if (core.closed || unusual(core.current, options)) {
      const refused = core.refused(options);
      if (refused) return refused;
    }
    let slots;
    try {
      slots = this.#write(args);
    } catch (error) {
      if (core.current !== null) throw error;
      return Promise.reject(error) as Op<any>;
    }
    this.#site ??= core.sites.named(this.name);
    return core.op(this, HOST, ffi.call(slots, this.#thunk, this.#site, core.slot), slots, options);
  }

  /** The arguments as C will see them: numbers, and bytes that need a place. */
  #check(args: unknown[]): unknown[] {
    const params = this.#params;
    if (args.length !== params.length) {
      throw new TypeError(`${this.name} takes ${params.length} argument${params.length === 1 ? '' : 's'}, and was given ${args.length}; pass as many as C declares`);
    }
    const { core } = this.guest;
    return args.map((value, i) => {
      const letter = params[i]!;
      let c: unknown = typeof value === 'number' ? value : undefined;
      if (letter === 'i') c = toI32(core, value) ?? dataOf(value);
      else if (letter === 'l') c = toI64(value);
      if (c === undefined) throw new TypeError(`${this.name}: argument ${i + 1} is ${shown(value)}; it has to be ${WANTED[letter]}`);
      return c;
    });
  }

  #write(args: unknown[]): Pointer {
    const { core, ffi } = this.guest;
    const values = this.#check(args);
    let size = Math.max(values.length, 1);
    for (const value of values) if (value instanceof Uint8Array) size += slotsFor(value.length);
    const slots = ffi.call_new(size);
    let end = slots + Math.max(values.length, 1) * SLOT_BYTES;
    values.forEach((value, i) => {
      if (value instanceof Uint8Array) {
        new Uint8Array(core.memory.buffer).set(value, end);
        core.i32[(slots + i * SLOT_BYTES) >> 2] = end;
        end += slotsFor(value.length) * SLOT_BYTES;
      } else {
        put(core, this.#params[i]!, slots + i * SLOT_BYTES, value);
      }
    });
    return slots;
  }

  outcome(core: Core, _kind: Kind, result: number, slots: Pointer): unknown {
    if (result < 0) throw unexpected(core, result);
    const state = core.u32[(slots - STATE_BYTES) >> 2];
    const value = get(core, this.#result, slots);
    this.guest.ffi.call_end(slots);
    if (state === PANICKED) throw this.guest.panicOf(slots);
    if (state !== RETURNED && this.#result !== '') throw new GoexitError(this.name);
    return state === RETURNED ? value : undefined;
  }

  /** Who called does not wait any more; the call goes on. */
  dropped(_core: Core, _kind: Kind, slots: Pointer): void {
    this.guest.ffi.call_forget(slots);
  }
}
