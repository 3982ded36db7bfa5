/**
 * Values as bytes, for memory that agents share: browsers have structured clone
 * but no way to its bytes. What the receiver gets is what structuredClone would
 * have made, graphs with cycles included, but for:
 *  - objects of this package (channels, contexts), which the codec's
 *    {@link Foreigners} take over the border;
 *  - errors, which keep their name and their own properties, and those of this
 *    package their class;
 *  - a Buffer of Node, which brings its own bytes and not its pool's.
 *
 * A message is a tree in which an object that was there before is a number: the
 * order in which both sides have met the objects. Names of properties have
 * numbers, too.
 */
import { classes, GoroError, UsageError } from './errors.js';
import { classOf, realm } from './realm.js';

/** Objects that are no data: how they leave this agent, and arrive in another. */
export interface Foreigners {
  /** What goes instead of the value; undefined: it is none of these. */
  leave(value: object): Foreign | undefined;
  /** The message will not be sent after all. */
  stay(foreign: Foreign): void;
  /** The object for what has come. */
  arrive(kind: number, data: unknown): object;
}

/** A kind, a number of the {@link Foreigners}', and what may be encoded. */
export interface Foreign {
  readonly kind: number;
  readonly data: unknown;
}

const UNDEFINED = 0;
const NULL = 1;
const TRUE = 2;
const FALSE = 3;
const INT = 4;
const FLOAT = 5;
const BIGINT = 6;
const LATIN1 = 7;
const UTF8 = 8;
const UTF16 = 9;
const SEEN = 10;
const OBJECT = 11;
const ARRAY = 12;
const ARRAY_AND_MORE = 13;
const HOLE = 14;
const MAP = 15;
const SET = 16;
const DATE = 17;
const REGEXP = 18;
const BUFFER = 19;
const RESIZABLE = 20;
const VIEW = 21;
const ERROR = 22;
const BOXED = 23;
const DOM_EXCEPTION = 24;
const FOREIGN = 25;

/** What of an error follows. */
const HAS_MESSAGE = 1;
const HAS_STACK = 2;
const HAS_CAUSE = 4;
const HAS_ERRORS = 8;
const HAS_NAME = 16;

/** Where a string's bytes are copied one by one: the engine's way costs a call. */
const SHORT = 32;
/** Arguments that apply takes without danger to the stack. */
const APPLY_MAX = 8192;

type View = Exclude<ArrayBufferView, never>;
type ViewConstructor = new (buffer: ArrayBuffer, byteOffset?: number, length?: number) => View;

const VIEWS = [
  Uint8Array, Int8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array, Float32Array, Float64Array,
  BigInt64Array, BigUint64Array, DataView, (globalThis as { Float16Array?: ViewConstructor }).Float16Array,
] as (ViewConstructor | undefined)[];

const ERRORS: Record<string, ErrorConstructor> = {
  Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError,
  AggregateError: AggregateError as unknown as ErrorConstructor,
};

const floats = new Float64Array(1);
const floatBytes = new Uint8Array(floats.buffer);
const encoder = new TextEncoder();
const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });
const lone = /\p{Surrogate}/u;

const refused = (what: string, instead: string) => new UsageError(`${what} cannot be copied to another goroutine's worker; ${instead}`);

/** ArrayBuffers of newer engines. */
interface NewBuffer extends ArrayBuffer {
  readonly resizable?: boolean;
  readonly maxByteLength?: number;
  readonly detached?: boolean;
  transfer?(): ArrayBuffer;
}

/** Makes messages, one at a time. */
class Encoder {
  bytes = new Uint8Array(1024);
  at = 0;
  busy = false;
  readonly #seen = new Map<object, number>();
  readonly #keys = new Map<string, number>();
  #left: Foreign[] = [];
  readonly #transfers = new Set<ArrayBuffer>();

  constructor(readonly foreigners: Foreigners) {}

  /** Encode from `at` on. What is to be transferred is detached when all is done. */
  run(value: unknown, transfer: readonly unknown[] | undefined): void {
    this.busy = true;
    this.at = 0;
    try {
      if (transfer) this.#transfer(transfer);
      this.value(value);
      for (const buffer of this.#transfers) detach(buffer);
    } catch (error) {
      for (const foreign of this.#left) this.foreigners.stay(foreign);
      // In Firefox it is no RangeError.
      throw error instanceof RangeError || (error as Error)?.name === 'InternalError' ? refused('what is nested too deeply', 'send it in pieces') : error;
    } finally {
      this.busy = false;
      for (const each of [this.#seen, this.#keys, this.#transfers]) if (each.size > 0) each.clear();
      if (this.#left.length > 0) this.#left = [];
    }
  }

  #transfer(list: readonly unknown[]): void {
    for (const each of list) {
      if (!(each instanceof ArrayBuffer)) throw refused('to transfer what is no ArrayBuffer', 'transfer ArrayBuffers only');
      this.#transfers.add(each);
    }
  }

  room(n: number): void {
    if (this.at + n <= this.bytes.length) return;
    const bytes = new Uint8Array(Math.max(this.bytes.length * 2, this.at + n));
    bytes.set(this.bytes.subarray(0, this.at));
    this.bytes = bytes;
  }

  #byte(byte: number): void {
    if (this.at === this.bytes.length) this.room(1);
    this.bytes[this.at++] = byte;
  }

  /** 0 to 2^32 - 1, 7 bits a byte. */
  #count(n: number): void {
    this.room(5);
    while (n > 0x7f) {
      this.bytes[this.at++] = (n & 0x7f) | 0x80;
      n >>>= 7;
    }
    this.bytes[this.at++] = n;
  }

  /** As many bytes as memory may have. */
  #size(n: number): void {
    this.#float(n);
  }

  #float(x: number): void {
    this.room(8);
    floats[0] = x;
    for (let i = 0; i < 8; i++) this.bytes[this.at++] = floatBytes[i]!;
  }

  value(v: unknown): void {
    switch (typeof v) {
      case 'string':
        return this.#string(v);
      case 'number':
        return this.#number(v);
      case 'object':
        return v === null ? this.#byte(NULL) : this.#object(v);
      case 'undefined':
        return this.#byte(UNDEFINED);
      case 'boolean':
        return this.#byte(v ? TRUE : FALSE);
      case 'bigint':
        return this.#bigint(v);
      case 'function':
        throw refused(`the function ${v.name || '(anonymous)'}`, 'export it by a module for rt.module, or send what it returns');
      default:
        throw refused(String(v), 'send a string');
    }
  }

  #number(v: number): void {
    const i = v | 0;
    if (i === v && (v !== 0 || 1 / v > 0)) {
      this.#byte(INT);
      this.#count(((i << 1) ^ (i >> 31)) >>> 0);
    } else {
      this.#byte(FLOAT);
      this.#float(v);
    }
  }

  #bigint(v: bigint): void {
    this.#byte(BIGINT);
    this.#byte(v < 0n ? 1 : 0);
    this.#string((v < 0n ? -v : v).toString(16));
  }

  #string(s: string): void {
    const n = s.length;
    if (n > SHORT) return this.#long(s);
    this.room(n + 2);
    const { bytes } = this;
    let { at } = this;
    bytes[at++] = LATIN1;
    bytes[at++] = n;
    for (let i = 0; i < n; i++) {
      const c = s.charCodeAt(i);
      if (c > 0xff) return this.#wide(s);
      bytes[at++] = c;
    }
    this.at = at;
  }

  #long(s: string): void {
    if (lone.test(s)) return this.#wide(s);
    this.room(s.length * 3 + 9);
    const start = this.at + 9;
    const { written } = encoder.encodeInto(s, this.bytes.subarray(start));
    this.#byte(UTF8);
    this.#size(written);
    this.at = start + written;
  }

  #wide(s: string): void {
    this.#byte(UTF16);
    this.#size(s.length);
    this.room(s.length * 2);
    for (let i = 0; i < s.length; i++) {
      const c = s.charCodeAt(i);
      this.bytes[this.at++] = c & 0xff;
      this.bytes[this.at++] = c >> 8;
    }
  }

  #key(key: string): void {
    const known = this.#keys.get(key);
    this.#count(known ?? 0);
    if (known !== undefined) return;
    this.#keys.set(key, this.#keys.size + 1);
    this.#string(key);
  }

  #object(v: object): void {
    const seen = this.#seen.get(v);
    if (seen !== undefined) {
      this.#byte(SEEN);
      this.#count(seen);
      return;
    }
    this.#seen.set(v, this.#seen.size);
    const marked = realm().transfers?.get(v);
    if (marked) this.#transfer(marked);
    const proto = Object.getPrototypeOf(v);
    if (Array.isArray(v)) this.#array(v);
    else if (proto === Object.prototype || proto === null) this.#plain(v);
    else this.#special(v);
  }

  #plain(v: object): void {
    this.#byte(OBJECT);
    this.#properties(v, Object.keys(v));
  }

  #properties(v: object, keys: string[]): void {
    this.#count(keys.length);
    for (const key of keys) {
      this.#key(key);
      this.value((v as Record<string, unknown>)[key]);
    }
  }

  #array(v: unknown[]): void {
    const keys = Object.keys(v);
    const n = v.length;
    const dense = keys.length === n && (n === 0 || keys[n - 1] === String(n - 1));
    // Of an array with little in it only that is sent.
    const sparse = !dense && keys.length < n / 4;
    this.#byte(dense ? ARRAY : ARRAY_AND_MORE);
    this.#count(n);
    if (dense) {
      for (let i = 0; i < n; i++) this.value(v[i]);
      return;
    }
    const filled = sparse ? 0 : n;
    this.#count(filled);
    for (let i = 0; i < filled; i++) if (Object.hasOwn(v, i)) this.value(v[i]); else this.#byte(HOLE);
    this.#properties(v, sparse ? keys : keys.filter((key) => !isIndex(key, n)));
  }

  #special(v: object): void {
    const foreign = this.foreigners.leave(v);
    if (foreign) return this.#foreign(foreign);
    if (ArrayBuffer.isView(v)) return this.#view(v);
    if (v instanceof ArrayBuffer) return this.#buffer(v);
    if (v instanceof Map) return this.#map(v);
    if (v instanceof Set) return this.#set(v);
    if (v instanceof Date) return this.#byte(DATE), this.#float(v.getTime());
    if (v instanceof RegExp) return this.#byte(REGEXP), this.#string(v.source), this.#string(v.flags);
    if (v instanceof Error) return this.#error(v);
    if (v instanceof Number || v instanceof String || v instanceof Boolean || v instanceof BigInt) {
      return this.#byte(BOXED), this.value(v.valueOf());
    }
    mustBeData(v);
    this.#plain(v);
  }

  #foreign({ kind, data }: Foreign): void {
    this.#left.push({ kind, data });
    this.#byte(FOREIGN);
    this.#count(kind);
    this.value(data);
  }

  #map(v: Map<unknown, unknown>): void {
    const entries = [...v];
    this.#byte(MAP);
    this.#count(entries.length);
    for (const [key, value] of entries) {
      this.value(key);
      this.value(value);
    }
  }

  #set(v: Set<unknown>): void {
    const values = [...v];
    this.#byte(SET);
    this.#count(values.length);
    for (const value of values) this.value(value);
  }

  #buffer(v: NewBuffer): void {
    if (isDetached(v)) throw refused('an ArrayBuffer that is detached', 'send it before it is transferred');
    this.#byte(v.resizable ? RESIZABLE : BUFFER);
    if (v.resizable) this.#size(v.maxByteLength!);
    this.#bytes(new Uint8Array(v));
  }

  #bytes(bytes: Uint8Array): void {
    this.#size(bytes.length);
    this.room(bytes.length);
    this.bytes.set(bytes, this.at);
    this.at += bytes.length;
  }

  #view(v: View): void {
    const kind = VIEWS.findIndex((each) => each !== undefined && v instanceof each);
    if (!(v.buffer instanceof ArrayBuffer)) throw refused('a view of a SharedArrayBuffer', 'send a copy of its bytes, or the results');
    this.#byte(VIEW);
    this.#byte(kind);
    const pooled = v.constructor.name === 'Buffer' && v.buffer.byteLength !== v.byteLength;
    // Whether it grows with its buffer cannot be asked: it does if it ends with it.
    const grows = !pooled && (v.buffer as NewBuffer).resizable && v.byteOffset + v.byteLength === v.buffer.byteLength;
    if (pooled) {
      const { buffer, byteOffset, byteLength } = v;
      this.value(buffer.slice(byteOffset, byteOffset + byteLength));
    } else {
      this.value(v.buffer);
    }
    this.#size(pooled ? 0 : v.byteOffset);
    this.#size(grows ? -1 : ((v as Uint8Array).length ?? v.byteLength));
  }

  #error(v: Error): void {
    if (typeof DOMException !== 'undefined' && v instanceof DOMException) return this.#domException(v);
    const name = String(v.name);
    const own = Object.getOwnPropertyDescriptor(v, 'message');
    const cause = Object.hasOwn(v, 'cause');
    const errors = v instanceof AggregateError;
    const base = baseOf(v, name);
    const named = base !== name;
    this.#byte(ERROR);
    this.#string(base);
    this.#byte((own && 'value' in own ? HAS_MESSAGE : 0) | (typeof v.stack === 'string' ? HAS_STACK : 0) |
      (cause ? HAS_CAUSE : 0) | (errors ? HAS_ERRORS : 0) | (named ? HAS_NAME : 0));
    if (own && 'value' in own) this.#string(String(own.value));
    if (typeof v.stack === 'string') this.#string(v.stack);
    if (cause) this.value(v.cause);
    if (errors) this.value(v.errors);
    if (named) this.#string(name);
    this.#properties(v, Object.keys(v).filter((key) => !['message', 'stack', 'cause', 'errors', 'name'].includes(key)));
  }

  #domException(v: DOMException): void {
    this.#byte(DOM_EXCEPTION);
    this.#string(v.message);
    this.#string(v.name);
    this.#string(v.stack ?? '');
  }
}

const isIndex = (key: string, n: number) => Number(key) >= 0 && Number(key) < n && String(Number(key)) === key;

/** The class of the error that is made for it. */
function baseOf(v: Error, name: string): string {
  if (v instanceof AggregateError) return 'AggregateError';
  const known = (each: string) => Object.hasOwn(v instanceof GoroError ? classes : ERRORS, each);
  if (known(name)) return name;
  return v instanceof GoroError && known(Object.getPrototypeOf(v).name) ? Object.getPrototypeOf(v).name : 'Error';
}

/** Objects with state that cannot be seen: the platform's, and those of built-in classes. */
function mustBeData(v: object): void {
  const tag = (v as { [Symbol.toStringTag]?: unknown })[Symbol.toStringTag];
  const own = Object.hasOwn(v, Symbol.toStringTag);
  if (v instanceof Symbol) throw refused('a symbol', 'send a string');
  const ours = classOf(v);
  if (ours) throw refused(`a ${ours}`, 'send its result, or a channel, a lock, a context or a group');
  if (tag === undefined || own) return;
  const { constructor } = v;
  const known = typeof constructor !== 'function' || (globalThis as Record<string, unknown>)[constructor.name] === constructor ||
    /\{\s*\[native code\]\s*\}$/.test(Function.prototype.toString.call(constructor));
  if (!known) return;
  throw refused(`an object of class ${String(tag)}`, v instanceof Promise ? 'await it, and send the result' : 'send what it is made from, as plain data');
}

function isDetached(v: NewBuffer): boolean {
  if (v.detached !== undefined) return v.detached;
  if (v.byteLength > 0) return false;
  try {
    new Uint8Array(v);
    return false;
  } catch {
    return true;
  }
}

function detach(v: NewBuffer): void {
  if (v.transfer) v.transfer();
  else structuredClone(v, { transfer: [v] });
}

/** Reads a message. */
class Decoder {
  bytes!: Uint8Array;
  at = 0;
  #seen: unknown[] = [];
  #keys: string[] = [];

  constructor(readonly foreigners: Foreigners) {}

  run(bytes: Uint8Array): unknown {
    this.bytes = bytes;
    this.at = 0;
    const value = this.value();
    if (this.#seen.length > 0) this.#seen = [];
    if (this.#keys.length > 0) this.#keys = [];
    return value;
  }

  #count(): number {
    let n = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.bytes[this.at++]!;
      n |= (byte & 0x7f) << shift;
      if (byte < 0x80) return n >>> 0;
    }
  }

  #float(): number {
    for (let i = 0; i < 8; i++) floatBytes[i] = this.bytes[this.at++]!;
    return floats[0]!;
  }

  value(): unknown {
    const tag = this.bytes[this.at++]!;
    switch (tag) {
      case UNDEFINED: return undefined;
      case NULL: return null;
      case TRUE: return true;
      case FALSE: return false;
      case INT: {
        const n = this.#count();
        return (n >>> 1) ^ -(n & 1);
      }
      case FLOAT: return this.#float();
      case BIGINT: return this.#bigint();
      case LATIN1: case UTF8: case UTF16: return this.#stringOf(tag);
      case SEEN: return this.#seen[this.#count()];
      default: return this.#object(tag);
    }
  }

  #bigint(): bigint {
    const negative = this.bytes[this.at++] === 1;
    const v = BigInt(`0x${this.#string()}`);
    return negative ? -v : v;
  }

  #string(): string {
    return this.#stringOf(this.bytes[this.at++]!);
  }

  #stringOf(tag: number): string {
    if (tag === LATIN1) {
      let s = '';
      for (let n = this.bytes[this.at++]!; n > 0; n--) s += String.fromCharCode(this.bytes[this.at++]!);
      return s;
    }
    const n = this.#float();
    const start = this.at;
    this.at += tag === UTF16 ? 2 * n : n;
    return tag === UTF8 ? utf8.decode(this.bytes.subarray(start, this.at)) : this.#wide(start, n);
  }

  #wide(start: number, n: number): string {
    const units = new Uint16Array(n);
    for (let i = 0; i < n; i++) units[i] = this.bytes[start + 2 * i]! | (this.bytes[start + 2 * i + 1]! << 8);
    let s = '';
    for (let i = 0; i < n; i += APPLY_MAX) s += String.fromCharCode.apply(null, units.subarray(i, i + APPLY_MAX) as unknown as number[]);
    return s;
  }

  #key(): string {
    const known = this.#count();
    if (known > 0) return this.#keys[known - 1]!;
    const key = this.#string();
    this.#keys.push(key);
    return key;
  }

  /** A place among the objects; what has to be read first may be put there later. */
  #place(): number {
    return this.#seen.push(undefined) - 1;
  }

  #put<T>(object: T): T {
    this.#seen.push(object);
    return object;
  }

  #object(tag: number): unknown {
    switch (tag) {
      case OBJECT: return this.#properties(this.#put({}));
      case ARRAY: case ARRAY_AND_MORE: return this.#array(tag);
      case MAP: return this.#map(this.#put(new Map()));
      case SET: return this.#set(this.#put(new Set()));
      case DATE: return this.#put(new Date(this.#float()));
      case REGEXP: return this.#put(new RegExp(this.#string(), this.#string()));
      case BUFFER: case RESIZABLE: return this.#buffer(tag);
      case VIEW: return this.#later(() => this.#viewOf());
      case ERROR: return this.#error();
      case BOXED: return this.#later(() => Object(this.value()));
      case DOM_EXCEPTION: return this.#domException();
      case FOREIGN: return this.#later(() => this.foreigners.arrive(this.#count(), this.value()));
      default: throw new UsageError(`a message is damaged, by ${tag}; use one version of goro in a program`);
    }
  }

  #later(make: () => unknown): unknown {
    const place = this.#place();
    return (this.#seen[place] = make());
  }

  #properties<T extends object>(object: T): T {
    for (let n = this.#count(); n > 0; n--) {
      const key = this.#key();
      const value = this.value();
      if (key === '__proto__') Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
      else (object as Record<string, unknown>)[key] = value;
    }
    return object;
  }

  #array(tag: number): unknown[] {
    const n = this.#count();
    const array: unknown[] = this.#put([]);
    const filled = tag === ARRAY ? n : this.#count();
    if (n > filled) array.length = n;
    for (let i = 0; i < filled; i++) {
      if (this.bytes[this.at] === HOLE) this.at++, array.length = i + 1;
      else array[i] = this.value();
    }
    return tag === ARRAY ? array : this.#properties(array);
  }

  #map(map: Map<unknown, unknown>): Map<unknown, unknown> {
    for (let n = this.#count(); n > 0; n--) map.set(this.value(), this.value());
    return map;
  }

  #set(set: Set<unknown>): Set<unknown> {
    for (let n = this.#count(); n > 0; n--) set.add(this.value());
    return set;
  }

  #buffer(tag: number): ArrayBuffer {
    const max = tag === RESIZABLE ? this.#float() : undefined;
    const n = this.#float();
    const start = this.at;
    this.at += n;
    if (max === undefined) return this.#put(this.bytes.slice(start, this.at).buffer as ArrayBuffer);
    const buffer = new (ArrayBuffer as new (bytes: number, options: object) => ArrayBuffer)(n, { maxByteLength: max });
    new Uint8Array(buffer).set(this.bytes.subarray(start, this.at));
    return this.#put(buffer);
  }

  #viewOf(): View {
    const View = VIEWS[this.bytes[this.at++]!]!;
    const buffer = this.value() as ArrayBuffer;
    const byteOffset = this.#float();
    const length = this.#float();
    return length < 0 ? new View(buffer, byteOffset) : new View(buffer, byteOffset, length);
  }

  #error(): Error {
    const place = this.#place();
    const base = this.#string();
    const has = this.bytes[this.at++]!;
    const error = makeError(base, has & HAS_MESSAGE ? this.#string() : undefined);
    this.#seen[place] = error;
    const hidden = (key: string, value: unknown) =>
      Object.defineProperty(error, key, { value, writable: true, enumerable: false, configurable: true });
    if (has & HAS_STACK) hidden('stack', this.#string());
    if (has & HAS_CAUSE) hidden('cause', this.value());
    if (has & HAS_ERRORS) hidden('errors', this.value());
    if (has & HAS_NAME) hidden('name', this.#string());
    return this.#properties(error);
  }

  #domException(): DOMException {
    const error = this.#put(new DOMException(this.#string(), this.#string()));
    const stack = this.#string();
    if (stack) Object.defineProperty(error, 'stack', { value: stack, writable: true, enumerable: false, configurable: true });
    return error;
  }
}

function makeError(base: string, message: string | undefined): Error {
  const plain = ERRORS[base];
  if (base === 'AggregateError') return new AggregateError([], message);
  if (plain) return new plain(message);
  const error = new Error(message);
  return Object.setPrototypeOf(error, classes[base]!.prototype as object) as Error;
}

/** What {@link Codec.encode} has made: the first `at` bytes, until the next call. */
export interface Message {
  readonly bytes: Uint8Array;
  readonly at: number;
}

/** Encodes and decodes for one agent. */
export class Codec {
  readonly #foreigners: Foreigners;
  readonly #encoder: Encoder;
  readonly #decoder: Decoder;

  constructor(foreigners: Foreigners) {
    this.#foreigners = foreigners;
    this.#encoder = new Encoder(foreigners);
    this.#decoder = new Decoder(foreigners);
  }

  /**
   * A value's bytes. The buffers in `transfer`, and those of {@link transfer},
   * are detached.
   * @throws {UsageError} if it cannot be copied
   */
  encode(value: unknown, transfer?: readonly unknown[]): Message {
    // A getter of the value's may send something meanwhile.
    const own = this.#encoder.busy ? new Encoder(this.#foreigners) : this.#encoder;
    own.run(value, transfer);
    return own;
  }

  /** The value whose bytes these are, which are not in shared memory. */
  decode(bytes: Uint8Array): unknown {
    return this.#decoder.run(bytes);
  }
}
