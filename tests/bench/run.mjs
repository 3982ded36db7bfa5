/**
 * `./build.sh bench [NAME...]`: every benchmark of this folder in Goro, in
 * native Go with one processor and in Go for wasip1, all in one run.  They are
 * taken in turns, so that a machine which gets slower is slow for all; the
 * table shows medians of RUNS (default 5) and how they compare.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const HERE = dirname(fileURLToPath(import.meta.url));
const ROOT = resolve(HERE, '../..');
const OUT = join(ROOT, 'build/bench');
const RUNS = Number(process.env.RUNS ?? 5);
const UNITS = { sieve: 'ms', skynet: 'ms', parked: 'bytes' };

const tool = (name, fallback) => process.env[name] || fallback;
const WASMTIME = tool('WASMTIME', 'wasmtime');
const GO = tool('GO', 'go');

/** The names to run: those asked for, or all there are. */
function names(args) {
  const all = readdirSync(HERE).filter((f) => f.endsWith('_bench.c'))
    .map((f) => f.replace('_bench.c', ''));
  const unknown = args.filter((a) => !all.includes(a));
  if (unknown.length) {
    console.error(`bench: no benchmark ${unknown.join(', ')}; there are ${all.join(', ')}`);
    process.exit(2);
  }
  return args.length ? args : all;
}

function buildC(name, ext) {
  const out = join(OUT, `${name}.${ext}`);
  execFileSync(process.execPath, [join(ROOT, 'bindings/cc/goro.mjs'), 'cc', '-O2',
    join(HERE, `${name}_bench.c`), '-o', out], { stdio: ['ignore', 'inherit', 'inherit'] });
  return out;
}

function hasGo() {
  return spawnSync(GO, ['version']).status === 0;
}

function buildGo() {
  if (!hasGo()) {
    console.error('bench: no Go toolchain in PATH: its columns stay empty');
    return {};
  }
  const cwd = join(HERE, 'go');
  const native = join(OUT, 'go-native'), wasip1 = join(OUT, 'go-wasip1.wasm');
  execFileSync(GO, ['build', '-o', native, '.'], { cwd, stdio: 'inherit' });
  execFileSync(GO, ['build', '-o', wasip1, '.'],
    { cwd, stdio: 'inherit', env: { ...process.env, GOOS: 'wasip1', GOARCH: 'wasm' } });
  return { native, wasip1 };
}

/** The columns: a title, and the command for a benchmark (null: has none). */
function columns(go) {
  const node = process.env.NODE26 || process.execPath;
  return [
    { title: 'Goro wasmtime', prepare: (n) => buildC(n, 'wasm'),
      command: (n) => [WASMTIME, ['run', join(OUT, `${n}.wasm`)]] },
    { title: 'Goro Node', prepare: (n) => n !== 'parked' && buildC(n, 'mjs'),
      command: (n) => (n === 'parked' ? null : [node, [join(OUT, `${n}.mjs`)]]) },
    { title: 'Go native 1P',
      command: (n) => go.native && [go.native, [n], { GOMAXPROCS: '1' }] },
    { title: 'Go wasip1',
      command: (n) => go.wasip1 &&
        [WASMTIME, ['run', '-W', 'max-wasm-stack=8388608', go.wasip1, n]] },
  ];
}

function measure(command) {
  const [file, args, env] = command;
  const r = spawnSync(file, args, { encoding: 'utf8', env: { ...process.env, ...env }, timeout: 300_000 });
  const v = Number(r.stdout);
  if (r.status !== 0 || !Number.isFinite(v) || r.stdout.trim() === '') {
    console.error(`bench: ${file} ${args.join(' ')} failed (${r.status ?? r.signal}): ${r.stdout}${r.stderr}`);
    process.exitCode = 1;
    return NaN;
  }
  return v;
}

const median = (a) => a.toSorted((x, y) => x - y)[Math.floor(a.length / 2)];
const show = (v) => (v === undefined ? '–' : Number.isNaN(v) ? 'failed' : v >= 100 ? v.toFixed(0) : v.toFixed(1));
const ratio = (a, b) => (a > 0 && b > 0 ? `${(b / a).toFixed(2)}×` : '–');

/** One row: all columns in turns, RUNS times. */
function row(name, cols) {
  const samples = cols.map(() => []);
  const runs = name === 'parked' ? 1 : RUNS;
  for (let i = 0; i < runs; i++)
    cols.forEach((c, k) => {
      const command = c.command(name);
      if (command) samples[k].push(measure(command));
    });
  const m = samples.map((s) => (s.length ? median(s) : undefined));
  return [name, UNITS[name] ?? 'ns', ...m.map(show), ratio(m[0], m[2]), ratio(m[0], m[3])];
}

function print(cells, widths) {
  console.log(cells.map((c, i) => (i < 2 ? c.padEnd(widths[i]) : c.padStart(widths[i]))).join('  '));
}

const list = names(process.argv.slice(2));
mkdirSync(OUT, { recursive: true });
const cols = columns(buildGo());
for (const n of list) for (const c of cols) c.prepare?.(n);
const head = ['benchmark', 'unit', ...cols.map((c) => c.title), 'Go 1P/Goro', 'wasip1/Goro'];
const widths = head.map((h, i) => Math.max(h.length, i === 0 ? 10 : 6));
print(head, widths);
for (const n of list) print(row(n, cols), widths);
console.log(`medians of ${RUNS}; lower is better; the ratios say how many times Goro under wasmtime is faster`);
