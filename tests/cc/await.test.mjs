// goro_js.h: goroutines that wait for promises, on every JavaScript host, a scene
// of await.c at a time.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { build } from '../harness/build.mjs';
import { closeHosts, hosts } from '../harness/hosts.mjs';
import { root, tests } from '../harness/paths.mjs';
import { run } from '../harness/run.mjs';

after(closeHosts);

const VALUES = `\
resolved: true resolved 7
later: true later 7
rejected: false TypeError: rejected 7
throws: false RangeError: thrown
throws_later: false a string
nothing: true undefined
thenable: true from a thenable
number: true 42
symbol: true Symbol(s)
bare: true [object Object]
bad_thenable: false Error: in then
bad_getter: false Error: getting then
`;

const DUMP = /^goroutine 1 \[running\]:\nmain\(\.\.\.\)\n\ngoroutine 2 \[await\]:\nawaits\(\.\.\.\)\ncreated by scene_dump in goroutine 1\n/m;
const NEVER = /^fatal error: all goroutines are asleep - deadlock! \(what they await can never settle: the event loop is empty\)\n\ngoroutine 1 \[await\]:\nmain\(\.\.\.\)\n\ngoroutine 2 \[sync\.Mutex\.Lock\]:\nwaits\(\.\.\.\)\n/;
const RELEASED = /^fatal error: exception from JavaScript: \d+ is the handle of no value \(any more\)\n\ngoroutine 1 \[/;

/** Per scene: exit code, stdout, and what stderr has. */
const EVERYWHERE = {
  values: [0, VALUES, ''],
  many: [0, 'PASS\n', ''],
  workers: [0, 'PASS\n', ''],
  turns: [0, 'PASS\n', ''],
  stays: [0, 'slow: true after a while\n', ''],
  leaves: [0, 'main returns\n', ''],
  busy: [0, 'PASS\n', ''],
  dump: [0, '', DUMP],
  throws: [2, '', /^fatal error: exception from JavaScript: from JavaScript\n\ngoroutine 1 \[/],
  released: [2, '', RELEASED],
  released_twice: [2, '', RELEASED],
  blocks: [2, '', /^fatal error: goro_sleep called outside a goroutine/],
};
// Who tells when the event loop is empty
const IN_NODE = {
  saved: [0, 'PASS\n', ''],
  never: [2, 'slow: true after a while\nwaiting\n', NEVER],
};
const WITH_THREADS = {
  hold_on_worker: [2, '', /^fatal error: exception from JavaScript: goro\.hold on a worker; call this function through goro_on_main\n/],
};

function judge({ code, stdout, stderr }, [wantedCode, wantedOut, wantedErr]) {
  assert.deepEqual({ code, stdout }, { code: wantedCode, stdout: wantedOut }, stderr);
  if (wantedErr instanceof RegExp) assert.match(stderr, wantedErr);
  else assert.equal(stderr, wantedErr);
}

const program = (target) => build(join(tests, 'cc/await.c'), target, { debug: true });
const ms = (target) => (target === 'js-threads' ? ['1', '4'] : ['1']);

for (const host of hosts(['node20', 'node26', 'chromium', 'firefox', 'node20-mt', 'node26-mt', 'chromium-mt', 'firefox-mt'])) {
  const scenes = { ...EVERYWHERE, ...(host.name.startsWith('node') && IN_NODE) };
  for (const procs of ms(host.target)) {
    const all = { ...scenes, ...(procs > 1 && WITH_THREADS) };
    for (const [scene, wanted] of Object.entries(all)) {
      test(`${scene} on ${procs} [${host.name}]`, async () => {
        const options = { args: [scene], env: { GORO_MAXPROCS: procs }, dirs: [], isolated: true, timeoutMs: 60_000 };
        judge(await host.run(await program(host.target), options), wanted);
      });
    }
  }
}

// ---------------------------------------------------------------- fetch.c
const PAGES = 200;
const WORKERS = 20;
const MISSING = 13;
const BROKEN = 77;

const page = (n) => `page ${n} äß€ ${'.'.repeat((n * 37) % 5000)}`;

/**
 * A server that answers when as many requests are there as there can be: so all
 * workers must be at it at the same time, and `most` says that no more are.
 */
async function startServer() {
  const waiting = [];
  let left = PAGES;
  const seen = { most: 0 };
  const server = createServer((request, response) => {
    waiting.push([Number(request.url.slice(1)), response]);
    seen.most = Math.max(seen.most, waiting.length);
    if (waiting.length < Math.min(WORKERS, left)) return;
    left -= waiting.length;
    waiting.splice(0).forEach(answer);
  });
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  return { server, seen, url: `http://127.0.0.1:${server.address().port}` };
}

function answer([n, response]) {
  if (n === BROKEN) return response.destroy();
  if (n === MISSING) response.writeHead(404);
  response.end(page(n));
}

function line(n) {
  if (n === MISSING) return `${n} Error: HTTP status 404\n`;
  if (n === BROKEN) return `${n} TypeError: fetch failed\n`;
  const bytes = Buffer.from(page(n));
  let sum = 2166136261;
  for (const byte of bytes) sum = Math.imul(sum ^ byte, 16777619) >>> 0;
  return `${n} ${bytes.length} ${sum.toString(16).padStart(8, '0')}\n`;
}

for (const host of hosts(['node20', 'node26', 'node20-mt', 'node26-mt'])) {
  for (const procs of ms(host.target)) {
    test(`fetch ${PAGES} pages with ${WORKERS} goroutines on ${procs} [${host.name}]`, async () => {
      const file = await build(join(root, 'bindings/cc/examples/fetch.c'), host.target);
      const { server, seen, url } = await startServer();
      try {
        const env = { GORO_MAXPROCS: procs };
        const result = await host.run(file, { args: [url, String(PAGES)], env, dirs: [], timeoutMs: 60_000 });
        judge(result, [1, Array.from({ length: PAGES }, (_, n) => line(n)).join(''), '']);
        assert.equal(seen.most, WORKERS);
      } finally {
        server.close();
        server.closeAllConnections();
      }
    });
  }
}

// ---------------------------------------------------------------- other targets
test('goro_js.h is for JavaScript hosts', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'goro-await-'));
  try {
    const source = join(folder, 'a.c');
    writeFileSync(source, '#include <goro_js.h>\nint main(void) { return (int)goro_await(0, 0); }\n');
    for (const output of ['a.wasm', 'a']) {
      const command = [join(root, 'bindings/cc/goro.mjs'), 'cc', source, '-o', join(folder, output)];
      const { code, stderr } = await run(process.execPath, command, { env: process.env, cwd: root, timeoutMs: 60_000 });
      assert.equal(code, 1);
      assert.match(stderr, /error.*goro_js\.h is for JavaScript hosts only: build with goro cc -o NAME\.mjs/);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});
