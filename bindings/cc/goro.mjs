#!/usr/bin/env node
/** The command `goro`. */
import { CC_USAGE, parseOptions } from './options.mjs';
import { ToolError } from './run.mjs';
import { UsageError, VERSION } from './tools.mjs';

const USAGE = `usage: goro cc [options] FILE... -o OUTPUT
       goro cc --help
       goro --version

Goroutines, channels and select for C programs in WebAssembly.
`;

/** A wrong command line: exit code 2, as shells and compilers have it. */
function usage(text) {
  process.stderr.write(text);
  return 2;
}

/** @param {string[]} args @returns {Promise<number>} exit code */
async function main([command, ...args]) {
  if (command === '--help' || command === '-h') return print(USAGE);
  if (command === '--version') return print(`goro ${VERSION}\n`);
  if (command !== 'cc') {
    return usage(command === undefined ? USAGE : `goro: unknown command ${command}\n${USAGE}`);
  }
  if (args.includes('--help') || args.includes('-h')) return print(CC_USAGE);
  try {
    const options = parseOptions(args);
    const { cc } = await driver();
    await cc(options);
    return 0;
  } catch (error) {
    return report(error);
  }
}

/** Only who compiles needs Binaryen, so the package does not bring it. */
async function driver() {
  try {
    return await import('./cc.mjs');
  } catch (error) {
    if (error.code !== 'ERR_MODULE_NOT_FOUND' || !/'binaryen'/.test(error.message)) throw error;
    throw new UsageError("the npm package binaryen is needed: run 'npm install --save-dev binaryen@132'");
  }
}

function report(error) {
  const known = error instanceof UsageError || error instanceof ToolError || error.name === 'ModuleError';
  process.stderr.write(`goro cc: ${known ? error.message : error.stack}\n`);
  return error instanceof UsageError ? 2 : 1;
}

function print(text) {
  process.stdout.write(text);
  return 0;
}

process.exitCode = await main(process.argv.slice(2));
