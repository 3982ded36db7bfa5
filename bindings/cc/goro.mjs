#!/usr/bin/env node
/** The command `goro`. */
import { readFileSync } from 'node:fs';
import { cc } from './cc.mjs';
import { CC_USAGE, parseOptions } from './options.mjs';
import { ModuleError } from './passes/module.mjs';
import { ToolError } from './run.mjs';
import { UsageError } from './tools.mjs';

const USAGE = `usage: goro cc [options] FILE... -o OUTPUT
       goro cc --help
       goro --version

Goroutines, channels and select for C programs in WebAssembly.
`;

const version = () =>
  JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).version;

/** A wrong command line: exit code 2, as shells and compilers have it. */
function usage(text) {
  process.stderr.write(text);
  return 2;
}

/** @param {string[]} args @returns {Promise<number>} exit code */
async function main([command, ...args]) {
  if (command === '--help' || command === '-h') return print(USAGE);
  if (command === '--version') return print(`goro ${version()}\n`);
  if (command !== 'cc') {
    return usage(command === undefined ? USAGE : `goro: unknown command ${command}\n${USAGE}`);
  }
  if (args.includes('--help') || args.includes('-h')) return print(CC_USAGE);
  try {
    await cc(parseOptions(args));
    return 0;
  } catch (error) {
    return report(error);
  }
}

function report(error) {
  const known = [UsageError, ToolError, ModuleError].some((kind) => error instanceof kind);
  process.stderr.write(`goro cc: ${known ? error.message : error.stack}\n`);
  return error instanceof UsageError ? 2 : 1;
}

function print(text) {
  process.stdout.write(text);
  return 0;
}

process.exitCode = await main(process.argv.slice(2));
