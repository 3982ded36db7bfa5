// goro_trace_write and goro_dump_json: a C program's JSON, on every host, read by
// what the npm package has for it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { execFileSync } from 'node:child_process';
import { fromChrome, toChrome } from '../bindings/dist/trace.js';
import { build } from './harness/build.mjs';
import { closeHosts, hosts } from './harness/hosts.mjs';
import { built, root } from './harness/paths.mjs';

after(closeHosts);

const PROGRAM = join(root, 'tests/trace/program.c');
const named = ['wasi', 'node20', 'node26', 'chromium', 'native', 'native-tsan', 'wasi-threads', 'node26-mt'];
const kinds = (events) => events.map(({ kind }) => kind).join(' ');

for (const host of hosts(process.env.HOST ? undefined : named)) {
  test(`trace/program [${host.name}]`, async () => {
    const file = await build(PROGRAM, host.target);
    const { code, stdout, stderr } = await host.run(file, { args: [], env: {}, dirs: [], isolated: true, timeoutMs: 60_000 });
    assert.deepEqual([code, stderr], [0, '']);
    const [trace, dump] = stdout.split(/(?<=\]\}\n)/).map((text) => JSON.parse(text));
    const events = fromChrome(trace);
    const { g, site } = events.find((event) => event.kind === 'create' && event.site.fn === 'worker');
    assert.deepEqual([site.caller, site.file], ['main', 'tests/trace/program.c']);
    const story = events.filter((event) => event.g === g);
    // Others may have stopped it, or taken it to another thread.
    const told = kinds(story).replaceAll(' steal', '').replaceAll(' yield start', '');
    assert.match(told, /^create start name park ready start( send)?( end)?$/);
    assert.equal(story.find(({ kind }) => kind === 'name').name, 'a "quoted"\nname');
    assert.equal(story.find(({ kind }) => kind === 'park').reason, 'chan receive');
    const { by, value, object } = story.find(({ kind }) => kind === 'ready');
    assert.deepEqual([by, value, object > 0], [1, 'in', true]);
    assert.deepEqual(fromChrome(JSON.parse(JSON.stringify(toChrome(events)))), events);
    // Thread by thread: one that ran it may come before the one that has created it.
    const threads = host.target !== 'wasi' && host.target !== 'js';
    assert.ok(trace.traceEvents.some(({ ph, name, args }) => ph === 'B' && args.g === g && (name === 'worker' || (threads && name === 'goroutine'))));
    const leaky = dump.find(({ fn }) => fn === 'leaky');
    assert.deepEqual([leaky.state, leaky.reason, leaky.createdBy.id, leaky.createdBy.fn], ['waiting', 'chan receive', 1, 'main']);
    assert.deepEqual([dump.length, dump[0].id, dump[0].state], [2, 1, 'running']);
  });
}

test("the package's names are the runtime's", () => {
  const source = (path) => readFileSync(join(root, path), 'utf8');
  const listed = (path, name) => [...source(path).match(new RegExp(`const ${name}[^=]*= \\[([^\\]]*)\\]`))[1].matchAll(/'([^']*)'/g)].map(([, text]) => text);
  const reasons = [...source('runtime/sched/traceback.c').matchAll(/^ +\[waitReason\w+\] = "(.*)",$/gm)].map(([, text]) => text);
  assert.ok(reasons.length > 10);
  assert.deepEqual(listed('bindings/src/trace.ts', 'REASONS'), reasons);
  const [body] = source('runtime/base/trace.h').match(/enum tracekind \{[^}]*\}/);
  const all = [...body.matchAll(/^ +TRACE_(\w+)/gm)].map(([, name]) => name.toLowerCase());
  assert.deepEqual([...listed('bindings/src/trace-events.ts', 'KINDS'), 'clock'], ['', ...all]);
});

test('GORO_TRACE 0: nothing is left of it', () => {
  const object = join(built, 'goro-notrace.o');
  const [cc, ...first] = process.env.NATIVE_CC.split(' ');
  execFileSync(cc, [...first, '-std=c11', '-D_GNU_SOURCE', '-Wall', '-Wextra', '-Werror', '-O1', '-DGORO_TRACE=0',
    '-I', join(root, 'runtime'), '-c', join(root, 'runtime/goro.c'), '-o', object]);
  const symbols = execFileSync('nm', [object], { encoding: 'utf8' });
  // What the public calls lead to does nothing.
  const left = [...symbols.matchAll(/ [A-Za-z] (goro__trac\w+|\w*tracerings?\w*)$/gm)].map(([, name]) => name);
  assert.deepEqual(left.filter((name) => !/^goro__trace(back|_start|_stop|_read)/.test(name)), []);
});
