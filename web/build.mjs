#!/usr/bin/env node
/**
 * Builds the demo page into web/dist: a folder of files that any host can serve.
 * bindings/dist must be there.
 */
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run, ToolError } from '../bindings/cc/run.mjs';
import { ROOT } from '../bindings/cc/tools.mjs';

const WEB = join(ROOT, 'web');
const DIST = join(WEB, 'dist');
const STATIC = ['index.html', 'hello.html', 'style.css', 'coi.js', 'icon.svg', 'programs'];
const FONTS = ['geist', 'geist-mono'];

/** 'goro' is the package, beside the page: a worker has no import map. */
function link(file) {
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, text.replace(/from 'goro'/g, "from './goro/index.js'").replace(/from 'goro\/(\w+)'/g, "from './goro/$1.js'"));
}

async function main() {
  rmSync(DIST, { recursive: true, force: true });
  mkdirSync(join(DIST, 'fonts'), { recursive: true });
  await run([process.execPath, join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', join(WEB, 'tsconfig.json')], {});
  for (const name of readdirSync(DIST).filter((each) => each.endsWith('.js'))) link(join(DIST, name));
  for (const name of STATIC) cpSync(join(WEB, name), join(DIST, name), { recursive: true });
  cpSync(join(ROOT, 'bindings/dist'), join(DIST, 'goro'), { recursive: true, filter: (path) => !path.endsWith('.d.ts') });
  for (const name of FONTS) {
    const file = `${name}-latin-wght-normal.woff2`;
    cpSync(join(ROOT, `node_modules/@fontsource-variable/${name}/files`, file), join(DIST, 'fonts', file));
  }
  cpSync(join(ROOT, 'node_modules/@fontsource-variable/geist/LICENSE'), join(DIST, 'fonts/LICENSE'));
}

try {
  await main();
} catch (error) {
  process.stderr.write(`web/build: ${error instanceof ToolError ? error.message : error.stack}\n`);
  process.exitCode = 1;
}
