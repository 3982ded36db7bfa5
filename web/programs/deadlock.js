import { start } from 'goro';

const rt = await start();

// Five philosophers, five forks. All take the left one first.
await rt.run(function* main() {
  const forks = Array.from({ length: 5 }, () => rt.mutex());
  const dinner = rt.waitGroup(), seated = rt.waitGroup();
  seated.add(5);

  for (let i = 0; i < 5; i++) {
    dinner.add(1);
    rt.go(function* philosopher() {
      yield* forks[i].lock();
      console.log(`philosopher ${i} has the left fork`);
      seated.done();
      yield* seated.wait(); // until all have one
      yield* forks[(i + 1) % 5].lock();
      console.log(`philosopher ${i} eats`);
      dinner.done();
    });
  }
  yield* dinner.wait();
});
