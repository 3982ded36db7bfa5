// effection: structured, generators. Its queues have no bound, so nothing waits to
// send; a race of their takes loses what the losers took, so there is no select.
import { createQueue, run, scoped, spawn } from 'effection';

function* nothing() {}

export default {
  spawn: (n) => run(function* () {
    for (; n > 0; n -= 1000) {
      yield* scoped(function* () {
        const tasks = [];
        for (let i = 0; i < 1000; i++) tasks.push(yield* spawn(nothing));
        for (const task of tasks) yield* task;
      });
    }
  }),
  'ping-pong': (n) => run(function* () {
    const a = createQueue(), b = createQueue();
    yield* spawn(function* () { for (let i = 0; i < n; i++) b.add((yield* a.next()).value); });
    for (let i = 0; i < n; i++) { a.add(i); yield* b.next(); }
  }),
  'buffered 128': (n) => run(function* () {
    const c = createQueue();
    yield* spawn(function* () { for (let i = 0; i < n; i++) c.add(i); });
    for (let i = 0; i < n; i++) yield* c.next();
  }),
};
