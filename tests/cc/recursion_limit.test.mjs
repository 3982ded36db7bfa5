// Deep recursion ends in the runtime's report, on every engine: never in an
// overflow of the engine's own stack, which would name nothing.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { cc } from '../../bindings/cc/cc.mjs';
import { parseOptions } from '../../bindings/cc/options.mjs';
import { ROOT } from '../../bindings/cc/tools.mjs';

const SHAPES = [
  'tiny', 'not_suspending', 'many_locals', 'many_locals_not_suspending', 'doubles', 'parameters', 'operands',
  'frame_1000', 'frame_small', 'frame_aligned', 'frame_variable', 'mutual', 'pointers', 'through_libc', 'through_runtime',
];
const SOURCE = join(ROOT, 'tests/cc/recursion_shapes.c');
let folder;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'goro-recursion-'));
  for (const level of ['-O0', '-O2']) {
    for (const end of ['wasm', 'mjs']) {
      await cc(parseOptions([level, SOURCE, '-o', join(folder, `shapes${level}.${end}`)]));
    }
  }
});
after(() => rmSync(folder, { recursive: true }));

/** The engines of the toolchain; what is not there is left out by build.sh. */
const ENGINES = {
  wasmtime: [process.env.WASMTIME, ['run'], 'wasm'],
  node20: [process.env.NODE20, [], 'mjs'],
  node26: [process.env.NODE26, [], 'mjs'],
};

for (const [engine, [command, args, end]] of Object.entries(ENGINES)) {
  for (const level of ['-O0', '-O2']) {
    test(`${engine}, ${level}`, { skip: !command }, async (t) => {
      for (const shape of SHAPES) {
        await t.test(shape, () => {
          const run = (depth) => spawnSync(command, [...args, join(folder, `shapes${level}.${end}`), shape, String(depth)], { encoding: 'utf8' });
          const shallow = run(50);
          assert.match(shallow.stdout, /done/, shallow.stderr);
          const deep = run(1000000);
          assert.match(deep.stderr, /goroutine stack exceeds/);
          assert.equal(deep.status, 2, deep.stderr);
        });
      }
    });
  }
}
