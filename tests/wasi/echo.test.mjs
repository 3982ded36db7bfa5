// wasi/examples/echo.c: a client holds as many connections at once as the limits
// allow, up to 1,000, and gets everything back, byte for byte; then the server has
// no goroutine left and ends.
//
// Under wasmtime 36, the newest here that gives sockets to modules of preview 1, on
// one thread and on several, and natively. Node's WASI has no sockets, nor has our
// host for threads.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { build } from '../harness/build.mjs';
import { hosts } from '../harness/hosts.mjs';
import { root } from '../harness/paths.mjs';
import { run } from '../harness/run.mjs';

const EXAMPLE = join(root, 'wasi/examples/echo.c');
const WANTED = 1000;
const TOGETHER = 50; // connections that are made at a time: the queue has an end
const TIMEOUT_MS = 60_000;
const SIZES = [1, 100, 5000, 70_000]; // of messages; the last ones by a few only

// A connection is a descriptor in the server and one here, which both have others.
function most() {
  const limit = execFileSync('sh', ['-c', 'ulimit -Hn'], { encoding: 'utf8' }).trim();
  return limit === 'unlimited' ? WANTED : Math.min(WANTED, Number(limit) - 100);
}

/** A port that nobody listens on: the system does not give it out again soon. */
async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

// The soft limit is the hard one: Node has raised its own, and we hand that on.
const wasmtime = (flags) => async (program, args, env) => {
  const port = await freePort();
  const listen = `preview2=n,tcplisten=127.0.0.1:${port}`;
  const vars = Object.entries(env).flatMap(([k, v]) => ['--env', `${k}=${v}`]);
  const command = ['run', ...flags, '-S', listen, ...vars, program, ...args];
  const over = run(process.env.WASMTIME_THREADS, command, {
    env: { PATH: process.env.PATH, HOME: process.env.HOME }, cwd: root, timeoutMs: TIMEOUT_MS,
  });
  return { port, over };
};

/** The socket is opened here, and inherited as descriptor 3. */
async function native(program, args, env) {
  const server = net.createServer().listen(0, '127.0.0.1', 511);
  await once(server, 'listening');
  const { port } = server.address();
  const over = run(program, args, {
    env: { PATH: process.env.PATH, ...env }, cwd: root, timeoutMs: TIMEOUT_MS, more: [server._handle.fd],
  });
  server.close(); // here; the program has it open
  return { port, over };
}

const SERVERS = [
  { on: 'wasi', start: wasmtime([]), procs: [1] },
  { on: 'wasi-threads', start: wasmtime(['-W', 'threads=y', '-S', 'threads=y']), procs: [1, 4] },
  { on: 'native', start: native, procs: [1, 4] },
];

// ---------------------------------------------------------------- the client
/** Connects; tries again while the server has not come so far yet. */
async function connect(port) {
  for (;;) {
    const socket = net.connect(port, '127.0.0.1');
    socket.setNoDelay(true);
    try {
      await once(socket, 'connect');
      return socket;
    } catch (error) {
      if (error.code !== 'ECONNREFUSED') throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

/** Sends `message`, and waits until as much has come back. */
function exchange(socket, message) {
  return new Promise((resolve, reject) => {
    const parts = [];
    let got = 0;
    const fail = (error) => reject(error ?? new Error('the server hung up'));
    const take = (part) => {
      parts.push(part);
      got += part.length;
      if (got < message.length) return;
      socket.off('data', take).off('error', fail).off('close', fail);
      resolve(Buffer.concat(parts));
    };
    socket.on('data', take).on('error', fail).on('close', fail);
    socket.write(message);
  });
}

/** Another one for each connection and round. */
function message(i, round) {
  const size = round === SIZES.length - 1 && i % 50 ? 10 : SIZES[round];
  return Buffer.alloc(size, `${i} ${round} goroutine `);
}

async function connectAll(port, n) {
  const sockets = [];
  while (sockets.length < n) {
    const count = Math.min(TOGETHER, n - sockets.length);
    sockets.push(...await Promise.all(Array.from({ length: count }, () => connect(port))));
  }
  return sockets;
}

/** All talk at the same time; returns how many bytes there were. */
async function talk(sockets, round) {
  const sizes = await Promise.all(sockets.map(async (socket, i) => {
    const sent = message(i, round);
    const back = await exchange(socket, sent);
    assert.ok(back.equals(sent), `connection ${i}, round ${round}`);
    return sent.length;
  }));
  return sizes.reduce((a, b) => a + b);
}

async function hangUp(socket) {
  const closed = once(socket, 'close');
  socket.end();
  await closed;
}

for (const { on, start, procs } of SERVERS) {
  for (const host of hosts(on === 'wasi-threads' ? [on] : undefined)) {
    if (host.name !== on) continue;
    describe(`echo [${on}]`, { timeout: 300_000 }, () => {
      let program;
      before(async () => {
        program = await build(EXAMPLE, host.target, { flags: ['-O2'] });
      });

      for (const p of procs) {
        const n = most();
        test(`${n} connections at once, on ${p} Ms`, async () => {
          const env = { GORO_MAXPROCS: String(p) };
          const { port, over } = await start(program, [String(n)], env);
          const sockets = await connectAll(port, n);
          let bytes = 0;
          for (const round of SIZES.keys()) bytes += await talk(sockets, round);
          await Promise.all(sockets.map(hangUp));
          const stdout = `${n} connections at once, ${n + 1} goroutines, ${bytes} bytes\n`;
          assert.deepEqual(await over, { code: 0, stdout, stderr: '' });
        });
      }

      test('one hangs up without a word, one sends and does not read', async () => {
        const { port, over } = await start(program, ['2'], {});
        const [silent, deaf] = await connectAll(port, 2);
        await hangUp(silent);
        deaf.pause();
        deaf.on('error', () => {});
        const written = new Promise((resolve) => { deaf.write(Buffer.alloc(100_000), resolve); });
        await written;
        deaf.resetAndDestroy();
        const { code, stdout, stderr } = await over;
        assert.match(stdout, /^[12] connections at once, [23] goroutines, \d+ bytes\n$/);
        assert.match(stderr, /^(echo: descriptor \d+: .*\n)?$/);
        assert.equal(code, stderr ? 1 : 0);
      });

      test('wrong usage', async () => {
        const { over } = await start(program, ['many'], {});
        const { code, stdout, stderr } = await over;
        assert.deepEqual([code, stdout], [2, '']);
        assert.match(stderr, /^usage: echo /);
      });
    });
  }
}
