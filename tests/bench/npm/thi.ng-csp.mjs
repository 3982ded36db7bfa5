// @thi.ng/csp: promises. Its smallest buffer is 1, and a write is over when it is
// read; its mutex is a channel with one token.
import { channel, select } from '@thi.ng/csp';

export default {
  async 'ping-pong'(n) {
    const a = channel(), b = channel();
    (async () => { for (let i = 0; i < n; i++) await b.write(await a.read()); })();
    for (let i = 0; i < n; i++) { await a.write(i); await b.read(); }
  },
  async 'buffered 128'(n) {
    const c = channel(128);
    (async () => { for (let i = 0; i < n; i++) await c.write(i); })();
    for (let i = 0; i < n; i++) await c.read();
  },
  async 'select of 4'(n) {
    const chans = [channel(), channel(), channel(), channel()];
    for (const ch of chans) (async () => { for (let i = 0; i < n; i += 4) await ch.write(i); })();
    for (let i = 0; i < n; i++) await select(...chans);
  },
  async 'mutex, 4 contend'(n) {
    const token = channel(1);
    token.write(1);
    await Promise.all([1, 2, 3, 4].map(async () => {
      for (let i = 0; i < n; i += 4) { await token.read(); await null; token.write(1); }
    }));
  },
};
