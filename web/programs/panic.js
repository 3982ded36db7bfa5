import { start } from 'goro';

const rt = await start();

function* fragile(n) {
  yield* rt.sleep(1);
  if (n === 2) throw new Error('two is too much');
  return n;
}

// Recovered: the goroutine sees to it itself, and the others go on.
await rt.run(function* main() {
  const all = rt.waitGroup();
  for (let n = 1; n <= 3; n++) {
    all.add(1);
    rt.go(function* careful() {
      try {
        console.log('result', yield* fragile(n));
      } catch (error) {
        console.log('recovered:', error.message);
      } finally { // as Go's defer
        all.done();
      }
    });
  }
  yield* all.wait();
});

// Not recovered: it reaches whoever waits for the goroutine.
const g = rt.go(function* careless() { return yield* fragile(2); });
await g.wait();
console.log('never printed');
