/** Workers, as the hosts have them. */
import type { FromWorker, ToWorker } from './protocol.js';

/** What is known of a worker that has ended by itself. */
export const ENDED = 'the worker has ended';

/** A worker that was started. */
export interface Thread {
  post(message: ToWorker): void;
  /** Resolves when it runs no more. */
  terminate(): Promise<void>;
}

/** What is heard of a worker. */
export interface Listener {
  message(message: FromWorker): void;
  /** Something was thrown in it that nobody has caught; it runs still, if it has begun. */
  threw(error: Error): void;
  /** It is gone, or will not come. */
  gone(error: Error): void;
}

interface NodeWorker {
  on(event: string, listener: (value: any) => void): void;
  postMessage(message: unknown): void;
  terminate(): Promise<unknown>;
  unref(): void;
}

interface NodeThreads {
  Worker: new (url: URL, options: object) => NodeWorker;
}

interface Globals {
  location?: { href: string; origin: string };
  process?: { getBuiltinModule?(name: string): unknown; execArgv: string[] };
  navigator?: { locks?: { request(name: string, callback: () => unknown): Promise<unknown> } };
}

/** The worker file, which imports nothing; bundlers know this form, and bring it along. */
const ownWorker = () => new Worker(new URL('./worker.js', import.meta.url), { type: 'module', name: 'goro' });

const fileAt = (url: string | URL | undefined): URL =>
  (url === undefined ? new URL('./worker.js', import.meta.url) : new URL(url, (globalThis as Globals).location?.href));

/** Start a worker from the file at `url`, or from the package's own. */
export function spawn(url: string | URL | undefined, listener: Listener): Promise<Thread> {
  const { process } = globalThis as Globals;
  const threads = process?.getBuiltinModule?.('node:worker_threads') as NodeThreads | undefined;
  return threads && typeof Worker === 'undefined' ? spawnNode(threads, url, listener) : spawnWeb(url, listener);
}

async function spawnNode({ Worker }: NodeThreads, url: string | URL | undefined, listener: Listener): Promise<Thread> {
  // A worker has the options that the program was started with, of which this
  // one is for sources that are no file.
  const named = (globalThis as Globals).process!.execArgv.some((arg) => arg.startsWith('--input-type'));
  const source = fileAt(url);
  const worker = new Worker(source, named ? { name: 'goro', execArgv: [] } : { name: 'goro' });
  let error = new Error(ENDED);
  worker.on('message', (message: FromWorker) => listener.message(message));
  worker.on('error', (thrown) => { error = thrown instanceof Error ? thrown : new Error(String(thrown)); });
  worker.on('messageerror', (thrown) => { error = thrown; });
  worker.on('exit', () => listener.gone(error));
  worker.unref();
  return {
    post: (message) => worker.postMessage(message),
    terminate: async () => { await worker.terminate(); },
  };
}

async function spawnWeb(url: string | URL | undefined, listener: Listener): Promise<Thread> {
  const worker = await webWorker(url);
  worker.onmessage = ({ data }: MessageEvent<FromWorker>) => listener.message(data);
  worker.onerror = (event) => {
    event.preventDefault();
    listener.threw(new Error(event.message || 'the worker file did not load'));
  };
  worker.addEventListener('close', () => listener.gone(new Error(ENDED))); // Bun's
  return {
    post: (message) => worker.postMessage(message),
    terminate: async () => worker.terminate(),
  };
}

/** A worker has to be of the page's origin: from elsewhere its text is fetched. */
async function webWorker(url: string | URL | undefined): Promise<Worker> {
  const source = fileAt(url);
  const { location } = globalThis as Globals;
  if (!location || source.origin === location.origin || !source.protocol.startsWith('http')) {
    return url === undefined ? ownWorker() : new Worker(source, { type: 'module', name: 'goro' });
  }
  const response = await fetch(source);
  if (!response.ok) throw new Error(`HTTP ${response.status} for ${source}`);
  const blob = URL.createObjectURL(new Blob([await response.text()], { type: 'text/javascript' }));
  try {
    return new Worker(blob, { type: 'module', name: 'goro' });
  } finally {
    setTimeout(() => URL.revokeObjectURL(blob), 60_000); // it has been loaded then
  }
}

/** Have `gone` called when the worker that holds the lock has ended: browsers do not say so. */
export function watch(lock: string, gone: () => void): void {
  const { locks } = (globalThis as Globals).navigator ?? {};
  void locks?.request(lock, gone).catch(() => {});
}
