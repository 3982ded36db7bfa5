/**
 * What all copies of this package in a realm share: the worker file has one of
 * its own, and the module that runs there may import another. And what the realm
 * may lack. It imports nothing, so whatever is loaded first has it.
 */

/** A class's objects are recognised by this property of its prototype. */
type Class = abstract new (...args: any[]) => object;

/** The state that copies share. */
export interface Realm {
  /** The runtimes, in the order of their starts. */
  readonly running: Set<object>;
  /** What {@link transfer} has marked. */
  transfers?: WeakMap<object, readonly ArrayBuffer[]>;
}

const REALM = Symbol.for('goro.realm');

/** Made when it is first needed: an import has no effects. */
export const realm = (): Realm => (globalThis as unknown as Record<symbol, Realm>)[REALM] ??= { running: new Set() };

/** `Symbol.dispose`, also where the engine has none. */
export const dispose: typeof Symbol.dispose = Symbol.dispose ?? (Symbol.for('Symbol.dispose') as typeof Symbol.dispose);
/** `Symbol.asyncDispose`, also where the engine has none. */
export const asyncDispose: typeof Symbol.asyncDispose =
  Symbol.asyncDispose ?? (Symbol.for('Symbol.asyncDispose') as typeof Symbol.asyncDispose);

/** The method by which Node, Deno and Bun have an object print itself. */
export const inspect: unique symbol = Symbol.for('nodejs.util.inspect.custom');

const NAME = Symbol.for('goro.class');

/** The name of an object's class, if that is one of this package's. */
export const classOf = (v: object): string | undefined => (v as Record<symbol, string | undefined>)[NAME];

/** Have `instanceof` know the objects of this class's copies, too. */
export function brand(of: Class, name: string): void {
  const mark = Symbol.for(`goro.${name}`);
  Object.defineProperties(of.prototype, { [mark]: { value: true }, [NAME]: { value: name } });
  Object.defineProperty(of, Symbol.hasInstance, {
    value(this: Class, v: unknown): boolean {
      if (this !== of) return Function.prototype[Symbol.hasInstance].call(this, v); // a class of the program's, from ours
      return typeof v === 'object' && v !== null && (v as Record<symbol, unknown>)[mark] === true;
    },
  });
}

/** What several get is copied for each, and not transferred. */
export function unmark(value: unknown): void {
  if (typeof value === 'object' && value !== null) realm().transfers?.delete(value);
}

/**
 * Mark a value that is about to be copied: the buffers in the list go with it
 * and are detached here, as postMessage's transfer list has it. Returns the value.
 * @example
 * const bytes = new Uint8Array(1024);
 * const copy = rt.module(new URL('./echo.js', EXAMPLES));
 * const back = await copy.echo(transfer(bytes, [bytes.buffer]));
 * assert.equal(bytes.byteLength, 0);
 * assert.equal(back.byteLength, 1024);
 */
export function transfer<T extends object>(value: T, buffers: readonly ArrayBuffer[]): T {
  (realm().transfers ??= new WeakMap()).set(value, buffers);
  return value;
}
