/**
 * Functions of JavaScript that a C module calls. One that returns a promise
 * leaves it here; C sees by a word in memory that it has to wait, has `attach`
 * called, and parks. Nothing may be thrown through C's frames, so what a
 * function throws is left here as well, and is a panic in C.
 */
import type { Core } from '../core.js';
import { LoadError } from '../errors.js';
import type { Pointer } from '../ffi.js';
import { isGeneratorFunction, startGoroutine } from '../goroutine.js';
import { put, toI32, toI64 } from './calls.js';
import type { Guest, ImportRow } from './guest.js';

/** struct import_wait: where its error is. */
const ERROR = 8;
/** Errors that may still be the cause of a panic. */
const CAUSES = 64;

/** What `start({ imports })` takes: functions by module and name. */
export type ImportFunctions = Record<string, Record<string, (...args: any[]) => unknown>>;

/** What a function has come to that has no result yet. */
type Left = { letter: string; where: string; promise: PromiseLike<unknown> } | { error: unknown };

const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  value !== null && (typeof value === 'object' || typeof value === 'function') && typeof (value as any).then === 'function';

/** @throws {TypeError} if it cannot be the result of a C function */
function convert(core: Core, letter: string, where: string, value: unknown): number | bigint | undefined {
  if (letter === '') return undefined;
  const number = typeof value === 'number' ? value : undefined;
  const c = letter === 'i' ? toI32(core, value) : letter === 'l' ? toI64(value) : number;
  if (c !== undefined) return c;
  throw new TypeError(`${where} returned ${typeof value}; C needs ${letter === 'l' ? 'a bigint' : 'a number'}` +
    (typeof value === 'string' ? ': return memory.utf8(text), which C frees' : ''));
}

function textOf(error: unknown): string {
  try {
    return String((error as Error)?.message ?? error);
  } catch {
    return 'an error without a text';
  }
}

export class Imports {
  readonly functions: Record<string, WebAssembly.ModuleImports> = {};
  readonly #guest: Guest;
  readonly #causes = new Map<string, unknown>();
  #left: Left | undefined;
  #leftAt = 0;

  constructor(guest: Guest, rows: ImportRow[], given: ImportFunctions) {
    this.#guest = guest;
    for (const [module, name, , result] of rows) {
      const fn = given[module]?.[name];
      if (typeof fn !== 'function') {
        throw new LoadError(`the module imports ${module}.${name}; give it to start({ imports: { ${module}: { ${name} } } })`);
      }
      (this.functions[module] ??= {})[name] = this.#wrap(fn, result, `${module}.${name}`);
    }
  }

  linked(): void {
    this.#leftAt = this.#guest.ffi.import_left() >> 2;
  }

  #wrap(fn: (...args: any[]) => unknown, letter: string, where: string): (...args: any[]) => unknown {
    const { core } = this.#guest;
    const none = letter === 'l' ? 0n : 0;
    const run = isGeneratorFunction(fn) ? (...args: unknown[]) => startGoroutine(core, fn as any, args).promise() : fn;
    return (...args) => {
      let left: Left;
      try {
        const value = run(...args);
        if (!isThenable(value)) return convert(core, letter, where, value);
        left = { letter, where, promise: value };
      } catch (error) {
        left = { error };
      } finally {
        if (core.closed) throw core.shutError(); // nothing of the module runs any more
      }
      this.#left = left;
      core.u32[this.#leftAt] = 1;
      return none;
    };
  }

  /** C waits for what was left. False: there is nothing to wait for. */
  attach(wait: Pointer): number {
    const left = this.#left!;
    this.#left = undefined;
    if ('error' in left) {
      this.#fail(wait, left.error);
      return 0;
    }
    const { core } = this.#guest;
    const { letter, where, promise } = left;
    core.holds++;
    const settle = (write: () => void) => {
      if (core.closed) return;
      core.holds--;
      try {
        write();
      } catch (error) {
        this.#fail(wait, error);
      }
      this.#guest.ffi.import_settled(wait);
      core.attend();
    };
    promise.then(
      (value) => settle(() => put(core, letter, wait, convert(core, letter, where, value))),
      (error) => settle(() => this.#fail(wait, error)),
    );
    return 1;
  }

  #fail(wait: Pointer, error: unknown): void {
    const text = textOf(error);
    this.#causes.delete(text);
    this.#causes.set(text, error);
    if (this.#causes.size > CAUSES) this.#causes.delete(this.#causes.keys().next().value!);
    const { core, memory } = this.#guest;
    const copy = memory.utf8(text);
    core.u32[(wait + ERROR) >> 2] = copy;
  }

  /** The error that a panic with this text comes from, if it is one of these. */
  causeOf(text: string): unknown {
    return this.#causes.get(text);
  }
}
