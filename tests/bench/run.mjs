/**
 * `./build.sh bench [NAME...]`: every benchmark of this folder in Goro, in
 * native Go and in Go for wasip1, all in one run.  They are taken in turns, so
 * that a machine which gets slower is slow for all; the table shows medians of
 * RUNS (default 5) and how they compare.  `1M` and `2M` are Goro's build with
 * threads on so many Ms, `1P` and `2P` native Go with so many Ps.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const HERE = dirname(fileURLToPath(import.meta.url));
const ROOT = resolve(HERE, '../..');
const OUT = join(ROOT, 'build/bench');
const RUNS = Number(process.env.RUNS ?? 5);
const UNITS = { sieve: 'ms', skynet: 'ms', primes: 'ms', forkjoin: 'ms', sleepers: 'ms', parked: 'bytes', traced: '%' };
const SINGLE = ['parked']; // with one M only, and not on Node: its memory is what counts
const OURS = ['traced']; // compares Goro with itself

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

function cc(source, out, ...flags) {
  execFileSync(process.execPath, [join(ROOT, 'bindings/cc/goro.mjs'), 'cc', '-O2', ...flags,
    join(HERE, source), '-o', join(OUT, out)], { stdio: ['ignore', 'inherit', 'inherit'] });
}

/** The same benchmark for each host: NAME.wasm, NAME.mjs, NAME-mt.mjs. */
function buildC(name) {
  cc(`${name}_bench.c`, `${name}.wasm`);
  if (SINGLE.includes(name)) return;
  cc(`${name}_bench.c`, `${name}.mjs`);
  cc(`${name}_bench.c`, `${name}-mt.mjs`, '--threads');
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

const NODE = process.env.NODE26 || process.execPath;
const onNode = (file, env) => [NODE, [join(OUT, file)], env];

/** The columns: a key, a title, and the command for a benchmark. */
function columns(go) {
  const native = (n, procs) => go.native && !OURS.includes(n) && [go.native, [n], { GOMAXPROCS: procs }];
  const js = (n, command) => (SINGLE.includes(n) ? null : command);
  return [
    { key: 'wasi', title: 'Goro wasmtime', command: (n) => [WASMTIME, ['run', join(OUT, `${n}.wasm`)]] },
    { key: 'node', title: 'Goro Node', command: (n) => js(n, onNode(`${n}.mjs`)) },
    { key: 'm1', title: 'Node 1M', command: (n) => js(n, onNode(`${n}-mt.mjs`, { GORO_MAXPROCS: '1' })) },
    { key: 'm2', title: 'Node 2M', command: (n) => js(n, onNode(`${n}-mt.mjs`, { GORO_MAXPROCS: '2' })) },
    { key: 'go1', title: 'Go 1P', command: (n) => native(n, '1') },
    { key: 'go2', title: 'Go 2P', command: (n) => js(n, native(n, '2')) },
    { key: 'wasip1', title: 'Go wasip1',
      command: (n) => go.wasip1 && !OURS.includes(n) &&
        [WASMTIME, ['run', '-W', 'max-wasm-stack=8388608', go.wasip1, n]] },
  ];
}

/** The last columns, as title, a and b: how many times b takes what a takes. */
const RATIOS = [
  ['Go 1P/wasmtime', 'wasi', 'go1'],
  ['wasip1/wasmtime', 'wasi', 'wasip1'],
  ['1M/Node', 'node', 'm1'],
  ['1M/2M', 'm2', 'm1'],
  ['Go 2P/2M', 'm2', 'go2'],
];

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
  const of = (key) => m[cols.findIndex((c) => c.key === key)];
  return [name, UNITS[name] ?? 'ns', ...m.map(show), ...RATIOS.map(([, a, b]) => ratio(of(a), of(b)))];
}

/** Processor time in ms of the idle program with threads, asleep for so long. */
function cpuOfSleep(ms) {
  const script = `TIMEFORMAT='%U %S'; time "$0" "$1" ${ms}`;
  const { stderr } = spawnSync('bash', ['-c', script, NODE, join(OUT, 'idle.mjs')],
    { encoding: 'utf8', env: { ...process.env, GORO_MAXPROCS: '4' } });
  return stderr.trim().split(/\s+/).slice(-2).reduce((sum, s) => sum + Number(s), 0) * 1000;
}

/** What 2 s of waiting cost, on four Ms with a hundred goroutines parked. */
function idleCost() {
  cc('idle.c', 'idle.mjs', '--threads');
  const runs = Array.from({ length: RUNS }, () => cpuOfSleep(2100) - cpuOfSleep(100));
  return `${median(runs).toFixed(0)} ms (${runs.map((r) => r.toFixed(0)).join(' ')})`;
}

function print(cells, widths) {
  console.log(cells.map((c, i) => (i < 2 ? c.padEnd(widths[i]) : c.padStart(widths[i]))).join('  '));
}

const list = names(process.argv.slice(2));
mkdirSync(OUT, { recursive: true });
const cols = columns(buildGo());
for (const n of list) buildC(n);
const head = ['benchmark', 'unit', ...cols.map((c) => c.title), ...RATIOS.map(([title]) => title)];
const widths = head.map((h, i) => Math.max(h.length, i === 0 ? 10 : 6));
print(head, widths);
for (const n of list) print(row(n, cols), widths);
console.log(`medians of ${RUNS}; lower is better; a ratio b/a says how many times b takes what a takes`);
if (process.argv.length === 2) {
  console.log(`processor time of 2 s with all goroutines parked, 4 Ms: ${idleCost()}`);
}
