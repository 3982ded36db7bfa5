import { start, select, recv, after } from 'goro';

const rt = await start();

await rt.run(function* main() {
  const answers = rt.chan(1); // room for one that comes too late
  rt.go(function* server() {
    for (const ms of [5, 15, 10, 400]) {
      yield* rt.sleep(ms);
      yield* answers.send(`an answer after ${ms} ms`);
    }
  });

  for (;;) {
    const r = yield* select({ answer: recv(answers), late: after(100) });
    if (r.key === 'late') break;
    console.log(r.value);
  }
  console.log('nothing for 100 ms: enough');
});
