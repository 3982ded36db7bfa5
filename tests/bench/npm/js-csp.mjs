// js-csp: generators, unbuffered channels, alts. Its mutex is a channel with one token.
import csp from 'js-csp';

const { alts, chan, go, put, take } = csp;
const run = (fn) => new Promise((resolve) => { csp.takeAsync(go(fn), resolve); });

export default {
  spawn: (n) => run(function* () {
    for (; n > 0; n -= 1000) {
      const done = chan();
      let left = 1000;
      const count = function* () { if (--left === 0) done.close(); };
      for (let i = 0; i < 1000; i++) go(count);
      if (left > 0) yield take(done);
    }
  }),
  'ping-pong': (n) => run(function* () {
    const a = chan(), b = chan();
    go(function* () { for (let i = 0; i < n; i++) yield put(b, yield take(a)); });
    for (let i = 0; i < n; i++) { yield put(a, i); yield take(b); }
  }),
  'buffered 128': (n) => run(function* () {
    const c = chan(128);
    go(function* () { for (let i = 0; i < n; i++) yield put(c, i); });
    for (let i = 0; i < n; i++) yield take(c);
  }),
  'select of 4': (n) => run(function* () {
    const chans = [chan(), chan(), chan(), chan()];
    for (const ch of chans) go(function* () { for (let i = 0; i < n; i += 4) yield put(ch, i); });
    for (let i = 0; i < n; i++) yield alts(chans);
  }),
  'mutex, 4 contend': (n) => run(function* () {
    const token = chan(1), done = chan();
    let left = 4;
    yield put(token, 1);
    for (let g = 0; g < 4; g++) {
      go(function* () {
        for (let i = 0; i < n; i += 4) { yield take(token); yield null; yield put(token, 1); }
        if (--left === 0) done.close();
      });
    }
    yield take(done);
  }),
};
