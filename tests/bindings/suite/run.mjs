// Runs all suites, in Node or in a page, and prints a line of JSON for each test.
import { setGuest } from './guest-start.mjs';
import { closeShared, runTest, setMode, tests } from './harness.mjs';

const SUITES = [
  'channel', 'select', 'goroutine', 'sync', 'context', 'group', 'calledoff', 'deadlock', 'lifetime', 'codec', 'module', 'workers', 'leaks', 'trace',
  'guest',
];

/** args: files of suites; --suite=NAME, only that one; --mode=mt, st or auto; --guest=FILE, the module in C. */
async function main(args, print) {
  const option = (name) => args.find((arg) => arg.startsWith(`--${name}=`))?.split('=')[1];
  setMode(option('mode') ?? 'auto');
  if (option('guest')) setGuest(option('guest'));
  for (const suite of option('suite')?.split() ?? SUITES) await import(`./${suite}.mjs`);
  for (const file of args.filter((arg) => !arg.startsWith('--'))) await import(file);
  for (const each of tests) {
    const wrong = await runTest(each);
    print(JSON.stringify({ name: each.name, wrong }));
  }
  await closeShared();
}

/** For a page, as page-program.mjs of the harness calls it. */
export default async function app({ arguments: args, print, onExit }) {
  await main(args, print);
  onExit(0);
}

if (globalThis.process) {
  await main(process.argv.slice(2), console.log);
  // They wait for workers that loop for ever, or are idle (bindings/README.md).
  if (globalThis.Deno || globalThis.Bun) process.exit();
}
