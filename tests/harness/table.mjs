// A row per program and host, for node's test runner.
import { after, test } from 'node:test';
import { build } from './build.mjs';
import { closeHosts, hosts } from './hosts.mjs';
import { programs } from './programs.mjs';

/**
 * Declares the rows of tests/KIND.
 * @param {string} kind
 * @param {(result, program) => void} judge  throws where the result is wrong
 * @param {object} options
 * @param {string} [options.suffix]
 * @param {boolean} [options.debug]
 * @param {string[]} [options.hosts]  where programs run that name no hosts
 *   themselves; all but the extra ones without it
 */
export function table(kind, judge, { suffix, debug, hosts: named } = {}) {
  after(closeHosts);
  for (const program of programs(kind, suffix)) {
    for (const host of hosts(program.hosts ?? named)) {
      test(`${program.name} [${host.name}]`, async () => {
        judge(await runOn(host, program, { debug }), program);
      });
    }
  }
}

const flagsFor = (host, { flags, tsan }) =>
  host.target === 'native-tsan' ? [...flags, ...tsan] : flags;

/** Builds the program for the host and runs it there. */
export async function runOn(host, program, { debug, env = {} } = {}) {
  const { source, args, dirs, isolated, timeoutMs } = program;
  const flags = flagsFor(host, program);
  const file = await build(source, host.target, { debug, flags });
  return host.run(file, {
    args,
    dirs,
    isolated,
    env: { ...program.env, ...env },
    timeoutMs,
  });
}
