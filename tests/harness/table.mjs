// A row per program and host, for node's test runner.
import { after, test } from 'node:test';
import { build } from './build.mjs';
import { closeHosts, hosts } from './hosts.mjs';
import { isDebug, judge } from './kinds.mjs';
import { programs } from './programs.mjs';

/**
 * Declares the rows of tests/KIND: on the hosts that a program names, or on all
 * but the extra ones.
 * @param {string} kind
 */
export function table(kind) {
  after(closeHosts);
  for (const program of programs(kind)) {
    for (const host of hosts(program.hosts)) {
      test(`${program.name} [${host.name}]`, async () => {
        judge(await runOn(host, program), program);
      });
    }
  }
}

const flagsFor = (host, { flags, tsan }) =>
  host.target === 'native-tsan' ? [...flags, ...tsan] : flags;

/** Builds the program for the host and runs it there; `env` goes before its own. */
export async function runOn(host, program, env = {}) {
  const { source, args, dirs, isolated, timeoutMs } = program;
  const flags = flagsFor(host, program);
  const file = await build(source, host.target, {
    debug: isDebug(program), fallback: !isolated, flags,
  });
  return host.run(file, {
    args,
    dirs,
    isolated,
    env: { ...program.env, ...env },
    timeoutMs,
  });
}
