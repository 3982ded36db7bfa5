/**
 * From a linked module to one whose goroutines can be suspended.
 *
 *   linked → (guest) → stack growth → asyncify → unwind bound → -O3 → frames
 *
 * Our own passes use the npm package binaryen; asyncify and the optimiser run
 * in the native wasm-opt, which is four times as fast.
 */
import { join } from 'node:path';
import { ASYNCIFY, FEATURES, NO_INLINE, PASS_EXPORTS } from '../flags.mjs';
import { run } from '../run.mjs';
import { tool } from '../tools.mjs';
import { guest as makeGuest } from './guest.mjs';
import { readModule, validate, writeModule } from './module.mjs';
import { fillFrames } from './recursion.mjs';
import { refuseUnsupported } from './refuse.mjs';
import { growStacks } from './stackgrow.mjs';
import { boundUnwinding } from './unwind.mjs';

/**
 * @param {string} input linked module
 * @param {string} output
 * @param {{ temp: string, optimize: string, names: boolean, guest?: boolean, verbose?: boolean }} options
 *   temp: a folder for what is between; optimize: '-O3' or '-Oz'; names: keep
 *   function names; guest: it is a user's, for the npm package
 */
export async function transform(input, output, { temp, optimize, names, guest = false, verbose = false }) {
  const features = ['--mvp-features', ...FEATURES.map((f) => `--enable-${f}`)];
  const file = (stage) => join(temp, `${stage}.wasm`);
  const wasmOpt = (from, to, args) =>
    run([...tool('WASM_OPT'), from, '-o', to, '-g', ...features, ...args], { verbose });
  const note = (stage, result) => verbose && process.stderr.write(`${stage}: ${JSON.stringify(result)}\n`);

  const linked = readModule(input);
  refuseUnsupported(linked);
  const described = guest && makeGuest(linked);
  note('stack growth', growStacks(linked));
  writeModule(linked, file('grown'));

  await wasmOpt(file('grown'), file('suspendable'), ASYNCIFY);

  const suspendable = readModule(file('suspendable'));
  note('unwind bound', boundUnwinding(suspendable));
  for (const name of PASS_EXPORTS) suspendable.removeExport(name);
  writeModule(suspendable, file('bounded'));

  // What the first round leaves is worth a second one where bytes count.
  await wasmOpt(file('bounded'), file('optimized'), [...NO_INLINE, optimize, ...(optimize === '-Oz' ? [optimize] : [])]);

  const optimized = readModule(file('optimized'));
  fillFrames(optimized);
  optimized.runPasses(['strip-producers', 'strip-target-features']);
  if (described) optimized.addCustomSection(described.section, described.bytes);
  validate(optimized);
  writeModule(optimized, output, { names });
}
