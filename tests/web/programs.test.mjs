// Each program of the demo page runs to its expected end, in each browser.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { hosts } from '../harness/hosts.mjs';
import { root } from '../harness/paths.mjs';
import { closeAll, withDemo } from './demo.mjs';
import { EXPECTED } from './expected.mjs';

after(closeAll);

function judge({ status, output }, want) {
  assert.match(status, want.status, output);
  if (want.output !== undefined) assert.equal(output, want.output);
  if (want.match) assert.match(output, want.match);
  if (want.not) assert.doesNotMatch(output, want.not);
}

test('every program is expected to do something', () => {
  const all = readdirSync(join(root, 'web/programs')).filter((name) => /^[\w-]+\.js$/.test(name)).map((name) => name.slice(0, -3));
  assert.deepEqual(all.sort(), Object.keys(EXPECTED).sort());
});

// What is copied from the page works elsewhere.
const IN_PAGES = ['mandelbrot', 'forever', 'c']; // files beside them, a canvas
for (const host of hosts(['node20', 'node26'])) {
  for (const id of Object.keys(EXPECTED).filter((each) => !IN_PAGES.includes(each))) {
    test(`${id} [${host.name}]`, async () => {
      const { code, stdout, stderr } = await host.run(join(root, 'web/programs', `${id}.js`), { args: [], env: {}, timeoutMs: 30_000 });
      const { status, output } = EXPECTED[id];
      assert.equal(code, /failed/.test(status) ? 1 : 0, stderr);
      if (output !== undefined) assert.equal(stdout, output);
    });
  }
}

for (const { name: browser } of hosts(['chromium', 'firefox'])) {
  for (const [id, want] of Object.entries(EXPECTED)) {
    test(`${id} [${browser}]`, () => withDemo(browser, { path: `#program=${id}` }, async (demo) => {
      judge(await demo.ended(), want);
      await demo.shot(`${id}-${browser}`);
    }));
  }
}
