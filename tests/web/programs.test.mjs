// Each program of the demo page runs to its expected end, in each browser.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { hosts } from '../harness/hosts.mjs';
import { root } from '../harness/paths.mjs';
import { closeAll, withDemo } from './demo.mjs';
import { EXPECTED, EXPECTED_ALONE } from './expected.mjs';

after(closeAll);

function judge({ status, output }, want) {
  assert.match(status, want.status, output);
  judgeOutput(output, want);
}

function judgeOutput(output, want) {
  if (want.output !== undefined) assert.equal(output, want.output);
  if (want.match) assert.match(output, want.match);
  if (want.not) assert.doesNotMatch(output, want.not);
}

test('every program is expected to do something', () => {
  const all = readdirSync(join(root, 'web/programs')).filter((name) => /^[\w-]+\.js$/.test(name)).map((name) => name.slice(0, -3));
  assert.deepEqual(all.sort(), Object.keys(EXPECTED).sort());
});

/** As the page shows them: main.js is the name, and an error has no more than its own lines. */
function asInThePage(id, { stdout, stderr }) {
  const error = stderr.slice(Math.max(stderr.search(/^\w*Error: /m), 0));
  return `${stdout}${error}`.replaceAll(new RegExp(`[^\\s()]*/${id}\\.js`, 'g'), 'main.js');
}

// What is copied from the page works elsewhere.
const IN_PAGES = ['mandelbrot', 'forever', 'c']; // files beside them, a canvas
for (const host of hosts(['node20', 'node26'])) {
  for (const id of Object.keys(EXPECTED).filter((each) => !IN_PAGES.includes(each))) {
    test(`${id} [${host.name}]`, async () => {
      const ran = await host.run(join(root, 'web/programs', `${id}.js`), { args: [], env: {}, timeoutMs: 30_000 });
      const want = EXPECTED[id];
      assert.equal(ran.code, /failed/.test(want.status) ? 1 : 0, ran.stderr);
      judgeOutput(asInThePage(id, ran), want);
    });
  }
}

const WANTED = availableParallelism() > 1 ? EXPECTED : EXPECTED_ALONE;

for (const { name: browser } of hosts(['chromium', 'firefox'])) {
  for (const [id, want] of Object.entries(WANTED)) {
    test(`${id} [${browser}]`, () => withDemo(browser, { path: `#program=${id}` }, async (demo) => {
      judge(await demo.ended(), want);
      await demo.shot(`${id}-${browser}`);
    }));
  }
}

for (const { name: browser } of hosts(['chromium'])) {
  for (const [id, want] of Object.entries(EXPECTED_ALONE)) {
    test(`${id}, without isolation [${browser}]`, () => withDemo(browser, { path: `#program=${id}`, isolated: false }, async (demo) => {
      judge(await demo.ended(), want);
    }));
  }

  test(`mandelbrot: the last number is that of all Ms [${browser}]`, () => withDemo(browser, { path: '#program=mandelbrot&procs=3' }, async (demo) => {
    assert.deepEqual([...(await demo.ended()).output.matchAll(/^(\d+) at a time/gm)].map(([, n]) => n), ['1', '2', '3']);
  }));
}
