// Runs all suites, in Node or in a page, and prints a line of JSON for each test.
import { closeShared, runTest, tests } from './harness.mjs';

const SUITES = ['channel', 'select', 'goroutine', 'sync', 'context', 'group', 'calledoff', 'deadlock', 'lifetime', 'codec', 'module', 'leaks'];

async function main(args, print) {
  for (const suite of SUITES) await import(`./${suite}.mjs`);
  for (const file of args) await import(file);
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

if (globalThis.process) await main(process.argv.slice(2), console.log);
