/** Whether there can be workers, and if not, why. */
import { LoadError } from './errors.js';
import { compile, type WasmSource } from './ffi.js';

/** What was chosen; without a module, the one beside the package's files. */
export type Choice =
  | { readonly mode: 'mt'; readonly reason: string; readonly module: WebAssembly.Module; readonly machine: typeof import('./machine.js') }
  | { readonly mode: 'st'; readonly reason: string; readonly module: WasmSource | undefined };

/** Of {@link StartOptions}. */
interface Wanted {
  readonly mode?: 'auto' | 'mt' | 'st';
  readonly seed?: number;
  readonly wasm?: WasmSource;
  readonly wasmMt?: WasmSource;
}

interface Globals {
  crossOriginIsolated?: boolean;
  Worker?: unknown;
  process?: { getBuiltinModule?: unknown };
}

/** Why there can be no workers over one memory. */
function obstacle(): string | undefined {
  const { crossOriginIsolated, Worker, process } = globalThis as Globals;
  if (crossOriginIsolated === false) {
    return 'the page is not cross-origin isolated: it is served without the headers ' +
      'Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp';
  }
  if (typeof SharedArrayBuffer === 'undefined') return 'there is no SharedArrayBuffer here';
  if (!Worker && !process?.getBuiltinModule) return 'there is no Worker here';
  return undefined;
}

const single = (reason: string, module: WasmSource | undefined): Choice => ({ mode: 'st', reason, module });

const REMEDY = "start({ mode: 'auto' }) does without, and takes goro.wasm as wasm, goro-mt.wasm as wasmMt";

/** The module for agents takes its memory from outside. */
const forAgents = (module: WebAssembly.Module) => WebAssembly.Module.imports(module).some((each) => each.kind === 'memory');

async function compileForAgents(source: WasmSource): Promise<WebAssembly.Module> {
  const module = await compile(source);
  if (!forAgents(module)) throw new LoadError('start({ wasmMt }) has the module for one thread; pass goro-mt.wasm, and this one as wasm');
  return module;
}

/** How a runtime is to run. Of two modules that are given one is loaded. */
export async function choose({ mode = 'auto', seed, wasm, wasmMt }: Wanted): Promise<Choice> {
  const asked = mode === 'st' ? "mode: 'st'" : mode === 'auto' && seed !== undefined ? 'seed' : undefined;
  const cannot = asked ? `start({ ${asked} }) asks for one thread` : obstacle();
  const given = wasm === undefined || (wasmMt !== undefined && !cannot) ? undefined : await compile(wasm);
  if (cannot || (given && !forAgents(given))) {
    const reason = cannot ?? 'start({ wasm }) has a module for one thread; with goro.wasm, pass goro-mt.wasm as wasmMt';
    if (mode === 'mt' || (given && forAgents(given))) throw new LoadError(`there can be no workers: ${reason}; ${REMEDY}`);
    return single(reason, given);
  }
  try {
    const [module, machine] = await Promise.all([
      given ?? compileForAgents(wasmMt ?? new URL('./goro-mt.wasm', import.meta.url)),
      import('./machine.js'),
    ]);
    return { mode: 'mt', reason: 'memory can be shared with workers here', module, machine };
  } catch (error) {
    if (mode === 'mt') throw error;
    return single((error as Error).message, wasm);
  }
}
