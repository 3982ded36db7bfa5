import { start } from 'goro';

const rt = await start();

// Three mirrors are asked at once; the first answer cancels the other two.
await rt.run(function* main() {
  const ctx = rt.context().withTimeout(5000);
  const answers = rt.chan(3), stopped = rt.waitGroup();

  for (const [mirror, ms] of [['Zürich', 900], ['Oslo', 12], ['Lima', 900]]) {
    stopped.add(1);
    rt.go(function* fetcher() {
      try {
        yield* rt.sleep(ms, { ctx });
        yield* answers.send(mirror);
      } catch (error) {
        console.log(`${mirror}: ${error.name}`);
      } finally {
        stopped.done();
      }
    });
  }

  console.log(`answer from ${(yield* answers.recv()).value}`);
  ctx.cancel();
  yield* stopped.wait();
});
