/**
 * Things under small numbers, which the module can keep where it cannot keep
 * the things: places in an array. Each free place has the number of the next
 * one, so that taking one and giving it back touch nothing else.
 */
export class Slots<T> {
  readonly #places: (T | number)[] = [];
  /** The next place that is taken; the array's length if all are. */
  #free = 0;

  /** What {@link keep} will return. */
  get next(): number {
    return this.#free;
  }

  keep(thing: T): number {
    const slot = this.#free;
    this.#free = slot < this.#places.length ? this.#places[slot] as number : slot + 1;
    this.#places[slot] = thing;
    return slot;
  }

  /** What is under a number that was kept and not dropped. */
  at(slot: number): T {
    return this.#places[slot] as T;
  }

  drop(slot: number): void {
    this.#places[slot] = this.#free;
    this.#free = slot;
  }

  /** How many are kept: by a walk along the free ones. */
  get size(): number {
    let { length } = this.#places;
    for (let slot = this.#free; slot < this.#places.length; slot = this.#places[slot] as number) length--;
    return length;
  }

  /** What is kept, but for numbers. */
  get kept(): T[] {
    return this.#places.filter((place) => typeof place !== 'number') as T[];
  }

  /** Whether that holds for one of those. */
  some(test: (thing: T) => boolean): boolean {
    return this.#places.some((place) => typeof place !== 'number' && test(place));
  }
}
