// wasi/examples/sumtree.c: what sha256sum says of a tree with odd names, and
// how it gives up: everything stops, one line says why, nothing else comes out.
// (It looks by itself whether a goroutine is left, and says so if one is.)
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { build } from '../harness/build.mjs';
import { hosts } from '../harness/hosts.mjs';
import { root } from '../harness/paths.mjs';

const EXAMPLE = join(root, 'wasi/examples/sumtree.c');
const FLAGS = ['-O2', 'wasi/examples/sha256.c'];
const SEEDS = 20;

// Root reads everything, unless it has given up the right to.
const UNPRIVILEGED = process.getuid() === 0
  ? ['setpriv', '--bounding-set=-dac_override,-dac_read_search', '--inh-caps=-all']
  : [];

// Under wasmtime and natively: Emscripten's files are not the host's.
for (const host of hosts().filter(({ target }) => target !== 'js')) {
  describe(`sumtree [${host.name}]`, { timeout: 300_000 }, () => {
    let program;
    let dir;

    const sumtree = (args, { seed, under } = {}) =>
      host.run(program, {
        args,
        env: seed === undefined ? {} : { GORO_SEED: String(seed) },
        dirs: [dir],
        timeoutMs: 60_000,
        under,
      });

    /** Throws unless it gave up, with these words and no others. */
    async function gaveUp(words, args, options) {
      const said = await sumtree(args, options);
      const line = typeof words === 'string' ? `sumtree: ${words}\n` : words;
      const wanted = { code: 1, stdout: '', stderr: said.stderr };
      assert.deepEqual(said, wanted, `seed ${options?.seed}`);
      if (typeof line === 'string') assert.equal(said.stderr, line);
      else assert.match(said.stderr, line);
    }

    before(async () => {
      program = await build(EXAMPLE, host.target, { flags: FLAGS });
      dir = mkdtempSync(join(tmpdir(), 'goro-sumtree-'));
      plant(dir);
    });
    after(() => rmSync(dir, { recursive: true, force: true }));

    for (const jobs of [[], ['-j', '1'], ['-j', '64']]) {
      test(`as sha256sum does ${jobs.join(' ')}`, async () => {
        const stdout = sha256sum(dir);
        assert.equal(stdout.split('\n').length - 1, FILES.size);
        const wanted = { code: 0, stdout, stderr: '' };
        for (let seed = 1; seed <= SEEDS; seed++) {
          assert.deepEqual(await sumtree([...jobs, dir], { seed }), wanted);
        }
      });
    }

    test('--exclude leaves out files and directories', async () => {
      const args = ['--exclude', 'sub', '--exclude', 'empty', dir];
      const { code, stdout } = await sumtree(args);
      const kept = sha256sum(dir).split('\n').filter((line) => !/sub|empty/.test(line));
      assert.deepEqual([code, stdout], [0, kept.join('\n')]);
    });

    test('--help, and wrong usage', async () => {
      const help = await sumtree(['--help']);
      assert.match(help.stdout, /^usage: sumtree /);
      assert.deepEqual([help.code, help.stderr], [0, '']);
      const wrong = [['--what'], ['-j', '0'], ['-j', '1025'], ['-j', 'x'], ['-j'], [dir, dir]];
      for (const args of wrong) {
        const { code, stdout, stderr } = await sumtree(args);
        assert.deepEqual([code, stdout], [2, ''], args.join(' '));
        assert.ok(stderr.endsWith(help.stdout), stderr);
      }
    });

    test('a DIR that does not exist', () =>
      gaveUp(`${dir}/none: No such file or directory`, [`${dir}/none`]));

    for (const name of ['sub/deep/file 7', 'sub']) {
      test(`${name} cannot be read`, async () => {
        const path = join(dir, name);
        const mode = name === 'sub' ? 0o700 : 0o600;
        chmodSync(path, 0);
        try {
          for (let seed = 1; seed <= SEEDS; seed++) {
            const jobs = ['1', '4', '64'][seed % 3];
            const options = { seed, under: UNPRIVILEGED };
            await gaveUp(`${path}: Permission denied`, ['-j', jobs, dir], options);
          }
        } finally {
          chmodSync(path, mode);
        }
      });
    }

    test('all files cannot be read: one is told of', async () => {
      const paths = [...FILES.keys()].map((name) => join(dir, name));
      for (const path of paths) chmodSync(path, 0);
      try {
        for (let seed = 1; seed <= SEEDS; seed++) {
          const options = { seed, under: UNPRIVILEGED };
          await gaveUp(/^sumtree: [^:]+: Permission denied\n$/, ['-j', '64', dir], options);
        }
      } finally {
        for (const path of paths) chmodSync(path, 0o600);
      }
    });

    // Minutes of hashing, were it to go on: most of the file is a hole.
    test('an error stops the work on another file', async () => {
      const large = join(dir, 'sub/too large');
      const path = join(dir, 'sub/deep/file 7');
      writeFileSync(large, '');
      truncateSync(large, 64 * 2 ** 30);
      chmodSync(path, 0);
      try {
        await gaveUp(`${path}: Permission denied`, [dir], { under: UNPRIVILEGED });
      } finally {
        chmodSync(path, 0o600);
        rmSync(large);
      }
    });

    // WASI has names in UTF-8 only.
    test('a name that the host refuses', { skip: host.name !== 'wasi' }, async () => {
      const folder = Buffer.from(join(dir, 'sub/odd/'));
      const file = Buffer.concat([folder, Buffer.from([0xff])]);
      mkdirSync(folder);
      writeFileSync(file, '');
      try {
        await gaveUp(`${dir}/sub/odd: Illegal byte sequence`, [dir]);
      } finally {
        rmSync(folder, { recursive: true });
      }
    });
  });
}

// ---------------------------------------------------------------- the tree
const FILES = new Map([
  ['a b', 'spaces'],
  [' ', 'a space'],
  ['new\nline', 'x'],
  ['back\\slash', 'y'],
  ['carriage\rreturn', 'z'],
  ['-n', 'as an option'],
  ['bär', 'beyond ASCII'],
  ['empty', ''],
  ['large', Buffer.alloc(200_000, 'goroutine')],
  // SHA-256 pads to blocks of 64 bytes, 8 of them for the length
  ...[55, 56, 63, 64, 65].map((n) => [`sub/${n}`, 'x'.repeat(n)]),
  ...Array.from({ length: 40 }, (_, i) => [`sub/deep/file ${i}`, `${i}`]),
]);

function plant(dir) {
  mkdirSync(join(dir, 'sub/deep'), { recursive: true });
  mkdirSync(join(dir, 'sub/none'));
  for (const [name, content] of FILES) writeFileSync(join(dir, name), content);
  symlinkSync('large', join(dir, 'link'));
  symlinkSync('sub', join(dir, 'link to sub'));
  symlinkSync('nowhere', join(dir, 'broken link'));
}

function sha256sum(dir) {
  const command = 'find "$0" -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum';
  return execFileSync('sh', ['-c', command, dir], { encoding: 'utf8' });
}
