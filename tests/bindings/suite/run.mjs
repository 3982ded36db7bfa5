// Runs all suites, in Node or in a page, and prints a line of JSON for each test;
// or with --list, which there are.
import { setGuest } from './guest-start.mjs';
import { closeShared, runTest, setMode, tests } from './harness.mjs';

const SUITES = [
  'channel', 'select', 'goroutine', 'sync', 'context', 'group', 'calledoff', 'deadlock', 'lifetime', 'slots', 'codec', 'module', 'workers', 'leaks', 'trace',
  'block', 'guest',
];

/** Take in the tests of a file as those of a suite. */
async function take(suite, file) {
  const before = tests.length;
  await import(file);
  for (const each of tests.slice(before)) each.suite = suite;
}

/** args: files of suites; --suite=NAME, only that one; --mode=mt, st or auto; --guest=FILE, the module in C. */
async function main(args, print) {
  const option = (name) => args.find((arg) => arg.startsWith(`--${name}=`))?.split('=')[1];
  setMode(option('mode') ?? 'auto');
  if (option('guest')) setGuest(option('guest'));
  for (const suite of option('suite')?.split() ?? SUITES) await take(suite, `./${suite}.mjs`);
  for (const file of args.filter((arg) => !arg.startsWith('--'))) await take('examples', file);
  for (const each of tests) {
    const { suite, name } = each;
    print(JSON.stringify({ suite, name, ...(args.includes('--list') ? {} : await runTest(each)) }));
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
