import { start } from 'goro';

const rt = await start();

function stage(name, src, fn) {
  const out = rt.chan(2);
  rt.go(Object.defineProperty(function* () {
    for (;;) {
      const { value, done } = yield* src.recv();
      if (done) break;
      yield* rt.sleep(1); // some work
      yield* out.send(fn(value));
    }
    out.close();
  }, 'name', { value: name }));
  return out;
}

await rt.run(function* main() {
  const numbers = rt.chan(2);
  rt.go(function* numbers_() {
    for (let i = 1; i <= 12; i++) yield* numbers.send(i);
    numbers.close();
  });

  const squares = stage('square', numbers, (n) => n * n);
  const halves = stage('halve', squares, (n) => n / 2);
  const texts = stage('format', halves, (n) => n.toFixed(1));
  for (;;) {
    const { value, done } = yield* texts.recv();
    if (done) break;
    console.log(value);
  }
});
