// One peer's rows, in a process of its own: a line of JSON, row → ns an operation.
//
//   child.mjs PEER             the rows of PEER.mjs, also PEER-mt, over shared memory
//   child.mjs PEER workers     those of workers.mjs
//   child.mjs PEER start MODE  until it can be used, from nothing imported; MODE:
//                              st, mt, or workers, until two of these have answered
//
// What is spawned is one function for all: V8 takes about a microsecond for each
// new generator function, whoever runs it.
const [peer, what, mode] = process.argv.slice(2);
const MS = 5; // long enough for the collector to run, short enough not to be interrupted
const TIMES = 30;

async function time(run, n) {
  const from = performance.now();
  await run(n);
  return performance.now() - from;
}

/** The best of a few runs, each long enough to be timed. */
async function measure(run) {
  let n = 1000;
  while (await time(run, n) < MS) n *= 2;
  let best = Infinity;
  for (let i = 0; i < TIMES; i++) best = Math.min(best, await time(run, n));
  return (best * 1e6) / n;
}

async function measureWorkers(row, make, operations) {
  const { run, close } = await make();
  await run();
  let best = Infinity;
  for (let i = 0; i < TIMES; i++) best = Math.min(best, await time(run));
  await close();
  return (best * 1e6) / operations;
}

/** Each waits for the other. */
async function twoAnswer(rt) {
  const there = rt.chan.f64(0), back = rt.chan.f64(0);
  const { ping, pong } = rt.module(new URL('./meeting.mjs', import.meta.url));
  await Promise.all([ping(there, back), pong(there, back)]);
}

const results = {};
if (what === 'start') {
  const from = performance.now();
  const { start } = await import('../../../bindings/dist/index.js');
  const imported = performance.now();
  const rt = await start({ mode: mode === 'st' ? 'st' : 'mt', procs: 2 });
  if (mode === 'workers') await twoAnswer(rt);
  const to = performance.now();
  Object.assign(results, { import: (imported - from) * 1e6, start: (to - imported) * 1e6, both: (to - from) * 1e6 });
} else if (what === 'workers') {
  const { OPERATIONS, rowsOf } = await import('./workers.mjs');
  for (const [row, make] of Object.entries(rowsOf(peer))) results[row] = await measureWorkers(row, make, OPERATIONS[row]);
} else {
  const { default: rows } = await import(`./${peer.replace(/-mt$/, '')}.mjs`);
  for (const [row, run] of Object.entries(rows)) results[row] = await measure(run);
}
console.log(JSON.stringify(results));
process.exit(0);
