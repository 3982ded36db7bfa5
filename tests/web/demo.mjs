// The demo page in a browser: one server and one browser of a kind for a test
// file, a fresh page for each test. What differs between Playwright's pages and
// Puppeteer's is here.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { serve } from '../../web/serve.mjs';
import { LAUNCH } from '../harness/launch.mjs';
import { root } from '../harness/paths.mjs';

/** What a person can look through after a run. */
export const SHOTS = join(root, 'build/web/screenshots');
mkdirSync(SHOTS, { recursive: true });

const WAIT_MS = 30_000;
const browsers = new Map();
const servers = new Map();

function once(map, key, make) {
  if (!map.has(key)) map.set(key, make());
  return map.get(key);
}

/** Ends browsers and servers. */
export async function closeAll() {
  const all = await Promise.allSettled([...browsers.values(), ...servers.values()]);
  for (const { value } of all) await value?.close();
}

/**
 * Calls `body` with the demo open in a fresh page.
 * @param {string} name  of the browser
 * @param {{ path?: string, width?: number, height?: number, isolated?: boolean,
 *   prepare?: Function, errorsToo?: boolean }} options  path: what follows the
 *   server's address; prepare: runs in the page before all else; errorsToo: the
 *   program has some that nobody catches, which Firefox tells as the page's
 */
export async function withDemo(name, { path = '', width = 1280, height = 860, isolated = true, prepare, errorsToo = false }, body) {
  const server = await once(servers, isolated, () => serve({ isolated }));
  const browser = await once(browsers, name, LAUNCH[name]);
  const page = await browser.newPage();
  const errors = [];
  page.on('pageerror', (error) => errors.push(error.message));
  if (page.setViewportSize) await page.setViewportSize({ width, height });
  else await page.setViewport({ width, height });
  if (prepare) await browser.prepare(page, prepare);
  const demo = new Demo(page, server.url, errors);
  try {
    await page.goto(server.url + path);
    await body(demo);
    if (errors.length && !errorsToo) throw new Error(`errors in the page: ${errors.join('; ')}`);
  } finally {
    await page.close();
  }
}

class Demo {
  constructor(page, url, errors) {
    Object.assign(this, { page, url, errors });
  }

  evaluate(fn, ...args) {
    return this.page.evaluate(fn, ...args);
  }

  text(id) {
    return this.evaluate((id) => document.getElementById(id).textContent, id);
  }

  click(id) {
    return this.evaluate((id) => document.getElementById(id).click(), id);
  }

  /** Waits until `fn` is true in the page; `what` is for the error. */
  async until(what, fn, arg) {
    for (const end = Date.now() + WAIT_MS; Date.now() < end;) {
      const value = await this.evaluate(fn, arg).catch((error) => {
        if (/context|navigat/i.test(error.message)) return false; // it loads another page
        throw error;
      });
      if (value) return value;
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
    throw new Error(`${what}: not within ${WAIT_MS} ms; the output is\n${await this.text('output')}\n${await this.text('status')}`);
  }

  /** Waits for the end of a run: its status and output. */
  async ended() {
    await this.until('the end of the run', () => ['done', 'failed', 'stopped'].includes(document.getElementById('status').className));
    return { status: await this.text('status'), output: await this.text('output') };
  }

  /** Presses keys together, as 'Control+Enter'. */
  async press(keys) {
    const parts = keys === '+' ? ['+'] : keys.split('+');
    for (const key of parts) await this.page.keyboard.down(key);
    for (const key of parts.reverse()) await this.page.keyboard.up(key);
  }

  /** Replaces the source, as a user who types it would. */
  async edit(text) {
    await this.evaluate((text) => {
      const field = document.getElementById('field');
      field.value = text;
      field.dispatchEvent(new Event('input', { bubbles: true }));
    }, text);
  }

  shot(name) {
    return this.page.screenshot({ path: join(SHOTS, `${name}.png`) });
  }
}
