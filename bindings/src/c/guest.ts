/**
 * A user's module in C, made by `goro cc --package`: what it exports and
 * imports. Loaded only where there is one. bindings/cc/passes/guest.mjs writes
 * the section that tells of it, and runtime/api/ffi_module.c is its C half.
 */
import { TypedChan } from '../channel.js';
import type { Core } from '../core.js';
import { type ElementKind, ELEMENTS, type ElementTypes } from '../elements.js';
import { PanicError } from '../errors.js';
import type { Ffi, Link, Pointer } from '../ffi.js';
import type { WaitOptions } from '../op.js';
import type { Runtime, StartOptions } from '../runtime.js';
import { CFunction } from './calls.js';
import { Imports } from './imports.js';
import { Memory } from './memory.js';
import { Stdio, wasi } from './wasi.js';

/** What runtime/api/ffi_module.c exports beside the functions of ffi.c. */
export interface GuestFfi extends Ffi {
  call_new(slots: number): Pointer;
  call(slots: Pointer, thunk: number, site: Pointer, slot: number): number;
  call_end(slots: Pointer): void;
  call_forget(slots: Pointer): void;
  import_left(): Pointer;
  import_settled(wait: Pointer): void;
  chan_elemsize(c: Pointer): number;
  chan_cap(c: Pointer): number;
}

/** A function as the section has it: its types are letters, of {@link CFunction}. */
type ExportRow = [name: string, params: string, result: string, thunk: number];
export type ImportRow = [module: string, name: string, params: string, result: string];

export class Guest implements Link {
  readonly core: Core;
  readonly memory: Memory;
  readonly exports: object;
  readonly #functions: CFunction[];
  readonly imports: WebAssembly.Imports;
  readonly #panics = new Map<Pointer, PanicError>();
  readonly #imports: Imports;
  readonly #stdio: Stdio;

  /** @throws {LoadError} if an import is missing */
  constructor(core: Core, runtime: Runtime, section: ArrayBuffer, options: StartOptions) {
    const { exports, imports } = JSON.parse(new TextDecoder().decode(section)) as { exports: ExportRow[]; imports: ImportRow[] };
    this.core = core;
    this.memory = new Memory(core);
    this.#stdio = new Stdio(options);
    const given = typeof options.imports === 'function' ? options.imports(runtime) : options.imports;
    this.#imports = new Imports(this, imports, given ?? {});
    this.#functions = exports.map((row) => new CFunction(this, ...row));
    this.exports = this.#with();
    this.imports = {
      ...this.#imports.functions,
      goro: {
        panicked: (slots: Pointer, text: Pointer, n: number, heard: number) => this.#panicked(slots, this.memory.text(text, n), heard),
        attach: (wait: Pointer) => this.#imports.attach(wait),
      },
      wasi_snapshot_preview1: wasi(core, this.#stdio),
    };
    core.endings.push(() => this.#stdio.end());
  }

  /** The functions, for calls with options. */
  #with(options?: WaitOptions): object {
    const all = Object.create(null, { with: { value: (more: WaitOptions) => this.#with(more), writable: true } });
    for (const f of this.#functions) all[f.name] = (...args: unknown[]) => f.call(args, options);
    return all;
  }

  get ffi(): GuestFfi {
    return this.core.ffi as GuestFfi;
  }

  /** The module is there; its constructors have not run. */
  linked(ffi: Ffi, memory: WebAssembly.Memory): void {
    this.core.ffi = ffi;
    this.core.memory = memory;
    this.core.view();
    this.#imports.linked();
  }

  /** Text that the runtime writes; what ends the runtime or a call is taken from there at once. */
  wrote(): void {
    queueMicrotask(() => {
      const { core } = this;
      if (!core.closed && core.report !== '') this.#stdio.write(2, new TextEncoder().encode(core.report));
      if (!core.closed) core.report = '';
    });
  }

  #panicked(slots: Pointer, message: string, heard: number): void {
    const { core } = this;
    const error = new PanicError(message, { trace: core.report.trim(), cause: this.#imports.causeOf(message) });
    core.report = '';
    if (heard) this.#panics.set(slots, error);
    else void Promise.reject(error); // the call was called off: nobody else would say so
  }

  /** The panic that a call has ended with. */
  panicOf(slots: Pointer): PanicError {
    const error = this.#panics.get(slots)!;
    this.#panics.delete(slots);
    return error;
  }

  chanAt<K extends ElementKind>(pointer: Pointer, kind: K): TypedChan<ElementTypes[K]> {
    const element = ELEMENTS[kind];
    if (!element) throw new TypeError(`no channel is of kind ${kind}; there are: ${Object.keys(ELEMENTS).join(', ')}`);
    const p = pointer >>> 0;
    const size = p === 0 ? element.size : this.ffi.chan_elemsize(p);
    if (size !== element.size) {
      throw new TypeError(`the channel's elements have ${size} bytes, and those of kind ${kind} ${element.size}; make it in C with that size`);
    }
    return new TypedChan<ElementTypes[K]>(this.core, p, p === 0 ? 0 : this.ffi.chan_cap(p), element);
  }
}
