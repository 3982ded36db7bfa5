// The npm package: the same suites on each Node, on Deno, Bun and in each browser, with
// workers and on one thread, with the examples of the documentation among them.
import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { runInPage } from '../harness/browser.mjs';
import { build } from '../harness/build.mjs';
import { closeHosts, hosts } from '../harness/hosts.mjs';
import { root } from '../harness/paths.mjs';
import { exampleSource } from './examples.mjs';

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

for (const host of hosts([...SERVERS, ...BROWSERS])) {
  for (const mode of MODES) {
    test(`${host.name}, ${mode}`, async (t) => {
      const { code, stdout, stderr } = await run(host, mode);
      const lines = stdout.split('\n').filter(Boolean).map((line) => JSON.parse(line));
      for (const { name, wrong } of lines) await t.test(name, () => assert.equal(wrong, undefined));
      assert.equal(code, 0, stderr);
      assert.equal(stderr, '');
      assert.ok(lines.length > 80, `${lines.length} tests`);
    });
  }
}
