// Runs a command and says faithfully what it did.
import { spawn } from 'node:child_process';

export const OUTPUT_CAP = 16 << 20; // who prints without end is stopped

/**
 * @typedef {object} Result
 * @property {string} stdout
 * @property {string} stderr
 * @property {number|string} code  exit code, or what ended the program instead:
 *   a signal's name, 'timeout', 'too much output', 'error: ...'
 */

/**
 * Runs `command`; after `timeoutMs` it and its children are killed, and the
 * result holds what was printed up to there. `more`: what the command gets as open
 * descriptors, from 3 on.
 * @returns {Promise<Result>}
 */
export function run(command, args, { env, cwd, timeoutMs, more = [] }) {
  return new Promise((resolve) => {
    const out = { stdout: [], stderr: [] };
    let size = 0;
    let stopped; // why we killed it
    const child = spawn(command, args, {
      env,
      cwd,
      detached: true, // a process group of its own, to be killed as a whole
      stdio: ['ignore', 'pipe', 'pipe', ...more],
    });
    const stop = (why) => {
      stopped ??= why;
      kill(child);
    };
    const timer = setTimeout(stop, timeoutMs, 'timeout');
    for (const name of ['stdout', 'stderr']) {
      child[name].on('data', (bytes) => {
        size += bytes.length;
        if (size > OUTPUT_CAP) stop('too much output');
        else out[name].push(bytes);
      });
    }
    const finish = (code) => {
      clearTimeout(timer);
      resolve({
        stdout: Buffer.concat(out.stdout).toString(),
        stderr: Buffer.concat(out.stderr).toString(),
        code: stopped ?? code,
      });
    };
    child.on('error', (error) => finish(`error: ${error.message}`));
    child.on('close', (code, signal) => finish(code ?? signal));
  });
}

function kill(child) {
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // it ended by itself in between
  }
}
