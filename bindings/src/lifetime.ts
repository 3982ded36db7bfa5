/** Who owns memory of the module, and when it is given back. */
import type { Core } from './core.js';
import type { Pointer } from './ffi.js';
import { type Kind, RECV, RECV_OWNED } from './op.js';

/** `Symbol.dispose`, also where the engine has none. */
export const dispose: typeof Symbol.dispose = Symbol.dispose ?? (Symbol.for('Symbol.dispose') as typeof Symbol.dispose);
/** `Symbol.asyncDispose`, also where the engine has none. */
export const asyncDispose: typeof Symbol.asyncDispose =
  Symbol.asyncDispose ?? (Symbol.for('Symbol.asyncDispose') as typeof Symbol.asyncDispose);

/**
 * The channels of a runtime that the program still has. One that waits is held
 * by what waits, so one that is collected has nobody waiting on it.
 */
export class Chans {
  readonly #registry: FinalizationRegistry<{ ptr: Pointer; kind: Kind }>;

  constructor(core: Core) {
    this.#registry = new FinalizationRegistry(({ ptr, kind }) => { this.free(core, ptr, kind); });
  }

  watch(chan: { ptr: Pointer; kind: Kind }): void {
    this.#registry.register(chan, { ptr: chan.ptr, kind: chan.kind }, chan);
  }

  forget(chan: object): void {
    this.#registry.unregister(chan);
  }

  /** Give a channel back, with the values that are in it. False: somebody waits. */
  free(core: Core, ptr: Pointer, kind: Kind): boolean {
    if (core.closed) return true;
    if (core.ffi.chan_waits(ptr) !== 0) return false;
    if (kind === RECV) {
      for (let handle; core.ffi.len(ptr) > 0 && (handle = core.ffi.try_recv(ptr)) >= 0;) core.values.take(handle);
    } else if (kind === RECV_OWNED) {
      while (core.ffi.len(ptr) > 0 && core.ffi.try_recv(ptr) >= 0) core.ffi.free(core.u32[core.outAt]!);
    }
    return core.ffi.chan_free(ptr) !== 0;
  }
}
