#!/usr/bin/env node
/**
 * Builds the demo page into web/dist: a folder of files that any host can serve.
 * bindings/dist and build/package must be there.
 */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { run, ToolError } from '../bindings/cc/run.mjs';
import { ROOT } from '../bindings/cc/tools.mjs';

const WEB = join(ROOT, 'web');
/** Made aside, and put into its place when it is whole. */
const PLACE = join(WEB, 'dist');
const DIST = join(ROOT, 'build/web/dist');
const STATIC = ['index.html', 'hello.html', 'style.css', 'coi.js', 'icon.svg', 'programs'];
const FONTS = ['geist', 'geist-mono'];

/** 'goro' is the package, beside the page: a worker has no import map. */
function link(file) {
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, text.replace(/from 'goro'/g, "from './goro/index.js'").replace(/from 'goro\/(\w+)'/g, "from './goro/$1.js'"));
}

/** The programs in C, compiled where they are not yet. */
async function modules(options) {
  const parts = join(WEB, 'programs/parts');
  for (const name of readdirSync(parts).filter((each) => each.endsWith('.c'))) {
    const [source, out] = [join(parts, name), join(ROOT, 'build/web', name.replace(/\.c$/, '.wasm'))];
    const age = (file) => (existsSync(file) ? statSync(file).mtimeMs : 0);
    const newest = Math.max(...[source, join(ROOT, 'build/package/libgoro.a'), join(ROOT, 'bindings/cc/flags.mjs')].map(age));
    if (age(out) < newest) await run([process.execPath, join(ROOT, 'bindings/cc/goro.mjs'), 'cc', source, '--package', '-O2', '-o', out], options);
    cpSync(out, join(DIST, 'programs/parts', basename(out)));
  }
}

async function main() {
  rmSync(DIST, { recursive: true, force: true });
  mkdirSync(join(DIST, 'fonts'), { recursive: true });
  await run([process.execPath, join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', join(WEB, 'tsconfig.json'), '--outDir', DIST], {});
  for (const name of readdirSync(DIST).filter((each) => each.endsWith('.js'))) link(join(DIST, name));
  for (const name of STATIC) cpSync(join(WEB, name), join(DIST, name), { recursive: true });
  await modules({});
  cpSync(join(ROOT, 'bindings/dist'), join(DIST, 'goro'), { recursive: true, filter: (path) => !path.endsWith('.d.ts') });
  for (const name of FONTS) {
    const file = `${name}-latin-wght-normal.woff2`;
    cpSync(join(ROOT, `node_modules/@fontsource-variable/${name}/files`, file), join(DIST, 'fonts', file));
  }
  cpSync(join(ROOT, 'node_modules/@fontsource-variable/geist/LICENSE'), join(DIST, 'fonts/LICENSE'));
  rmSync(PLACE, { recursive: true, force: true });
  renameSync(DIST, PLACE);
}

try {
  await main();
} catch (error) {
  process.stderr.write(`web/build: ${error instanceof ToolError ? error.message : error.stack}\n`);
  process.exitCode = 1;
}
