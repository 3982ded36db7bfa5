/** Where goroutines are started, for reports; of a runtime with `debug`. */

/** Where a go() stands. */
export interface Place {
  readonly file: string;
  readonly line: number;
  /** The function that it is in. */
  readonly caller: string;
}

let here: string[] | undefined;

/** How stacks name this folder: V8's by its URL, JavaScriptCore's by its path. A bundle may have neither. */
function folder(): string[] {
  if (here) return here;
  try {
    const { href, pathname } = new URL('.', import.meta.url);
    here = [href, ...(href.startsWith('file:') ? [decodeURIComponent(pathname)] : [])];
  } catch {
    here = [];
  }
  return here;
}

/** A line of V8's stacks, or of the others'. */
const FRAME = /^\s*(?:at (?:async )?)?(?:(.*?)(?: \(|@))?([^\s()]+?):(\d+):\d+\)?$/;

/** Frames of this package, at most, between whoever calls and {@link callerPlace}. */
const DEEP = 8;

/** The rows of the stack here; where an engine can, only the first few, which takes less time. */
function stack(): string[] {
  const engine = Error as { stackTraceLimit?: number };
  const { stackTraceLimit } = engine;
  if (stackTraceLimit === undefined) return new Error().stack?.split('\n') ?? [];
  engine.stackTraceLimit = DEEP;
  const rows = new Error().stack!.split('\n');
  engine.stackTraceLimit = stackTraceLimit;
  return rows;
}

/** The place outside this package that has called into it. */
export function callerPlace(): Place | undefined {
  for (const row of stack()) {
    if (folder().some((name) => row.includes(name))) continue;
    const frame = FRAME.exec(row);
    if (frame) return { file: frame[2]!, line: Number(frame[3]), caller: frame[1]?.replace(/\.next$/, '') || '(top level)' };
  }
  return undefined;
}
