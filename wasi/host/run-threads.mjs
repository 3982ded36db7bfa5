#!/usr/bin/env node
// Runs a module for wasi-threads: what wasmtime did with -S threads up to 46.
// options.mjs says how it is called.
import v8 from 'node:v8';
import { load, ModuleError } from './module.mjs';
import { parse, USAGE, UsageError } from './options.mjs';
import { run } from './process.mjs';
import { print } from './stdio.mjs';

/** @returns {Promise<number>} the exit code */
async function main(words) {
  const options = parse(words);
  if (options.help) {
    print(1, USAGE);
    return 0;
  }
  // The baseline compiler of Node 20 (V8 11.3) loses every local that lives
  // across memory.atomic.wait32: a wait in a loop would hang for ever.
  const node20 = process.versions.node.startsWith('20.');
  if (node20 && !options.liftoff) v8.setFlagsFromString('--no-liftoff');
  return run(await load(options.bytes), options);
}

function report(error) {
  const usage = error instanceof UsageError;
  const known = usage || error instanceof ModuleError;
  print(2, `run-threads: ${known ? error.message : error.stack}\n`);
  if (usage) print(2, 'run-threads.mjs --help says how to call it\n');
  return usage ? 2 : 1;
}

// Other threads may wait, or run, without end: exit does not ask them.
process.exit(await main(process.argv.slice(2)).catch(report));
