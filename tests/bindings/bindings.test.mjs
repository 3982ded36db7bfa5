// The npm package: the same suites on each Node, on Deno, Bun and in each browser, with
// workers and on one thread, with the examples of the documentation among them.
import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { runInPage } from '../harness/browser.mjs';
import { build } from '../harness/build.mjs';
import { closeHosts, hosts } from '../harness/hosts.mjs';
import { root } from '../harness/paths.mjs';
import { run as runProgram } from '../harness/run.mjs';
import { examples, exampleSource } from './examples.mjs';

after(closeHosts);

const SERVERS = ['node20', 'node26', 'deno', 'bun'];
const BROWSERS = ['chromium', 'firefox'];
const SUITE = join(root, 'tests/bindings/suite/run.mjs');
const EXAMPLES = join(root, 'build/tests/bindings/examples.mjs');
mkdirSync(join(root, 'build/tests/bindings'), { recursive: true });
writeFileSync(EXAMPLES, exampleSource());
copyFileSync(await build(join(root, 'tests/bindings/guest.c'), 'package'), join(root, 'build/tests/bindings/guest.wasm'));

const options = { env: {}, dirs: [], timeoutMs: 180_000 };

/** With workers; and on one thread, which in a page is so for want of headers. */
const MODES = ['mt', 'st'];

/** Everything on one host, in one process or page. */
function run(host, mode) {
  if (!BROWSERS.includes(host.name)) return host.run(SUITE, { ...options, args: [`--mode=${mode}`, EXAMPLES] });
  const isolated = mode === 'mt';
  return runInPage(host.name, root, SUITE, { ...options, isolated, args: [`--mode=${isolated ? mode : 'auto'}`, '/build/tests/bindings/examples.mjs'] });
}

const linesOf = (stdout) => stdout.split('\n').filter(Boolean).map((line) => JSON.parse(line));
const namesOf = (lines) => lines.map(({ suite, name }) => `${suite}: ${name}`);

/** The tests that there are in a mode, on all hosts. */
const declared = {};
for (const mode of MODES) {
  const { stdout } = await runProgram(process.execPath, [SUITE, '--list', `--mode=${mode}`, EXAMPLES], { env: {}, cwd: root, timeoutMs: 60_000 });
  declared[mode] = linesOf(stdout);
}

test('no suite, test or example is left out', () => {
  const folder = join(root, 'tests/bindings/suite');
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.mjs') && !['run.mjs', 'harness.mjs', 'guest-start.mjs'].includes(name))) {
    const calls = readFileSync(join(folder, file), 'utf8').match(/^(?:  )*(?:test|testAnywhere|mtTest)\(/gm);
    const suite = declared.mt.filter((each) => `${each.suite}.mjs` === file);
    assert.ok(suite.length >= calls.length && calls.length > 0, `${file}: ${suite.length} tests, of ${calls.length}`);
  }
  for (const mode of MODES) assert.equal(declared[mode].filter(({ suite }) => suite === 'examples').length, examples().length);
  const shared = namesOf(declared.mt.filter(({ suite }) => suite !== 'workers'));
  assert.deepEqual(namesOf(declared.st), shared);
});

for (const host of hosts([...SERVERS, ...BROWSERS])) {
  for (const mode of MODES) {
    test(`${host.name}, ${mode}`, async (t) => {
      const { code, stdout, stderr } = await run(host, mode);
      const lines = linesOf(stdout);
      for (const { name, wrong, skipped } of lines) await t.test(name, { skip: skipped }, () => assert.equal(wrong, undefined));
      assert.equal(code, 0, stderr);
      assert.equal(stderr, '');
      assert.deepEqual(namesOf(lines), namesOf(declared[mode]));
    });
  }
}
