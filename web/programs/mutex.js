import { start } from 'goro';

const rt = await start();

// A counter behind a lock: whoever has the lock may touch it.
function* withMutex() {
  const mu = rt.mutex(), all = rt.waitGroup();
  let n = 0;
  for (let i = 0; i < 5; i++) {
    all.add(1);
    rt.go(function* locker() {
      for (let k = 0; k < 3; k++) {
        yield* mu.lock();
        const seen = n;
        yield* rt.sleep(1); // others want it meanwhile
        n = seen + 1;
        mu.unlock();
      }
      all.done();
    });
  }
  yield* all.wait();
  return n;
}

// A counter behind a channel: one goroutine owns it, the others send.
function* withChannel() {
  const increments = rt.chan(), total = rt.chan();
  rt.go(function* owner() {
    let n = 0;
    while (n < 15) n += (yield* increments.recv()).value;
    yield* total.send(n);
  });
  for (let i = 0; i < 5; i++) {
    rt.go(function* sender() {
      for (let k = 0; k < 3; k++) yield* increments.send(1);
    });
  }
  return (yield* total.recv()).value;
}

await rt.run(function* main() {
  console.log('mutex:  ', yield* withMutex());
  console.log('channel:', yield* withChannel());
});
