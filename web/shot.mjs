#!/usr/bin/env node
/**
 * Takes the pictures of the README, web/picture.png and web/picture-dark.png, of
 * the built page. CHROMIUM is the browser.
 */
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { ROOT } from '../bindings/cc/tools.mjs';
import { serve } from './serve.mjs';

const PLACE = 1150;

/** The picture stands at one place. */
async function settle(page) {
  await page.waitForFunction(() => document.getElementById('status').className === 'done');
  await page.evaluate(async (place) => {
    await document.fonts.ready;
    globalThis.picture.timeline.pause();
    globalThis.picture.seek(place);
    document.activeElement.blur();
  }, PLACE);
  await page.waitForTimeout(500);
}

const server = await serve();
const args = process.getuid() === 0 ? ['--no-sandbox', '--disable-gpu'] : ['--disable-gpu'];
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args });
for (const [colorScheme, name] of [['light', 'picture'], ['dark', 'picture-dark']]) {
  const page = await browser.newPage({ colorScheme, viewport: { width: 1240, height: 800 }, deviceScaleFactor: 1.5 });
  await page.goto(`${server.url}#program=sieve&seed=3`);
  await settle(page);
  await page.screenshot({ path: join(ROOT, 'web', `${name}.png`) });
}
await browser.close();
server.close();
