// Builds test programs, each once for all hosts of a target, and keeps what it
// built by the hash of everything that went in.
import { createHash } from 'node:crypto';
import {
  existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync,
  rmSync,
} from 'node:fs';
import { join, parse } from 'node:path';
import { built, root, tests } from './paths.mjs';
import { goroCc } from './cc.mjs';

const WARNINGS = ['-Wall', '-Wextra', '-Werror'];
const INCLUDES = ['-Iruntime', '-Itests'];
// What the dump says of places is the same wherever the clone is.
const PLACES = [`-fmacro-prefix-map=${root}/=`];
const EXTENSION = {
  wasi: '.wasm', 'wasi-threads': '.wasm', js: '.mjs', 'js-threads': '.mjs', package: '.wasm', native: '', 'native-tsan': '', 'native-plain': '',
};
const FLAGS = {
  'wasi-threads': ['--threads'],
  'js-threads': ['--threads=only'],
  package: ['--package'],
  'js-threads-fallback': ['--threads'],
  native: ['--target=native', '--sanitize', '-g'],
  'native-tsan': ['--target=native', '--sanitize=thread', '-g'],
  'native-plain': ['--target=native', '-g'],
};
const DRIVER = join(root, 'bindings/cc');

const started = new Map(); // folder → promise of the built file

/**
 * Builds `source` for a target, a key of EXTENSION; `debug` links the runtime that
 * checks its own invariants; `fallback`, for 'js-threads', also makes the program
 * for hosts without threads.
 * @returns {Promise<string>} the file to run
 */
export function build(source, target, { debug = false, fallback = false, flags = [] } = {}) {
  const args = [
    // Unit tests see the runtime's own structs: the same as the library's.
    ...(debug ? ['--debug', '-DGORO_DEBUG=1', '-g'] : []), // -g: names in traps
    ...(FLAGS[fallback ? `${target}-fallback` : target] ?? FLAGS[target] ?? []),
    ...WARNINGS, ...INCLUDES, ...PLACES, '-O1', ...flags,
  ];
  const more = flags.filter((f) => f.endsWith('.c')).map((f) => read(join(root, f)));
  const key = hash([read(source), ...more, common(), libraries(target), args.join(' ')]);
  const { name } = parse(source);
  const folder = join(built, `${name}-${target}-${key}`);
  if (!started.has(folder)) {
    started.set(folder, compile(source, args, folder, name + EXTENSION[target]));
  }
  return started.get(folder);
}

async function compile(source, args, folder, name) {
  await once(folder, async (temporary) => {
    const failure = await goroCc([...args, source, '-o', join(temporary, name)]);
    if (failure) throw new Error(`goro cc ${name}: ${failure}`);
  });
  return join(folder, name);
}

/**
 * Has make(temporary) fill `folder`, if it is not there. It is made under another
 * name: another process may make the same, and what broke off must not look like
 * a whole one.
 */
export async function once(folder, make) {
  if (existsSync(folder)) return;
  mkdirSync(built, { recursive: true });
  const temporary = mkdtempSync(join(built, '.new-'));
  try {
    await make(temporary);
    moveInto(temporary, folder);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

function moveInto(temporary, folder) {
  try {
    renameSync(temporary, folder);
  } catch (error) {
    if (!['ENOTEMPTY', 'EEXIST'].includes(error.code)) throw error;
    // the other process was faster, with the same content
  }
}

// ---------------------------------------------------------------- what goes in
const read = (file) => readFileSync(file);

export function hash(parts) {
  const sum = createHash('sha256');
  for (const part of parts) sum.update(part).update('\0');
  return sum.digest('hex').slice(0, 16);
}

function below(folder, pattern) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true })
    .filter((file) => pattern.test(file))
    .sort()
    .map((file) => join(folder, file));
}

const hashFiles = (files) => hash(files.flatMap((file) => [file, read(file)]));

const memo = (compute) => {
  const known = new Map();
  return (key) => {
    if (!known.has(key)) known.set(key, compute(key));
    return known.get(key);
  };
};

// Every header, the driver, the versions of the tools, and the compiler whose libc
// is built here (its path names what it is built from)
const common = memo(() =>
  hash([
    hashFiles([
      ...below(join(root, 'runtime'), /\.(h|hpp|js)$/),
      ...below(tests, /\.h$/),
      ...below(DRIVER, /\.m?js$/),
    ]),
    process.env.GORO_TOOLS ?? '',
    process.env.WASI_THREADS_CC ?? '',
    process.env.WASI_CXX ?? '',
  ]),
);

// What the driver links: a target's folder in build/ and, as 'js-threads' has both
// builds and 'native-tsan' is in the one of 'native', that of its first word
const libraries = memo((target) =>
  hashFiles([target, target.split('-')[0]]
    .flatMap((folder) => below(join(root, 'build', folder), /\.(a|js|o)$/))),
);
