import { start } from 'goro';

const rt = await start();

function* generate(out) {
  for (let i = 2; ; i++) yield* out.send(i);
}

function* filter(src, out, prime) {
  for (;;) {
    const { value } = yield* src.recv();
    if (value % prime !== 0) yield* out.send(value);
  }
}

await rt.run(function* main() {
  let ch = rt.chan();
  rt.go(generate, ch);
  for (let i = 0; i < 12; i++) {
    const { value: prime } = yield* ch.recv();
    console.log(prime);
    const next = rt.chan();
    rt.go(filter, ch, next, prime);
    ch = next;
  }
});
await rt.close(); // main has ended: so do the others
