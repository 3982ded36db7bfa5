// Effect: fibers. Its smallest queue is 1; its select is a race that interrupts the losers.
import { Effect, Fiber, Queue, Semaphore } from 'effect';

const run = (fn) => Effect.runPromise(Effect.gen(fn));
const fork = (fn) => Effect.forkChild(Effect.gen(fn));

export default {
  spawn: (n) => run(function* () {
    for (; n > 0; n -= 1000) {
      const fibers = [];
      for (let i = 0; i < 1000; i++) fibers.push(yield* Effect.forkChild(Effect.void));
      yield* Fiber.awaitAll(fibers);
    }
  }),
  'ping-pong': (n) => run(function* () {
    const a = yield* Queue.bounded(1), b = yield* Queue.bounded(1);
    yield* fork(function* () { for (let i = 0; i < n; i++) yield* Queue.offer(b, yield* Queue.take(a)); });
    for (let i = 0; i < n; i++) { yield* Queue.offer(a, i); yield* Queue.take(b); }
  }),
  'buffered 128': (n) => run(function* () {
    const c = yield* Queue.bounded(128);
    yield* fork(function* () { for (let i = 0; i < n; i++) yield* Queue.offer(c, i); });
    for (let i = 0; i < n; i++) yield* Queue.take(c);
  }),
  'select of 4': (n) => run(function* () {
    const queues = [];
    for (let i = 0; i < 4; i++) queues.push(yield* Queue.bounded(1));
    for (const queue of queues) yield* fork(function* () { for (let i = 0; ; i++) yield* Queue.offer(queue, i); });
    const takes = queues.map((queue) => Queue.take(queue));
    for (let i = 0; i < n; i++) yield* Effect.raceAllFirst(takes);
  }),
  'mutex, 4 contend': (n) => run(function* () {
    const mutex = yield* Semaphore.make(1);
    const body = mutex.withPermits(1)(Effect.yieldNow);
    const fibers = [];
    for (let g = 0; g < 4; g++) fibers.push(yield* fork(function* () { for (let i = 0; i < n; i += 4) yield* body; }));
    yield* Fiber.awaitAll(fibers);
  }),
};
