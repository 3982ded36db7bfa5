import { start } from 'goro';

// goro cc sieve.c --package -o sieve.wasm
const rt = await start({ wasm: new URL('./sieve.wasm', import.meta.url) });

await rt.run(function* main() {
  const out = rt.chan.i32();
  rt.go(function* caller() { yield* rt.exports.primes(out, 12); });
  for (;;) {
    const { value: prime, done } = yield* out.recv();
    if (done) break;
    console.log(prime);
  }
});
await rt.close();
