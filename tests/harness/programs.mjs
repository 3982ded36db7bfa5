// The test programs: a C file each, with what it says about itself.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, parse } from 'node:path';
import { tests } from './paths.mjs';

/**
 * @typedef {object} Program
 * @property {string} kind      its folder: 'unit'
 * @property {string} name      'unit/chan_test'
 * @property {string} source    the C file
 * @property {string[]|undefined} hosts  the only hosts it is for
 * @property {string[]} args
 * @property {Record<string, string>} env
 * @property {string[]} dirs    handed to wasmtime with --dir
 * @property {string[]} flags   for the compiler
 * @property {string[]} tsan    more of them for native-tsan
 * @property {boolean} swept    run under many seeds on several Ms, too
 * @property {boolean} isolated a page for it has SharedArrayBuffer
 * @property {number} timeoutMs of a run
 */

const TIMEOUT_S = 60;
// Where other files lie beside the programs
const SUFFIX = { unit: '_test.c', stress: '_stress.c', cpp: '_test.cpp' };
const KEYS = ['hosts', 'args', 'env', 'dirs', 'flags', 'tsan', 'isolated', 'swept', 'timeout'];

/**
 * The programs of tests/KIND whose name NAME leaves, all where it is unset; with
 * that GORO_MAXPROCS, unless they set it themselves.
 */
export function programs(kind, procs = process.env.PROCS ?? '1') {
  const folder = join(tests, kind);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => file.endsWith(SUFFIX[kind] ?? '.c'))
    .sort()
    .map((file) => describe(kind, join(folder, file), parse(file).name, procs))
    .filter(wanted);
}

function wanted({ name }) {
  const parts = process.env.NAME?.split(/[\s,]+/).filter(Boolean) ?? [];
  return !parts.length || parts.some((part) => name.includes(part));
}

function describe(kind, source, base, procs) {
  const said = directives(source);
  const { hosts, args = [], env = [], dirs = [], flags = [], tsan = [], isolated, swept, timeout } = said;
  const { SEED } = process.env;
  const seed = SEED ? { GORO_SEED: SEED } : {};
  return {
    kind,
    name: `${kind}/${base}`,
    source,
    hosts,
    args,
    env: { GORO_MAXPROCS: procs, ...Object.fromEntries(env.map(variable)), ...seed },
    dirs,
    flags,
    tsan,
    // What sets the number of Ms or the seed is about that.
    swept: swept?.[0] !== 'no' && !env.some((pair) => /^GORO_(MAXPROCS|SEED)=/.test(pair)),
    isolated: isolated?.[0] !== 'no',
    timeoutMs: Number(timeout?.[0] ?? TIMEOUT_S) * 1000,
  };
}

// 'A=b=c' is A, with the value b=c
const variable = (pair) => /^([^=]*)=(.*)$/.exec(pair).slice(1);

// Lines like ` * test: hosts wasi native` in the program's comments
function directives(source) {
  const said = {};
  const text = readFileSync(source, 'utf8');
  for (const [, line] of text.matchAll(/^[ */]*\btest: (.*?)(?:\*\/)?$/gm)) {
    const [key, ...words] = line.trim().split(/\s+/);
    if (!KEYS.includes(key)) throw new Error(`${source}: unknown "test: ${key}"`);
    said[key] = words;
  }
  return said;
}

/** The text of the program's companion file (NAME.out ...), or undefined. */
export function companion({ source }, extension) {
  const file = source.replace(/\.c$/, extension);
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}
