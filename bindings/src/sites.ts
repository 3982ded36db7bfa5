/** Where goroutines begin, for reports and traces: structs gosite of runtime/sched/runtime2.h. */
import type { Core } from './core.js';
import type { Pointer } from './ffi.js';
import { callerPlace, type Place } from './places.js';

/** Those of one runtime, each there for ever. */
export class Sites {
  readonly #core: Core;
  readonly #known = new Map<string, Pointer>();
  #last: Function | undefined;
  #lastSite: Pointer = 0;

  constructor(core: Core) {
    this.#core = core;
  }

  /** Of goroutines that run fn. Often it is the same as before, and engines take long to tell a name. */
  of(fn: Function): Pointer {
    if (fn !== this.#last || this.#core.debug) {
      this.#lastSite = this.named(fn.name);
      this.#last = fn;
    }
    return this.#lastSite;
  }

  /** Of goroutines of this name that are started here. */
  named(name: string): Pointer {
    const place = this.#core.debug ? callerPlace() : undefined;
    const key = place ? `${name}\0${place.file}:${place.line}` : name;
    let site = this.#known.get(key);
    if (site === undefined) this.#known.set(key, site = this.#make(name, place));
    return site;
  }

  #make(name: string, place: Place | undefined): Pointer {
    const words = [
      this.#text(name || '(anonymous)'), place ? this.#text(place.file) : 0, place?.line ?? 0, place?.caller ? this.#text(place.caller) : 0,
    ];
    const p = this.#core.alloc(16);
    this.#core.u32.set(words, p >> 2);
    return p;
  }

  /** A C string. */
  #text(text: string): Pointer {
    const bytes = new TextEncoder().encode(`${text}\0`);
    const p = this.#core.alloc(bytes.length);
    this.#core.u8.set(bytes, p);
    return p;
  }
}
