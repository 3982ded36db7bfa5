/**
 * The worker that runs a program: so nothing that a program does can hold the
 * page up, and it can be ended at any time. It runs one, and says how it went.
 */
import type { Runtime } from 'goro';
import { type Trace, trace } from 'goro/trace';
import { modulesOf, type Modules } from './files.js';
import { hooks } from './play.js';
import { line } from './print.js';
import type { Failure, Report, RunRequest } from './protocol.js';

/** Lines are sent together, and not more of them than anybody reads. */
const FLUSH_MS = 16;
const LINES_MAX = 5000;

/** So often, and not more events than the page can show. */
const TRACE_MS = 40;
const EVENTS_MAX = 24_000;
/** In one message: the page must not be held up by it. */
const CHUNK = 500;

const post = (report: Report): void => { postMessage(report); };

class Log {
  #lines: string[] = [];
  #count = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  print = (...values: unknown[]): void => {
    if (++this.#count > LINES_MAX) return;
    this.#lines.push(this.#count === LINES_MAX ? '… and so on: more lines are not shown' : line(values));
    this.#timer ??= setTimeout(() => this.flush(), FLUSH_MS);
  };

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#lines.length > 0) post({ kind: 'log', text: `${this.#lines.join('\n')}\n` });
    this.#lines = [];
  }
}

/** Sends what is traced of a runtime. */
class Tracer {
  readonly #trace: Trace;
  readonly #timer: ReturnType<typeof setInterval>;
  #room = EVENTS_MAX;

  constructor(rt: Runtime) {
    this.#trace = trace(rt, { events: 4 * EVENTS_MAX }); // so that the first are there still when they are taken
    this.#timer = setInterval(() => this.flush(), TRACE_MS);
  }

  flush(): void {
    if (this.#room === 0) return;
    const events = this.#trace.take().slice(0, this.#room);
    this.#room -= events.length;
    if (this.#room === 0) this.#trace.stop();
    for (let i = 0; i < events.length; i += CHUNK) post({ kind: 'trace', events: events.slice(i, i + CHUNK) });
  }

  end(): void {
    clearInterval(this.#timer);
    this.#trace.stop();
    this.flush();
  }
}

function failureOf(error: unknown, modules: Modules): Failure {
  if (!(error instanceof Error)) return { name: 'Error', text: `Uncaught ${line([error])}`, place: undefined };
  const stack = error.stack ?? '';
  const place = modules.placeIn(stack);
  return { name: error.name, text: modules.named(text(error, stack, modules)), place, unparsed: place ? undefined : unparsed(error, modules) };
}

/** Where workers load a file, the error says which. */
function unparsed({ name, message }: Error, modules: Modules): string | undefined {
  if (name === 'SyntaxError') return 'main.js';
  return name === 'LoadError' ? /^([\w.-]+) did not load/.exec(modules.named(message))?.[1] : undefined;
}

/** The message, and of the stack what is the program's own. */
function text(error: Error, stack: string, modules: Modules): string {
  const rows = stack.split('\n').filter((row) => modules.placeIn(row) !== undefined);
  return [`${error.name}: ${error.message}`.trimEnd(), ...rows.map((row) => `    ${row.trim().replace(/^at /, 'at ')}`)].join('\n');
}

async function run({ files, procs, seed, canvas }: RunRequest): Promise<void> {
  const log = new Log();
  for (const name of ['log', 'info', 'warn', 'error', 'debug'] as const) console[name] = log.print;
  if (canvas) Object.assign(globalThis, { canvas });
  const modules = modulesOf(files, new URL('./play.js', import.meta.url).href);
  const began = performance.now();
  hooks.options = { procs: procs || 'auto', ...(seed ? { seed } : {}) };
  hooks.defaults = { debug: true };
  hooks.leaked = () => post({ kind: 'leaked' });
  let tracer: Tracer | undefined;
  hooks.started = (rt) => {
    tracer ??= new Tracer(rt);
    const { mode, procs: n, reason } = rt.info;
    post({ kind: 'started', mode, procs: n, reason });
  };
  const end = (error?: { error: unknown }) => {
    log.flush();
    tracer?.end();
    if (error) post({ kind: 'failed', failure: failureOf(error.error, modules) });
    post({ kind: 'ended', ms: performance.now() - began });
  };
  addEventListener('unhandledrejection', (event) => { event.preventDefault(); end({ error: event.reason }); });
  addEventListener('error', (event) => { event.preventDefault(); end({ error: event.error ?? event.message }); });
  try {
    await import(modules.url());
    end();
  } catch (error) {
    end({ error });
  }
}

addEventListener('message', ({ data }: MessageEvent<RunRequest>) => { void run(data); }, { once: true });
