// Goro on one thread, or as goro-async-mt over shared memory; goroutines that are async functions.
import { recv, start } from '../../../bindings/dist/index.js';
import { startC } from './calls.mjs';

const mode = process.argv[2].endsWith('-mt') ? 'mt' : 'st';
const rt = await start({ mode }), guest = await startC();

async function nothing() {}

export default {
  async spawn(n) {
    for (; n > 0; n -= 1000) {
      const wg = rt.waitGroup();
      for (let i = 0; i < 1000; i++) wg.go(nothing);
      await wg.wait();
    }
  },
  async 'ping-pong'(n) {
    const a = rt.chan(), b = rt.chan();
    rt.go(async () => { for (let i = 0; i < n; i++) await b.send((await a.recv()).value); });
    for (let i = 0; i < n; i++) { await a.send(i); await b.recv(); }
  },
  async 'buffered 128'(n) {
    const c = rt.chan(128);
    rt.go(async () => { for (let i = 0; i < n; i++) await c.send(i); });
    for (let i = 0; i < n; i++) await c.recv();
  },
  async 'select of 4'(n) {
    const [a, b, c, d] = [rt.chan(), rt.chan(), rt.chan(), rt.chan()];
    for (const ch of [a, b, c, d]) rt.go(async () => { for (let i = 0; i < n; i += 4) await ch.send(i); });
    const cases = { a: recv(a), b: recv(b), c: recv(c), d: recv(d) };
    for (let i = 0; i < n; i++) await rt.select(cases);
  },
  async 'mutex, 4 contend'(n) {
    const mu = rt.mutex(), wg = rt.waitGroup();
    for (let g = 0; g < 4; g++) {
      wg.go(async () => { for (let i = 0; i < n; i += 4) { await mu.lock(); await null; mu.unlock(); } });
    }
    await wg.wait();
  },
  async 'call of C'(n) {
    for (let i = 0; i < n; i++) await guest.exports.same(i);
  },
  async 'ping-pong with C'(n) {
    const a = guest.chan.i32(), b = guest.chan.i32();
    const done = guest.exports.echo(a, b);
    for (let i = 0; i < n; i++) { await a.send(i); await b.recv(); }
    a.close();
    await done;
  },
};
