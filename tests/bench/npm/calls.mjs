// A runtime of calls.c, which npm.mjs has built.
import { readFileSync } from 'node:fs';
import { start } from '../../../bindings/dist/index.js';

export const MODULE = new URL('../../../build/bench/calls.wasm', import.meta.url);

export const startC = () => start({ wasm: readFileSync(MODULE) });
