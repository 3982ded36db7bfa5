// Runs .mjs programs on the main thread of a page: one browser of a kind for
// the whole process, a fresh page for every program. Nothing waits for a browser
// without an end: one that does not do what it is told is killed, and the next
// program gets a new one.
import { relative } from 'node:path';
import { LAUNCH } from './launch.mjs';
import { pageProgram } from './page-program.mjs';
import { startServer } from './page-server.mjs';
import { OUTPUT_CAP } from './run.mjs';

const OPEN_MS = 60_000; // for a page
const CLOSE_MS = 10_000;

const browsers = new Map(); // name → promise of a launch.mjs Browser
const servers = new Map(); // isolated or not → promise of a server

function shared(map, key, start) {
  if (!map.has(key)) {
    const started = start();
    started.catch(() => map.delete(key)); // the next one tries again
    map.set(key, started);
  }
  return map.get(key);
}

/** `promise`, or an error that says that `what` took too long. */
function within(ms, what, promise) {
  let timer;
  const late = new Promise((resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} takes more than ${ms} ms`)), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/**
 * @param {string} name  of the browser
 * @param {{ isolated: boolean, prepare?: Function, onOutput?: () => void }} options  isolated: with the
 *   headers that a page needs for SharedArrayBuffer; prepare: a function that
 *   runs in the page before all else; onOutput: called when something has come
 * @returns {Promise<import('./run.mjs').Result>}
 */
export async function runInPage(name, root, file, options) {
  const server = await shared(servers, options.isolated, () => startServer(root, options.isolated));
  const { browser, page } = await open(name, server.base, options.prepare);
  try {
    return await runProgram(page, browser.crash, server, `/${relative(root, file)}`, options);
  } finally {
    await within(CLOSE_MS, 'closing a page', page.close()).catch(() => discard(name, browser));
  }
}

/** A page of the browser, or of a new one where that has crashed meanwhile. */
async function open(name, base, prepare, tries = 2) {
  const browser = await shared(browsers, name, LAUNCH[name]);
  try {
    return { browser, page: await within(OPEN_MS, 'a new page', openPage(browser, base, prepare)) };
  } catch (error) {
    await discard(name, browser);
    if (tries === 1) throw error;
    return open(name, base, prepare, tries - 1);
  }
}

async function openPage(browser, base, prepare) {
  const page = await browser.newPage();
  if (prepare) await browser.prepare(page, prepare);
  await page.goto(base);
  return page;
}

async function discard(name, browser) {
  browser.kill();
  const current = await browsers.get(name)?.catch(() => undefined);
  if (current === browser) browsers.delete(name);
}

/** Runs the program in the page up to its end, or to what ends it. */
async function runProgram(page, crash, server, url, { args, env, timeoutMs, onOutput }) {
  const output = { stdout: '', stderr: '' };
  let listener;
  let timer;
  const code = await new Promise((end) => {
    timer = setTimeout(end, timeoutMs, 'timeout');
    let closed;
    const allSent = new Promise((resolve) => { closed = resolve; });
    listener = server.listen((kind, value) => {
      if (kind === 'code') end(value);
      else output[kind] += value;
      onOutput?.();
      if (output.stdout.length + output.stderr.length > OUTPUT_CAP) end('too much output');
    }, closed);
    page.on(crash, () => end('error: the page crashed'));
    page.evaluate(pageProgram, { path: listener.path, url, args, env })
      // What it has sent up to there may still be on its way.
      .catch((error) => within(CLOSE_MS, 'the last output', allSent)
        .catch(() => {})
        .then(() => end(`error: ${error.message}`)));
  });
  clearTimeout(timer);
  listener.stop();
  return { ...output, code };
}

/** Kills all browsers, as a crash does: for the harness's own tests. */
export async function killBrowsers() {
  const started = await Promise.allSettled(browsers.values());
  for (const { value: browser } of started) browser?.kill();
}

/** Ends all browsers and servers. */
export async function closeBrowsers() {
  const started = await Promise.allSettled(browsers.values());
  browsers.clear();
  for (const { value: browser } of started.filter((s) => s.value)) {
    await within(CLOSE_MS, 'closing a browser', browser.close()).catch(() => browser.kill());
  }
  for (const server of servers.values()) (await server).close();
  servers.clear();
}
