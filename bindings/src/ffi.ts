/**
 * What runtime/api/ffi.c exports, and how it is loaded: the two must match.
 */
import { LoadError } from './errors.js';

/** Results of operations: enum hostresult of runtime/wait/hostwait.h, and SHUT. */
export const CLOSED = -1;
export const PARKED = -2;
export const NONE = -3;
export const CANCELLED = -4;
/** The runtime is closed: no answer of the module's, but of {@link shutFfi}. */
export const SHUT = -5;

/** Bits of the flags word: enum of runtime/sched/hostg.h. */
export const READY = 1;
export const RUNNABLE = 2;

/** Bytes of a struct scase, and where its fields are. */
export const CASE_BYTES = 16;
export const CASE_SEND = 8;
export const VAL_BYTES = 8;

/** A place in the module's memory. */
export type Pointer = number;

/** The module's functions; units are ms, and slots are the package's numbers for what waits. */
export interface Ffi {
  /** Before boot; 1 to 2**32 - 1. */
  seed(seed: number): void;
  boot(): void;
  out(): Pointer;
  flags(): Pointer;
  begin(): void;
  next(last: number): number;
  wait(): number;
  settled(): number;
  /** wg: the lock of the WaitGroup that counts it, up to its end; or 0. */
  go(slot: number, site: Pointer, wg: Pointer): Pointer;
  parked(): Pointer;
  cancel(g: Pointer): number;
  sleep(ms: number, slot: number): number;
  park(): void;
  ready(g: Pointer): void;
  goid(g: Pointer): number;
  dump(): void;
  alloc(bytes: number): Pointer;
  free(p: Pointer): void;
  chan(elemsize: number, cap: number): Pointer;
  chan_free(c: Pointer): number;
  chan_waits(c: Pointer): number;
  send(c: Pointer, handle: number, slot: number): number;
  try_send(c: Pointer, handle: number): number;
  send_val(c: Pointer, slot: number): number;
  try_send_val(c: Pointer): number;
  recv(c: Pointer, slot: number): number;
  try_recv(c: Pointer): number;
  close(c: Pointer): number;
  lock_new(size: number, reason: number, exclusive: number): Pointer;
  lock_take(l: Pointer, n: number, exclusive: number, slot: number): number;
  lock_try(l: Pointer, n: number, exclusive: number): number;
  /** tells: as {@link Core.tells}; the result may then be a slot for {@link Core.told}, and 1 more. */
  lock_give(l: Pointer, n: number, exclusive: number, tells: number): number;
  lock_signal(l: Pointer, all: number): void;
  lock_taken(l: Pointer): number;
  lock_free(l: Pointer): void;
  len(c: Pointer): number;
  cases(n: number): Pointer;
  vals(n: number): Pointer;
  select(n: number, block: number, slot: number): number;
  after(ms: number): Pointer;
  trace_start(records: number): void;
  trace_stop(): void;
  trace_rings(): Pointer;
}

/** What the module for several agents has besides: runtime/api/ffi_mt.c. */
export interface FfiMt extends Ffi {
  /** A place for a worker; 0: there is no memory, or there are too many. */
  agent_new(): Pointer;
  agent_enter(agent: Pointer): void;
  agent_leave(): void;
  /** 1: it is within the runtime just now. */
  agent_inside(agent: Pointer): number;
  /** A worker is gone. 0: it was within the runtime, which cannot go on. */
  agent_lost(agent: Pointer): number;
  /** Then, up to 0: the channel of a receive of its that was over, and that it has not heard of. */
  agent_orphan(): Pointer;
  agent(): Pointer;
  /** The word to wait on while doze says so; async goroutines and holds. */
  note(): Pointer;
  counts(): Pointer;
  /** -1: there is work. */
  doze(): number;
  awake(): void;
  /** All agents doze, and nothing can wake them. */
  stuck(): number;
  message(on: number): void;
  chan_ref(c: Pointer): void;
  /** 1: that was the last one. */
  chan_unref(c: Pointer): number;
  chan_elem(c: Pointer, i: number): Pointer;
  lock_ref(l: Pointer): void;
  lock_unref(l: Pointer): number;
  flight_new(): Pointer;
  flight_ref(f: Pointer): void;
  flight_unref(f: Pointer): void;
  /** A block, which is the flight's then; the call's channel, and 1 more if this begins the call. */
  flight_join(f: Pointer, key: Pointer, owner: number): number;
  flight_find(f: Pointer, key: Pointer): Pointer;
  flight_forget(f: Pointer, key: Pointer): void;
  /** How many results are to be sent. */
  flight_end(f: Pointer, key: Pointer, results: Pointer): number;
  /** They were. */
  flight_over(f: Pointer, key: Pointer, results: Pointer): void;
  /** The channel of a call of an owner that is lost; 0: no more. */
  flight_orphan(f: Pointer, owner: number): Pointer;
}

/** In place of the module when the runtime is closed: every operation says so. */
export function shutFfi(): Ffi {
  const shut = () => SHUT;
  return new Proxy({} as Ffi, { get: () => shut });
}

/** What the module calls. */
export interface Host {
  /** A report's text, for descriptor 2. */
  write(text: string): void;
  /** The module cannot go on. */
  exit(): never;
  /** Memory has grown: views are void. */
  grown(): void;
  /** It is a user's module, which `section` tells of. */
  link?(section: ArrayBuffer): Promise<Link>;
}

/** What a user's module has beside what goro.wasm has: c/guest.ts. */
export interface Link {
  readonly imports: WebAssembly.Imports;
  linked(ffi: Ffi, memory: WebAssembly.Memory): void;
}

/** The custom section of a user's module, and what the names of the runtime's exports begin with there. */
const SECTION = 'goro';
const PREFIX = 'goro:';

/** What `start({ wasm })` takes: the module, where it is (seen from the page), or its bytes. */
export type WasmSource = string | URL | Response | BufferSource | WebAssembly.Module;

/** A module that is ready. */
export interface Loaded {
  ffi: Ffi;
  memory: WebAssembly.Memory;
}

/** What all agents of a runtime have in common: their memory, and when their clocks began. */
export interface Shared {
  readonly memory: WebAssembly.Memory;
  readonly origin: number;
}

/** The module on one thread. */
export async function load(source: WasmSource | undefined, host: Host, seed?: number): Promise<Loaded> {
  const module = await compile(source);
  const [section] = WebAssembly.Module.customSections(module, SECTION);
  if (!section && !WebAssembly.Module.exports(module).some(({ name }) => name === 'boot')) {
    throw new LoadError('the module has no goroutines; build it with goro cc lib.c --package -o lib.wasm');
  }
  const link = section && await host.link?.(section);
  const { exports, memory } = await instantiate(module, host, undefined, undefined, link?.imports);
  const names = Object.keys(exports).map((name) => [name.replace(PREFIX, ''), exports[name]]);
  const ffi = Object.fromEntries(names) as Ffi;
  link?.linked(ffi, memory);
  (exports['_initialize'] as () => void)();
  if (seed) ffi.seed(seed);
  ffi.boot();
  return { ffi, memory };
}

/** Connect the module with its host. Its memory is its own, unless it is shared. */
export async function instantiate(module: WebAssembly.Module, host: Host, shared?: Shared, wake?: (agent: Pointer) => void, guest?: WebAssembly.Imports): Promise<{ exports: WebAssembly.Exports; memory: WebAssembly.Memory }> {
  const decoder = new TextDecoder();
  let memory = shared?.memory as WebAssembly.Memory;
  const since = shared ? performance.timeOrigin - shared.origin : 0;
  const bytes = (p: Pointer, n: number) => {
    shared?.memory.grow(0); // as in Core.see
    return new Uint8Array(memory.buffer, p, n);
  };
  // What fills or decodes bytes takes none that are shared.
  const goro = {
    now: () => since + performance.now(),
    wall: () => Date.now(),
    // Not crypto's, which takes Node 7 ms to load: who is robbed first is no secret.
    random: (p: Pointer, n: number) => bytes(p, n).set(Array.from({ length: n }, () => Math.random() * 256)),
    write: (_fd: number, p: Pointer, n: number) => host.write(decoder.decode(bytes(p, n).slice(), { stream: true })),
    exit: () => host.exit(),
    wake,
    ...guest?.['goro'],
  };
  const env = { emscripten_notify_memory_growth: () => host.grown(), memory };
  const { exports } = await WebAssembly.instantiate(module, { ...guest, goro, env } as unknown as WebAssembly.Imports);
  // V8 misses what another thread adds just while it reads the message with the
  // memory: memory.fill and memory.copy would trap there. To grow is to look.
  shared?.memory.grow(0);
  memory ??= exports['memory'] as WebAssembly.Memory;
  return { exports, memory };
}

/** @throws {LoadError} */
export async function compile(source: WasmSource | undefined): Promise<WebAssembly.Module> {
  try {
    if (source === undefined) return await packaged();
    if (source instanceof WebAssembly.Module) return source;
    if (source instanceof ArrayBuffer || ArrayBuffer.isView(source)) return await WebAssembly.compile(source);
    // Not by instanceof: Node takes 25 ms to load Response when it is named.
    if (typeof (source as Response).arrayBuffer === 'function') return await fromResponse(source as Response);
    return await fromUrl(new URL(source as string | URL, globalThis.location?.href));
  } catch (cause) {
    throw new LoadError(`${source instanceof URL ? source.pathname.split('/').pop() : 'goro.wasm'} did not load: ${(cause as Error)?.message ?? cause}; ` +
      'serve the file beside the package, or pass start({ wasm }) its URL, its bytes or a WebAssembly.Module', { cause });
  }
}

/**
 * The package's own file; bundlers know this form. Where one does not bring the
 * file along, or the host may not read it, its copy in a script, which all do.
 */
async function packaged(): Promise<WebAssembly.Module> {
  try {
    return await fromUrl(new URL('./goro.wasm', import.meta.url));
  } catch {
    const { base64 } = await import('./embedded.js');
    return WebAssembly.compile(Uint8Array.from(atob(base64), (byte) => byte.charCodeAt(0)));
  }
}

/** Node has no fetch for files; its fs is asked for in a way that bundlers do not see. */
async function fromUrl(url: URL): Promise<WebAssembly.Module> {
  if (url.protocol !== 'file:') return fromResponse(await fetch(url));
  const { process } = globalThis as { process?: { getBuiltinModule?(name: string): { readFileSync(url: URL): BufferSource } } };
  const fs = process?.getBuiltinModule?.('node:fs');
  return fs ? WebAssembly.compile(fs.readFileSync(url)) : fromResponse(await fetch(url));
}

async function fromResponse(response: Response): Promise<WebAssembly.Module> {
  if (!response.ok) throw new Error(`HTTP ${response.status} for ${response.url}`);
  return WebAssembly.compile(await response.arrayBuffer());
}
