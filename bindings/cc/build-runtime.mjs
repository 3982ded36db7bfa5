#!/usr/bin/env node
/**
 * Builds libgoro.a for every target and variant into build/.
 *
 *   build-runtime.mjs [-v] [wasi|wasi-threads|js|js-threads|npm|npm-threads|package|native]...     default: all
 *
 * What is up to date is skipped: a library is older than one of the runtime's
 * files, the flags or the compiler's name, or it is not built again.
 */
import { buildLibrary, newestSource, VARIANTS } from './library.mjs';
import { parallel, ToolError } from './run.mjs';
import { UsageError } from './tools.mjs';

/** @param {string[]} args */
async function main(args) {
  const verbose = args.includes('-v');
  const named = args.filter((a) => a !== '-v');
  const unknown = named.find((t) => !VARIANTS[t]);
  if (unknown) throw new UsageError(`no target ${unknown}; there are: ${Object.keys(VARIANTS).join(' ')}`);
  const sourceTime = newestSource();
  const targets = named.length ? named : Object.keys(VARIANTS);
  await parallel(targets.flatMap((target) =>
    VARIANTS[target].map((variant) => () => buildLibrary(target, variant, { verbose, sourceTime }))));
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  const known = error instanceof UsageError || error instanceof ToolError;
  process.stderr.write(`build-runtime: ${known ? error.message : error.stack}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
