// Runs .mjs programs on the main thread of a page: one headless Chromium for
// the whole process, a fresh page for every program.
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { extname, join, normalize, relative } from 'node:path';
import { chromium } from 'playwright-core';

const FLAGS = [
  '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update',
  '--disable-sync',
];
const TYPES = { '.mjs': 'text/javascript', '.wasm': 'application/wasm' };
// Pages get shared memory only with these.
const ISOLATED = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
};
const PAGE = '<!doctype html><title>goro</title>';

let shared; // promise of { browser, server, base }

/** Serves the files under `root`, and empty pages: / is isolated, /plain not. */
function serve(root) {
  const server = createServer(async (request, response) => {
    const path = normalize(new URL(request.url, 'http://host').pathname);
    try {
      const isPage = path === '/' || path === '/plain';
      const body = isPage ? PAGE : await readFile(join(root, path));
      const type = isPage ? 'text/html' : TYPES[extname(path)] ?? 'text/plain';
      response.writeHead(200, { 'content-type': type, ...(path === '/plain' ? {} : ISOLATED) });
      response.end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(server));
  });
}

async function start(root) {
  const server = await serve(root);
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM,
    args: process.getuid() === 0 ? [...FLAGS, '--no-sandbox'] : FLAGS,
  });
  return { server, browser, base: `http://127.0.0.1:${server.address().port}/` };
}

/**
 * @param {object} options  `prepare` is a function that runs in the page before
 *   all else; `plain` takes a page without shared memory
 * @returns {Promise<import('./run.mjs').Result>}
 */
export async function runInPage(root, file, { args, env, timeoutMs, prepare, plain }) {
  shared ??= start(root);
  const { browser, base } = await shared;
  const page = await browser.newPage();
  let timer;
  try {
    if (prepare) await page.addInitScript(prepare);
    await page.goto(plain ? `${base}plain` : base);
    const session = await page.context().newCDPSession(page);
    const timeout = new Promise((resolve) => {
      timer = setTimeout(resolve, timeoutMs, 'timeout');
    });
    const url = `/${relative(root, file)}`;
    const code = await Promise.race([
      page.evaluate(program, { url, args, env }).catch((e) => `error: ${e.message}`),
      timeout,
    ]);
    // A busy page must be stopped before it can be asked what it printed.
    if (code === 'timeout') await session.send('Runtime.terminateExecution');
    return { ...(await page.evaluate(() => globalThis.output)), code };
  } finally {
    clearTimeout(timer);
    await page.close();
  }
}

// Runs in the page. Emscripten hands over whole lines, without their newline.
async function program({ url, args, env }) {
  const output = { stdout: '', stderr: '' };
  globalThis.output = output;
  const failed = new Promise((resolve) => {
    const fail = (error) => {
      if (error?.name === 'ExitStatus') return; // how Emscripten leaves exit()
      output.stderr += `${error?.stack ?? error}\n`;
      resolve(`error: ${error?.message ?? error}`);
    };
    addEventListener('error', (event) => fail(event.error ?? event.message));
    addEventListener('unhandledrejection', (event) => fail(event.reason));
  });
  const exited = import(url).then(
    ({ default: app }) =>
      new Promise((onExit, onError) => {
        app({
          arguments: args,
          goroEnv: env,
          print: (line) => (output.stdout += `${line}\n`),
          printErr: (line) => (output.stderr += `${line}\n`),
          onExit,
        }).catch((error) => error?.name === 'ExitStatus' || onError(error));
      }),
  );
  return Promise.race([exited, failed]);
}

export async function closeBrowser() {
  const open = await shared?.catch(() => undefined);
  shared = undefined;
  await open?.browser.close();
  open?.server.close();
}
