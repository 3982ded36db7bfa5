// Starts the browsers of the system, headless and with a fresh profile.
import { chromium } from 'playwright-core';
import { launch } from 'puppeteer-core';

const START_MS = 60_000;
const CHROMIUM_FLAGS = [
  '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update',
  '--disable-sync',
];

/**
 * @typedef {object} Browser
 * @property {() => Promise<Page>} newPage  Playwright's or Puppeteer's: both have
 *   goto, evaluate, close and on
 * @property {(page: Page, script: Function) => Promise<void>} prepare  have a
 *   script run in the page before all else
 * @property {string} crash  the page's event for its crash
 * @property {() => Promise<void>} close
 * @property {() => void} kill  at once, whatever it is doing
 */

const WORKER_LISTENER = 'chrome://remote/content/shared/js-process-actors/WebDriverWorkerListenerActor.sys.mjs';

/** @type {Record<string, () => Promise<Browser>>} */
export const LAUNCH = { chromium: launchChromium, firefox: launchFirefox };

// A server of its own, as Playwright gives only that a way to be killed.
async function launchChromium() {
  const server = await chromium.launchServer({
    executablePath: process.env.CHROMIUM,
    args: process.getuid() === 0 ? [...CHROMIUM_FLAGS, '--no-sandbox'] : CHROMIUM_FLAGS,
    timeout: START_MS,
  });
  const browser = await chromium.connect(server.wsEndpoint());
  return {
    newPage: () => browser.newPage(),
    prepare: (page, script) => page.addInitScript(script),
    crash: 'crash',
    close: () => server.close(),
    kill: () => server.kill(),
  };
}

// Playwright needs a Firefox that is patched for it; Puppeteer speaks WebDriver
// BiDi to any.
async function launchFirefox() {
  const browser = await launch({
    browser: 'firefox',
    executablePath: process.env.FIREFOX,
    headless: true,
    timeout: START_MS,
    args: ['--remote-allow-system-access'],
  });
  await unwatchWorkers(browser);
  return {
    newPage: () => browser.newPage(),
    prepare: (page, script) => page.evaluateOnNewDocument(script),
    crash: 'error',
    close: () => browser.close(),
    kill: () => browser.process().kill('SIGKILL'),
  };
}

/**
 * Firefox has a listener for workers in each session of WebDriver BiDi. While
 * there is one, a worker that starts a worker waits until that is known to it, on
 * the condition variable that the new worker's thread waits on for its tasks: one
 * of the two is woken, and if it is the wrong one, `new Worker` never returns (one
 * start in 50; Firefox 153). So the listener goes: nothing here needs it.
 */
async function unwatchWorkers({ connection }) {
  const tree = await connection.send('browsingContext.getTree', { maxDepth: 0, 'moz:scope': 'chrome' });
  const { result } = await connection.send('script.evaluate', {
    target: { context: tree.result.contexts[0].context },
    expression: `ChromeUtils.importESModule(${JSON.stringify(WORKER_LISTENER)}).unregisterWebDriverWorkerListenerActor()`,
    awaitPromise: false,
  });
  const { text } = result.exceptionDetails ?? {};
  const none = text?.startsWith('Error: Failed to load chrome:'); // in other versions
  if (text && !none) throw new Error(`Firefox's listener for workers stays: ${text}`);
}
