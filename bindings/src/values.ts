/**
 * Values of JavaScript as numbers that fit into a channel's element. A handle
 * belongs to whoever has it: it is put once and taken once. 0 is undefined.
 */
export class Values {
  readonly #values: unknown[] = [undefined];
  readonly #free: number[] = [];

  /** How many values are on their way. */
  get size(): number {
    return this.#values.length - 1 - this.#free.length;
  }

  put(value: unknown): number {
    if (value === undefined) return 0;
    const handle = this.#free.length > 0 ? this.#free.pop()! : this.#values.length;
    this.#values[handle] = value;
    return handle;
  }

  peek(handle: number): unknown {
    return this.#values[handle];
  }

  take(handle: number): unknown {
    if (handle === 0) return undefined;
    const value = this.#values[handle];
    this.#values[handle] = undefined;
    this.#free.push(handle);
    return value;
  }
}
