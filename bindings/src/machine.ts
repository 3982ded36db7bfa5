/** The workers of a runtime: not there yet. */
import type { Core } from './core.js';
import { UsageError } from './errors.js';
import type { StartOptions } from './runtime.js';

/** @throws {UsageError} */
export async function startShared(_module: WebAssembly.Module, _options: StartOptions): Promise<{ core: Core; procs: number }> {
  throw new UsageError("start({ mode: 'mt' }): workers are not there yet; start without it");
}
