import { start } from 'goro';

const rt = await start();

// Five philosophers, five forks. All take the left one first.
await rt.run(function* main() {
  const forks = Array.from({ length: 5 }, () => rt.mutex());
  const dinner = rt.waitGroup();

  for (let i = 0; i < 5; i++) {
    dinner.add(1);
    rt.go(function* philosopher() {
      yield* forks[i].lock();
      console.log(`philosopher ${i} has the left fork`);
      yield* rt.sleep(5);
      yield* forks[(i + 1) % 5].lock();
      console.log(`philosopher ${i} eats`);
      dinner.done();
    });
  }
  yield* dinner.wait();
});
