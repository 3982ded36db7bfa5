import { start } from 'goro';

const rt = await start();

await rt.run(function* main() {
  const jobs = rt.chan(), results = rt.chan();
  const workers = rt.waitGroup();

  for (let id = 1; id <= 4; id++) { // fan out
    workers.add(1);
    rt.go(function* worker() {
      for (;;) {
        const { value: job, done } = yield* jobs.recv();
        if (done) break;
        yield* rt.sleep(2 + (job * 7) % 5); // some work
        yield* results.send({ id, job });
      }
      workers.done();
    });
  }

  rt.go(function* producer() {
    for (let job = 1; job <= 20; job++) yield* jobs.send(job);
    jobs.close();
  });
  rt.go(function* closer() {
    yield* workers.wait();
    results.close();
  });

  let n = 0; // fan in
  for (;;) {
    const { value, done } = yield* results.recv();
    if (done) break;
    console.log(`job ${value.job} by worker ${value.id}`);
    n++;
  }
  console.log(`${n} jobs done`);
});
