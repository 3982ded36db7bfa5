// The package as people get it: packed, installed in a project outside the
// clone, and used there by Node, by bundlers, from another origin, and by its
// command. One project and one browser serve all.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { hosts } from '../harness/hosts.mjs';
import { LAUNCH } from '../harness/launch.mjs';
import { ISOLATION, startServer } from '../harness/page-server.mjs';
import { root } from '../harness/paths.mjs';
import { run } from '../harness/run.mjs';

const WANTED = hosts(['node20', 'node26', 'deno', 'bun', 'chromium', 'firefox']).map((host) => host.name);
const wants = (name) => ({ skip: !WANTED.includes(name) });
const PROJECT = mkdtempSync(join(tmpdir(), 'goro-install-'));
const PACKAGE = join(PROJECT, 'node_modules/goro');
const module = (name) => join(root, 'node_modules', name);
const path = (name) => join(PROJECT, name);
let tarball;
let packed;

before(() => {
  const out = execFileSync('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', PROJECT], { cwd: root });
  const json = JSON.parse(out);
  [packed] = Array.isArray(json) ? json : Object.values(json);
  tarball = path(packed.filename);
  cpSync(join(root, 'tests/bindings/project'), PROJECT, { recursive: true });
  execFileSync('npm', ['install', '--offline', '--no-save', '--no-audit', '--no-fund', '--silent', tarball], { cwd: PROJECT });
});
after(() => rmSync(PROJECT, { recursive: true, force: true }));

const env = { PATH: process.env.PATH, HOME: PROJECT };
const command = (words, more = {}) => run(words[0], words.slice(1), { env: { ...env, ...more }, cwd: PROJECT, timeoutMs: 120_000 });
const succeeds = ({ code, stdout, stderr }) => assert.equal(code, 0, `${stdout}\n${stderr}`);

test('what is packed: all that is used, and nothing else', (t) => {
  const names = packed.files.map((file) => file.path);
  const known = /^((package\.json|LICENSE|(README|CHANGELOG)\.md)|bindings\/(README\.md|dist\/([\w-]+\/)*[\w-]+\.(js|d\.ts|wasm)|cc\/.+\.(mjs|md|c))|runtime\/.+\.(c|h|hpp|js))$/;
  assert.deepEqual(names.filter((name) => !known.test(name)), []);
  const types = readdirSync(join(root, 'bindings/src'), { recursive: true })
    .filter((name) => /(?<!\.d)\.ts$/.test(name)).map((name) => name.replace(/\.ts$/, '.d.ts'));
  const built = readdirSync(join(root, 'bindings/dist'), { recursive: true }).filter((name) => /\.(js|wasm)$/.test(name));
  for (const name of ['index.js', 'goro.wasm', 'goro-mt.wasm', 'worker.js', 'embedded.js']) assert.ok(built.includes(name), name);
  const needed = [...[...types, ...built].map((name) => `bindings/dist/${name}`), 'runtime/goro.c', 'runtime/api/goro.h'];
  assert.deepEqual(needed.filter((name) => !names.includes(name)), []);
  t.diagnostic(`${packed.size} bytes, ${packed.unpackedSize} unpacked, ${names.length} files`);
  assert.ok(packed.size < 500_000, `${packed.size} bytes`);
  assert.deepEqual(readdirSync(path('node_modules')).filter((name) => !name.startsWith('.')), ['goro'], 'no dependencies');
});

test('publint has nothing to say', async () => {
  const { publint } = await import('publint');
  const { messages } = await publint({ pkgDir: PACKAGE, pack: false, strict: true });
  assert.deepEqual(messages, []);
});

test('the files that bundlers and servers take along can be named', async () => {
  const program = `import { createRequire } from 'node:module';
    const { resolve } = createRequire(import.meta.url);
    for (const name of ['goro.wasm', 'goro-mt.wasm', 'worker.js', 'package.json']) {
      console.log(import.meta.resolve('goro/' + name));
      console.log(resolve('goro/' + name));
    }`;
  const files = ['bindings/dist/goro.wasm', 'bindings/dist/goro-mt.wasm', 'bindings/dist/worker.js', 'package.json'].map((name) => join(PACKAGE, name));
  const { stdout, stderr } = await command([process.execPath, '--input-type=module', '-e', program]);
  assert.deepEqual([stdout.split('\n').filter(Boolean), stderr], [files.flatMap((file) => [pathToFileURL(file).href, file]), '']);
});

// Types are of the two entries. What it calls esm-only: that require() cannot have it was true of Node before 20.19.
test('are the types wrong: no', async () =>
  succeeds(await command([process.execPath, join(module('@arethetypeswrong/cli'), 'dist/index.js'), tarball,
    '--profile', 'esm-only', '--exclude-entrypoints', './goro.wasm', './goro-mt.wasm', './worker.js', '--no-color'])));

for (const lib of ['es2022,dom', 'esnext,dom']) {
  test(`types, with lib ${lib} and without skipLibCheck`, async () => {
    for (const resolution of [['nodenext', 'nodenext'], ['esnext', 'bundler']]) {
      succeeds(await command([process.execPath, module('typescript/bin/tsc'), '--noEmit', '--strict', '--target', 'es2022',
        '--lib', lib, '--module', resolution[0], '--moduleResolution', resolution[1], '--types', '', 'app.ts']));
    }
  });
}

for (const name of ['node20', 'node26', 'deno', 'bun']) {
  const program = () => [process.env[name.toUpperCase()], ...(name === 'deno' ? ['run', '--allow-read', '--no-lock'] : [])];
  const prints = async (file) =>
    assert.deepEqual(await command([...program(), file], { DENO_DIR: path('deno'), DENO_NO_UPDATE_CHECK: '1' }), { code: 0, stdout: 'sum 42\n', stderr: '' });
  test(`import [${name}]`, wants(name), () => prints('main.mjs'));
  test(`require [${name}]`, wants(name), () => prints('main.cjs'));
}

// ---- bundlers ----

const BUNDLERS = {
  vite: async () => {
    const { build } = await import('vite');
    await build({ root: PROJECT, base: './', configFile: false, logLevel: 'error', build: { outDir: 'out/vite' } });
  },
  webpack: async () => {
    const { default: webpack } = await import('webpack');
    const stats = await new Promise((resolve, reject) => webpack({
      mode: 'production', context: PROJECT, entry: './app.js', devtool: false, performance: { hints: false },
      output: { path: path('out/webpack'), filename: 'app.js' },
    }, (error, stats) => (error ? reject(error) : resolve(stats))));
    assert.deepEqual([...stats.compilation.errors, ...stats.compilation.warnings].map(String), []);
    page('webpack', 'app.js');
  },
  esbuild: async () => {
    const { build } = await import('esbuild');
    const { warnings } = await build({
      absWorkingDir: PROJECT, entryPoints: ['app.js'], bundle: true, minify: true, format: 'esm', outdir: path('out/esbuild'), logLevel: 'silent',
    });
    assert.deepEqual(warnings, []);
    page('esbuild', 'app.js');
  },
};

/** What each has to load: the file, or where it leaves that behind, the copy in the script. */
const LOADS_WASM = { vite: true, webpack: true, esbuild: false };

const page = (folder, script, app = PROJECT) =>
  writeFileSync(join(app, `out/${folder}/index.html`), `<!doctype html><script type="module" src="${script}"></script>`);

const browsers = {};
let server;
let isolating;
after(async () => {
  for (const browser of Object.values(browsers)) await browser.close();
  server?.close();
  isolating?.close();
});

/** Opens a page that says by its title what came out; what it has loaded. */
async function open(url, name = 'chromium') {
  browsers[name] ??= await LAUNCH[name]();
  const tab = await browsers[name].newPage();
  const loaded = [];
  tab.on('response', (response) => loaded.push(`${response.status()} ${response.url()}`));
  try {
    await tab.goto(url);
    await tab.waitForFunction(() => globalThis.document.title !== '');
    return { title: await tab.title(), loaded };
  } finally {
    await tab.close();
  }
}

const served = async () => (server ??= await startServer(PROJECT, false)).base;

for (const [name, bundle] of Object.entries(BUNDLERS)) {
  test(`${name}: build [chromium]`, wants('chromium'), async () => {
    await bundle();
    const { title, loaded } = await open(`${await served()}out/${name}/index.html`);
    assert.equal(title, 'sum 42');
    assert.equal(loaded.some((each) => /^200 .*\.wasm$/.test(each)), LOADS_WASM[name], loaded.join('\n'));
  });
}

test('esbuild: a bundle of CommonJS, which knows no import.meta', async () => {
  const { build } = await import('esbuild');
  await build({ absWorkingDir: PROJECT, entryPoints: ['main.cjs'], bundle: true, platform: 'node', format: 'cjs', outfile: path('out/bundle.cjs'), logLevel: 'silent' });
  assert.deepEqual(await command([process.execPath, 'out/bundle.cjs']), { code: 0, stdout: 'sum 42\n', stderr: '' });
});

test('vite: dev [chromium]', wants('chromium'), async () => {
  const { createServer } = await import('vite');
  const dev = await createServer({ root: PROJECT, configFile: false, logLevel: 'error', server: { port: 0, host: '127.0.0.1', hmr: false, ws: false } });
  try {
    await dev.listen();
    assert.equal((await open(dev.resolvedUrls.local[0])).title, 'sum 42');
  } finally {
    await dev.close();
  }
});

// ---- workers, by what the README says ----

const README = readFileSync(join(root, 'bindings/README.md'), 'utf8');
const WORKERS = path('workers');

/** The README's text of a file. */
const example = (name) => README.match(new RegExp(`\`\`\`js\n// ${name}\n([^]*?)\`\`\``))?.[1] ?? assert.fail(`the README has no ${name}`);

/** That file, beside the app. */
function recipe(name) {
  const file = join(WORKERS, name);
  writeFileSync(file, example(name));
  return file;
}

const recipeOf = async (name) => (await import(pathToFileURL(recipe(name)))).default;

const WORKER_BUILDS = {
  vite: async () => {
    const { build } = await import('vite');
    await build({ root: WORKERS, base: './', configFile: recipe('vite.config.js'), logLevel: 'error', build: { outDir: 'out/vite' } });
  },
  webpack: async () => {
    const { default: webpack } = await import('webpack');
    const { output, ...config } = await recipeOf('webpack.config.js');
    const options = { mode: 'production', context: WORKERS, performance: { hints: false }, ...config, output: { ...output, path: join(WORKERS, 'out/webpack') } };
    const stats = await new Promise((resolve, reject) => webpack(options, (error, stats) => (error ? reject(error) : resolve(stats))));
    assert.deepEqual([...stats.compilation.errors, ...stats.compilation.warnings].map(String), []);
    page('webpack', 'app.js', WORKERS);
  },
  esbuild: async () => {
    const { build } = await import('esbuild');
    const config = await recipeOf('esbuild.config.js');
    const { warnings } = await build({ absWorkingDir: WORKERS, logLevel: 'silent', ...config, outdir: 'out/esbuild' });
    assert.deepEqual(warnings, []);
    page('esbuild', 'app.js', WORKERS);
  },
};

const ON_WORKERS = 'mt, worker mt,worker mt: sum 42';
const ON_THE_PAGE = 'st, page st,page st: sum 42';
const BROWSERS = ['chromium', 'firefox'];

test('the app names the module as the README does', () => {
  const app = readFileSync(join(WORKERS, 'app.js'), 'utf8');
  assert.ok(app.includes(example('app.js').trim()), app);
});

for (const [name, bundle] of Object.entries(WORKER_BUILDS)) {
  let built;
  for (const browser of BROWSERS) {
    test(`${name}: build, with workers [${browser}]`, wants(browser), async () => {
      await (built ??= bundle());
      isolating ??= await startServer(PROJECT, true);
      const { title, loaded } = await open(`${isolating.base}workers/out/${name}/index.html`, browser);
      assert.equal(title, ON_WORKERS, loaded.join('\n'));
    });
    test(`${name}: build, the same without isolation [${browser}]`, wants(browser), async () => {
      await (built ??= bundle());
      const { title, loaded } = await open(`${await served()}workers/out/${name}/index.html`, browser);
      assert.equal(title, ON_THE_PAGE);
      assert.ok(loaded.some((each) => /^200 .*\.wasm$/.test(each)), loaded.join('\n'));
    });
  }
}

for (const browser of BROWSERS) {
  test(`vite: dev, with workers [${browser}]`, wants(browser), async () => {
    const { createServer } = await import('vite');
    const dev = await createServer({
      root: WORKERS, configFile: recipe('vite.config.js'), logLevel: 'error',
      server: { port: 0, host: '127.0.0.1', hmr: false, ws: false, headers: ISOLATION },
    });
    try {
      await dev.listen();
      assert.equal((await open(dev.resolvedUrls.local[0], browser)).title, ON_WORKERS);
    } finally {
      await dev.close();
    }
  });
}

test('vite: server-side rendering: importing does nothing, starting works', async () => {
  const { build } = await import('vite');
  await build({ root: PROJECT, configFile: false, logLevel: 'error', ssr: { noExternal: true }, build: { ssr: 'server.js', outDir: 'out/ssr' } });
  const listeners = process.listenerCount('beforeExit');
  const { render } = await import(pathToFileURL(path('out/ssr/server.js')));
  assert.equal(process.listenerCount('beforeExit'), listeners);
  assert.equal(await render(), '<p>sum 42</p>');
});

test('from another origin, as from a CDN [chromium]', wants('chromium'), async () => {
  const cdn = await startServer(path('node_modules'), false, { 'access-control-allow-origin': '*' });
  try {
    mkdirSync(path('out/cdn'), { recursive: true });
    writeFileSync(path('out/cdn/app.js'), readFileSync(path('app.js'), 'utf8').replace("'goro'", `'${cdn.base}goro/bindings/dist/index.js'`));
    page('cdn', 'app.js');
    const { title, loaded } = await open(`${await served()}out/cdn/index.html`);
    assert.equal(title, 'sum 42');
    assert.ok(loaded.includes(`200 ${cdn.base}goro/bindings/dist/goro.wasm`), loaded.join('\n'));
  } finally {
    cdn.close();
  }
});

// ---- the command ----

const GORO = () => path('node_modules/.bin/goro');

test('goro: help and version need nothing', async () => {
  const help = await command([process.execPath, GORO(), 'cc', '--help']);
  assert.deepEqual([help.code, help.stderr], [0, '']);
  assert.match(help.stdout, /^usage: goro cc /);
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  assert.equal((await command([GORO(), '--version'])).stdout, `goro ${version}\n`);
});

test('goro cc without Binaryen says what to install', async () => {
  const { code, stderr } = await command([GORO(), 'cc', 'app.c', '-o', 'app.wasm']);
  assert.equal(code, 2, stderr);
  assert.match(stderr, /^goro cc: the npm package binaryen is needed: run 'npm install --save-dev binaryen@\d+'\n$/);
});

const tools = { skip: !process.env.WASI_CC || !process.env.WASMTIME };

test('goro cc compiles the runtime once, and a program', tools, async () => {
  symlinkSync(module('binaryen'), path('node_modules/binaryen'));
  const { WASI_CC, WASI_AR, WASM_OPT, WASMTIME } = process.env;
  const compile = () => command([GORO(), 'cc', 'app.c', '-O1', '-o', 'app.wasm'], { WASI_CC, WASI_AR, WASM_OPT, XDG_CACHE_HOME: path('cache') });
  assert.deepEqual(await compile(), { code: 0, stdout: '', stderr: 'goro cc: compiling the runtime for wasi, once\n' });
  assert.ok(existsSync(path('cache/goro')));
  assert.deepEqual(await compile(), { code: 0, stdout: '', stderr: '' });
  assert.deepEqual(await command([WASMTIME, 'run', 'app.wasm']), { code: 0, stdout: 'sum 42\n', stderr: '' });
});
