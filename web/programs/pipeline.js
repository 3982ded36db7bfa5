import { start } from 'goro';

const rt = await start();

function* source(out) {
  for (let i = 1; i <= 12; i++) yield* out.send(i);
  out.close();
}

function* stage(src, out, fn) {
  for (;;) {
    const { value, done } = yield* src.recv();
    if (done) break;
    yield* rt.sleep(1); // some work
    yield* out.send(fn(value));
  }
  out.close();
}

await rt.run(function* main() {
  const numbers = rt.chan(2), squares = rt.chan(2), halves = rt.chan(2), texts = rt.chan(2);
  rt.go(source, numbers);
  rt.go(stage, numbers, squares, (n) => n * n);
  rt.go(stage, squares, halves, (n) => n / 2);
  rt.go(stage, halves, texts, (n) => n.toFixed(1));

  for (;;) {
    const { value, done } = yield* texts.recv();
    if (done) break;
    console.log(value);
  }
});
