// The command line of run-threads.
import { readFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';

export const USAGE = `usage: run-threads.mjs [options] module.wasm [argument...]

Runs a WASI module with threads (wasi-threads) under Node, a worker per thread.

  --dir DIR           give the module this folder; HOST::GUEST renames it
  --env NAME=VALUE    set a variable; NAME alone takes Node's own. None is set else
  --liftoff           Node 20: keep V8's baseline compiler, which loses locals
                      that live across a wait; for modules that have none
  --help              this

The exit code is the module's; 134 after a trap, 1 where the module or the host
fails, 2 for wrong usage.
`;

/** A wrong command line. */
export class UsageError extends Error {
  name = 'UsageError';
}

/**
 * @typedef {object} Options
 * @property {boolean} help
 * @property {boolean} liftoff
 * @property {Record<string, string>} preopens  guest's path → host's
 * @property {Record<string, string>} env
 * @property {string} file
 * @property {Uint8Array} bytes  of the module
 * @property {string[]} args     the module's, its own name first
 */

/** @param {string[]} words @returns {Options} @throws {UsageError} */
export function parse(words) {
  const options = { help: false, liftoff: false, preopens: {}, env: {} };
  const left = [...words];
  while (left[0]?.startsWith('-')) {
    const word = left.shift();
    if (word === '--') break;
    takeOption(options, word, left);
    if (options.help) return options;
  }
  const [file, ...args] = left;
  if (file === undefined) throw new UsageError('no module is named');
  return { ...options, file, bytes: read(file), args: [basename(file), ...args] };
}

function takeOption(options, word, left) {
  const [, name, glued] = /^(--\w+)=(.*)$/s.exec(word) ?? [, word];
  const value = () => {
    const text = glued ?? left.shift();
    if (text === undefined) throw new UsageError(`${name} needs a value`);
    return text;
  };
  if (word === '--help' || word === '-h') options.help = true;
  else if (word === '--liftoff') options.liftoff = true;
  else if (name === '--dir') addFolder(options.preopens, value());
  else if (name === '--env') addVariable(options.env, value());
  else throw new UsageError(`unknown option ${word}`);
}

function addFolder(preopens, text) {
  const [host, guest = host] = text.split('::');
  if (!statSync(host, { throwIfNoEntry: false })?.isDirectory()) {
    throw new UsageError(`--dir ${text}: ${host} is no folder`);
  }
  preopens[guest] = host;
}

function addVariable(env, text) {
  const at = text.indexOf('=');
  const name = at < 0 ? text : text.slice(0, at);
  const value = at < 0 ? process.env[name] : text.slice(at + 1);
  if (!name) throw new UsageError(`--env ${text}: NAME=VALUE is needed`);
  if (value !== undefined) env[name] = value;
}

function read(file) {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new UsageError(`cannot read ${file}: ${error.message}`);
  }
}
