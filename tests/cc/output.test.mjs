// What a program writes arrives: on Node's descriptors byte for byte, and in a
// page in whole lines of text. Programs that use files have another half of
// Emscripten in them.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { build } from '../harness/build.mjs';
import { closeHosts, hosts } from '../harness/hosts.mjs';
import { tests } from '../harness/paths.mjs';

after(closeHosts);

const VARIANTS = { 'no files': [], files: ['-DFILES'] };
const up = Array.from({ length: 256 }, (_, i) => i);
const BYTES = Buffer.from([1, 2, 3].flatMap(() => [...up, ...up.toReversed(), ...up]));
const TEXT = '\ufeffone € two\0three\nfour';

for (const [variant, flags] of Object.entries(VARIANTS)) {
  const program = (target) => build(join(tests, 'cc/output.c'), target, { flags });

  for (const host of hosts(['node20', 'node26', 'node20-mt', 'node26-mt'])) {
    const start = async (scene) =>
      spawnSync(process.env[host.name.slice(0, 6).toUpperCase()], [await program(host.target), scene], { timeout: 60_000 });

    test(`bytes, ${variant} [${host.name}]`, async () => {
      const { status, stdout, stderr } = await start('bytes');
      assert.equal(status, 0);
      assert.ok(stdout.equals(BYTES), 'stdout');
      assert.ok(stderr.equals(BYTES), 'stderr');
    });

    test(`text, ${variant} [${host.name}]`, async () => {
      assert.equal((await start('text')).stdout.toString(), TEXT);
    });

    if (variant === 'files' && host.target === 'js') {
      test(`stdout is a file for a while [${host.name}]`, async () => {
        assert.equal((await start('file')).stdout.toString(), '9 in a file\n');
      });
    }
  }

  for (const host of hosts(['chromium', 'firefox', 'chromium-mt'])) {
    test(`text, ${variant} [${host.name}]`, async () => {
      const options = { args: ['text'], env: {}, dirs: [], isolated: true, timeoutMs: 60_000 };
      const { code, stdout } = await host.run(await program(host.target), options);
      assert.deepEqual({ code, stdout }, { code: 0, stdout: `${TEXT}\n` });
    });
  }
}
