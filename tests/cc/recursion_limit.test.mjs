// Deep recursion ends in the runtime's report, on every engine: never in an
// overflow of the engine's own stack, which would name nothing.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { build } from '../harness/build.mjs';
import { closeHosts, hosts } from '../harness/hosts.mjs';
import { tests } from '../harness/paths.mjs';

const SHAPES = [
  'tiny', 'not_suspending', 'many_locals', 'many_locals_not_suspending', 'doubles', 'parameters', 'operands',
  'frame_1000', 'frame_small', 'frame_aligned', 'frame_variable', 'mutual', 'pointers',
  'through_libc', 'through_runtime',
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
