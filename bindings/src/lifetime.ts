/** Who owns memory of the module, and when it is given back. */
import type { Core } from './core.js';
import type { Element } from './elements.js';
import type { Pointer } from './ffi.js';

/** What is to be given back of a channel. */
export interface Held {
  readonly ptr: Pointer;
  /** How values lie in it; undefined: as handles. */
  element: Element<any> | undefined;
  /** Other agents may have it. */
  shared: boolean;
  /** A value is in it that nobody gets: one that is a handle. */
  lost: (value: unknown) => void;
}

/**
 * The channels of a runtime that the program still has. One that waits is held
 * by what waits, so one that is collected has nobody waiting on it.
 */
export class Chans {
  readonly #registry: FinalizationRegistry<Held>;

  constructor(core: Core) {
    this.#registry = new FinalizationRegistry((held) => { this.free(core, held); });
  }

  watch(chan: { held: Held }): void {
    this.#registry.register(chan, chan.held, chan);
  }

  forget(chan: object): void {
    this.#registry.unregister(chan);
  }

  /** Give a channel back, with the values that are in it. False: somebody waits. */
  free(core: Core, { ptr, element, shared, lost }: Held): boolean {
    if (core.closed || (shared && core.agent!.unref(ptr))) return true;
    if (core.ffi.chan_waits(ptr) !== 0) return false;
    while ((!element || element.discard) && core.ffi.len(ptr) > 0) {
      const handle = core.ffi.try_recv(ptr);
      if (handle < 0) break;
      if (element) element.discard!(core, core.outAt);
      else lost(core.values.take(handle));
    }
    return core.ffi.chan_free(ptr) !== 0;
  }
}
