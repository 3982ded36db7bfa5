/** The modules whose functions are called, and how they run. */
import type { Core } from './core.js';
import { LoadError, UsageError } from './errors.js';
import { isGenerator, startSteps } from './goroutine.js';

/** What a module exports; or its loading, which is tried again if it fails. */
const loaded = new Map<string, Promise<Record<string, unknown>>>();

async function load(url: string): Promise<Record<string, unknown>> {
  try {
    return await import(/* @vite-ignore */ /* webpackIgnore: true */ url) as Record<string, unknown>;
  } catch (cause) {
    loaded.delete(url);
    throw new LoadError(`${url} did not load: ${(cause as Error)?.message ?? cause}; it has to be there with all that it imports, from bundlers as an entry`, { cause });
  }
}

/**
 * A module's function.
 * @throws {LoadError} if the module does not load
 * @throws {UsageError} if it has no such function
 */
export async function functionOf(url: string, name: string): Promise<(...args: unknown[]) => unknown> {
  let module = loaded.get(url);
  if (!module) loaded.set(url, module = load(url));
  const fn = (await module)[name];
  if (typeof fn !== 'function') throw new UsageError(`${url} exports no function ${name}; it exports ${Object.keys(await module).join(', ')}`);
  return fn as (...args: unknown[]) => unknown;
}

/**
 * Run a function that was called from elsewhere. A generator is a goroutine; the
 * promise of an async function is waited for by whoever called this.
 */
export function run(core: Core, name: string, fn: (...args: unknown[]) => unknown, args: unknown[], signal: AbortSignal | undefined): unknown {
  const result = fn(...args);
  return isGenerator(result) ? startSteps(core, name, result, signal).promise() : result;
}
