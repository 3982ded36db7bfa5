/** Runs tools: their output is the user's, a failure is an Error. */
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { toolEnv } from './tools.mjs';

/** A tool ended with an error; it has said why by itself. */
export class ToolError extends Error {
  name = 'ToolError';
  /** @param {string} command @param {number} code */
  constructor(command, code) {
    super(`${command} failed`);
    this.code = code;
  }
}

/**
 * Run a command to its end.
 * @param {string[]} command words
 * @param {{ verbose?: boolean }} [options] verbose prints the command first
 * @returns {Promise<void>}
 * @throws {ToolError}
 */
export function run(command, { verbose = false } = {}) {
  if (verbose) process.stderr.write(`${command.map(quote).join(' ')}\n`);
  return new Promise((resolve, reject) => {
    const child = spawn(command[0], command.slice(1), {
      stdio: ['ignore', 'inherit', 'inherit'], env: toolEnv(),
    });
    child.on('error', (e) => reject(new Error(`cannot run ${command[0]}: ${e.message}`)));
    child.on('exit', (code, signal) =>
      code === 0 ? resolve() : reject(new ToolError(signal ? `${command[0]} (${signal})` : command[0], code ?? 1)));
  });
}

const quote = (word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);

/**
 * Do all jobs, as many at a time as there are processors; the first failure
 * wins, after the running ones have ended.
 * @param {(() => Promise<void>)[]} jobs
 */
export async function parallel(jobs) {
  const left = [...jobs];
  let failure;
  const worker = async () => {
    for (let job; !failure && (job = left.shift()); ) await job().catch((e) => (failure ??= e));
  };
  await Promise.all(Array.from({ length: Math.min(jobs.length, availableParallelism()) }, worker));
  if (failure) throw failure;
}
