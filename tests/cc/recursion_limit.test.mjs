// Deep recursion ends in the runtime's report, on every engine: never in an
// overflow of the engine's own stack, which would name nothing. With a limit that
// is too large for the engine it does, and is reported as well as it can be.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { build } from '../harness/build.mjs';
import { closeHosts, hosts } from '../harness/hosts.mjs';
import { root, tests } from '../harness/paths.mjs';
import { run as runCommand } from '../harness/run.mjs';

const SHAPES = [
  'tiny', 'not_suspending', 'many_locals', 'many_locals_not_suspending', 'doubles', 'parameters', 'operands',
  'frame_1000', 'frame_small', 'frame_aligned', 'frame_variable', 'mutual', 'pointers',
  'through_libc', 'through_runtime', 'entries',
];
const SOURCE = join(tests, 'cc/recursion_shapes.c');
const TIMEOUT_MS = 60_000;
// Unoptimised frames are the largest, and these two engines differ most.
const LEVELS = { wasi: ['-O0', '-O2'], chromium: ['-O0', '-O2'] };

after(closeHosts);

for (const host of hosts().filter(({ target }) => target !== 'native')) {
  for (const level of LEVELS[host.name] ?? ['-O2']) {
    test(`${host.name}, ${level}`, async (t) => {
      const file = await build(SOURCE, host.target, { flags: [level] });
      const run = (shape, depth) =>
        host.run(file, { args: [shape, String(depth)], env: {}, dirs: [], timeoutMs: TIMEOUT_MS });
      for (const shape of SHAPES) {
        await t.test(shape, async () => {
          const shallow = await run(shape, 50);
          assert.match(shallow.stdout, /done/, shallow.stderr);
          const deep = await run(shape, 1000000);
          assert.match(deep.stderr, /goroutine stack exceeds/);
          assert.equal(deep.code, 2, deep.stderr);
        });
      }
    });
  }
}

// Some that need much of the engine's stack for each byte of C stack.
const HUNGRY = ['tiny', 'not_suspending', 'many_locals', 'mutual', 'through_libc', 'through_runtime'];
const TOO_LARGE = { GORO_STACK_MAX: String(16 << 20) };
const RAISE = ', or raise node --stack-size';
const REMEDY = { node20: RAISE, node26: RAISE, chromium: '' };

for (const host of hosts().filter(({ target }) => target === 'js')) {
  test(`${host.name}, a limit beyond the engine's`, async (t) => {
    const file = await build(SOURCE, host.target, { flags: ['-O2'] });
    for (const shape of HUNGRY) {
      await t.test(shape, async () => {
        const { code, stderr } = await host.run(file, {
          args: [shape, '1000000'], env: TOO_LARGE, dirs: [], timeoutMs: TIMEOUT_MS,
        });
        const [first, second, third] = stderr.split('\n');
        const said = `the engine's own stack is exhausted (lower GORO_STACK_MAX${REMEDY[host.name]}): `;
        assert.ok(first.startsWith(`fatal error: ${said}`), stderr);
        assert.deepEqual([second, third], ['', 'goroutine 1 [running]:']);
        assert.equal(code, 2);
      });
    }
  });
}

// 2 MiB, and twice that for the engine
const LIMIT = 2 << 20;
const RUN = {
  wasi: ['WASMTIME', 'run', '-W', `max-wasm-stack=${2 * LIMIT}`, '--env', `GORO_STACK_MAX=${LIMIT}`],
  node20: ['NODE20', `--stack-size=${(2 * LIMIT) / 1024}`],
  node26: ['NODE26', `--stack-size=${(2 * LIMIT) / 1024}`],
};

for (const host of hosts().filter(({ name }) => RUN[name])) {
  test(`${host.name}, a larger limit and a larger stack of the engine`, async (t) => {
    const file = await build(SOURCE, host.target, { flags: ['-O2'] });
    const [tool, ...options] = RUN[host.name];
    for (const shape of HUNGRY) {
      await t.test(shape, async () => {
        const { code, stderr } = await runCommand(
          process.env[tool],
          [...options, file, shape, '1000000'],
          { env: { ...process.env, GORO_STACK_MAX: LIMIT }, cwd: root, timeoutMs: TIMEOUT_MS },
        );
        assert.match(stderr, new RegExp(`goroutine stack exceeds ${LIMIT}-byte limit`));
        assert.equal(code, 2);
      });
    }
  });
}
