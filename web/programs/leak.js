import { start } from 'goro';

const rt = await start({ debug: true }); // notes where goroutines are started

// The first answer wins. Nobody ever receives the others, so their
// senders wait for ever. With room for them, rt.chan(3), they would not.
function* firstOf(...servers) {
  const answer = rt.chan();
  for (const ms of servers) {
    rt.go(function* query() {
      yield* rt.sleep(ms);
      yield* answer.send(`answer after ${ms} ms`);
    });
  }
  return (yield* answer.recv()).value;
}

await rt.run(function* main() {
  for (let i = 1; i <= 3; i++) console.log(yield* firstOf(2, 6, 9));
  yield* rt.sleep(20);
});

for (const { count, fn, reason, place } of rt.leaks()) {
  console.log(`leak: ${count} × ${fn} [${reason}], started at ${place}`);
}
await rt.close();
