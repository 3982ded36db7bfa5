/** Goroutines that are blocked still, for tests and for whoever looks for leaks. */

/** Goroutines that were started at one place, and wait for one thing. */
export interface Leak {
  /** How many there are. */
  readonly count: number;
  /** The function that they run. */
  readonly fn: string;
  /** What they wait for, in Go's words: 'chan receive', 'select', ... */
  readonly reason: string;
  /** Where they were started, as FILE:LINE; '' unless the runtime has `debug`. */
  readonly place: string;
  /** Their numbers, as in the dump. */
  readonly goroutines: readonly number[];
}

const GOROUTINE = /^goroutine (\d+) \[([^\],]+)[^\]]*\]:\n(.*)\(\.\.\.\)(?:\ncreated by .*(?:\n\t(.*))?)?/gm;
/** Not blocked for lack of somebody else. */
const ALIVE = new Set(['running', 'runnable', 'sleep', 'await']);

/** The leaks that a dump shows, the most frequent first. */
export function leaksIn(dump: string): Leak[] {
  const groups = new Map<string, Leak & { goroutines: number[] }>();
  for (const [, id, reason, fn, place = ''] of dump.matchAll(GOROUTINE)) {
    if (ALIVE.has(reason!)) continue;
    const key = `${fn}\0${reason}\0${place}`;
    const group = groups.get(key) ?? { count: 0, fn: fn!, reason: reason!, place, goroutines: [] };
    group.goroutines.push(Number(id));
    groups.set(key, { ...group, count: group.count + 1 });
  }
  return [...groups.values()].sort((a, b) => b.count - a.count);
}
