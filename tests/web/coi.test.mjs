// coi.js as the README has people use it: on a page of their own, whose server
// sends no headers for isolation.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { hosts } from '../harness/hosts.mjs';
import { LAUNCH } from '../harness/launch.mjs';
import { root } from '../harness/paths.mjs';

const SCRIPT = readFileSync(join(root, 'web/coi.js'));
const [TAG] = /<script src="coi\.js"><\/script>/.exec(readFileSync(join(root, 'README.md'), 'utf8'));
const PAGE = `<!doctype html><title>A page</title>${TAG}<p>It is here.</p>`;

/** Serves the page, and counts how often it is asked for. */
async function serve(headers) {
  const server = createServer((request, response) => {
    if (request.url === '/') counted.requests++;
    const [type, body] = { '/': ['text/html', PAGE], '/coi.js': ['text/javascript', SCRIPT] }[request.url] ?? ['text/plain', ''];
    response.writeHead(200, { ...headers, 'content-type': type, 'cache-control': 'no-store' }).end(body);
  });
  const counted = { requests: 0, close: () => { server.close(); server.closeAllConnections(); } };
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  return Object.assign(counted, { url: `http://127.0.0.1:${server.address().port}/` });
}

/** Asks in the page, whichever is there, until there is an answer. */
async function ask(page, question) {
  for (const end = Date.now() + 30_000; Date.now() < end;) {
    const answer = await page.evaluate(question).catch((error) => {
      if (!/context|navigat|discarded/i.test(error.message)) throw error; // it is loaded again
    });
    if (answer !== undefined && answer !== null) return answer;
  }
  throw new Error('no answer in 30 s');
}

const isolated = () => (crossOriginIsolated ? true : undefined);

/** Once the page knows that it will not load itself again: is it isolated? */
async function settled() {
  return await globalThis.goroIsolate().catch(() => false) ? undefined : crossOriginIsolated;
}

const open = {};
after(async () => { for (const browser of Object.values(open)) await (await browser).close(); });

/** The page is opened in a tab of its own, and asked. */
async function requests(name, headers, question) {
  const server = await serve(headers);
  const page = await (await (open[name] ??= LAUNCH[name]())).newPage();
  try {
    await page.goto(server.url);
    const answer = await ask(page, question);
    return { answer, requests: server.requests };
  } finally {
    await page.close();
    server.close();
  }
}

for (const { name: browser } of hosts(['chromium', 'firefox'])) {
  test(`coi.js isolates a page by loading it once more [${browser}]`, async () => {
    const { answer, requests: n } = await requests(browser, {}, isolated);
    assert.deepEqual([answer, n], [true, 2]);
  });

  test(`coi.js loads a page not more than once more, whatever its server sends [${browser}]`, async () => {
    // Only Chromium lets a page be shut out by the first.
    const all = [{ 'permissions-policy': 'cross-origin-isolated=()' }, { 'content-security-policy': "worker-src 'none'" }];
    for (const headers of browser === 'chromium' ? all : all.slice(1)) {
      const { answer, requests: n } = await requests(browser, headers, settled);
      assert.equal(answer, false);
      assert.ok(n <= 2, `${n} requests`);
    }
  });
}
