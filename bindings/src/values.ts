import { Slots } from './slots.js';

/** The numbers that are their own handles. */
const SMALL = 0x3fffffff;

/**
 * Values of JavaScript as numbers that fit into a channel's element. A handle
 * belongs to whoever has it: it is put once and taken once. 0 is undefined; an
 * odd one is a whole number by itself, and any other twice a place here.
 */
export class Values {
  readonly #slots = new Slots<unknown>();

  constructor() {
    this.#slots.keep(undefined); // 0, for good
  }

  /** How many values are on their way, but for small numbers. */
  get size(): number {
    return this.#slots.size - 1;
  }

  put(value: unknown): number {
    if (typeof value === 'number' && (value & SMALL) === value && !Object.is(value, -0)) return (value << 1) | 1;
    if (value === undefined) return 0;
    return this.#slots.keep(value) << 1;
  }

  peek(handle: number): unknown {
    return (handle & 1) === 1 ? handle >> 1 : this.#slots.at(handle >> 1);
  }

  take(handle: number): unknown {
    if ((handle & 1) === 1) return handle >> 1;
    if (handle === 0) return undefined;
    const value = this.#slots.at(handle >> 1);
    this.#slots.drop(handle >> 1);
    return value;
  }
}
