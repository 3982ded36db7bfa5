// Goro on one thread, or as goro-generators-mt over shared memory; goroutines that are generators.
import { recv, start } from '../../../bindings/dist/index.js';
import { startC } from './calls.mjs';

const mode = process.argv[2].endsWith('-mt') ? 'mt' : 'st';
const rt = await start({ mode }), guest = await startC();
function* nothing() {}
const run = (fn) => rt.go(fn).wait();

export default {
  spawn: (n) => run(function* () {
    for (; n > 0; n -= 1000) {
      const wg = rt.waitGroup();
      for (let i = 0; i < 1000; i++) wg.go(nothing);
      yield* wg.wait();
    }
  }),
  'ping-pong': (n) => run(function* () {
    const a = rt.chan(), b = rt.chan();
    rt.go(function* () { for (let i = 0; i < n; i++) yield* b.send((yield* a.recv()).value); });
    for (let i = 0; i < n; i++) { yield* a.send(i); yield* b.recv(); }
  }),
  'buffered 128': (n) => run(function* () {
    const c = rt.chan(128);
    rt.go(function* () { for (let i = 0; i < n; i++) yield* c.send(i); });
    for (let i = 0; i < n; i++) yield* c.recv();
  }),
  'select of 4': (n) => run(function* () {
    const [a, b, c, d] = [rt.chan(), rt.chan(), rt.chan(), rt.chan()];
    for (const ch of [a, b, c, d]) rt.go(function* () { for (let i = 0; i < n; i += 4) yield* ch.send(i); });
    const cases = { a: recv(a), b: recv(b), c: recv(c), d: recv(d) };
    for (let i = 0; i < n; i++) yield* rt.select(cases);
  }),
  'mutex, 4 contend': (n) => run(function* () {
    const mu = rt.mutex(), wg = rt.waitGroup();
    for (let g = 0; g < 4; g++) {
      wg.go(function* () { for (let i = 0; i < n; i += 4) { yield* mu.lock(); yield; mu.unlock(); } });
    }
    yield* wg.wait();
  }),
  'call of C': (n) => guest.go(function* () {
    for (let i = 0; i < n; i++) yield* guest.exports.same(i);
  }).wait(),
  'ping-pong with C'(n) {
    const a = guest.chan.i32(), b = guest.chan.i32();
    void guest.exports.echo(a, b);
    return guest.go(function* () {
      for (let i = 0; i < n; i++) { yield* a.send(i); yield* b.recv(); }
      a.close();
    }).wait();
  },
};
