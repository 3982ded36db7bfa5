// Prime numbers from C, one by one; sieve.c says how to build the module.
import { start } from 'goro';

const rt = await start({
  wasm: new URL('./sieve.wasm', import.meta.url),
  imports: (rt) => ({
    app: {
      async found(prime) {
        if (prime % 10 === 1) await rt.sleep(5); // C waits, the page does not
        return prime < 100;
      },
    },
  }),
});

const primes = rt.chan.i32();
const count = rt.exports.sieve(primes, 1000);
for await (const prime of primes) console.log(prime);
console.log(`${await count} primes, ${rt.memory.buffer.byteLength >> 10} KiB`);
await rt.close();
