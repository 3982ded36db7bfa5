import { start } from 'goro';

const rt = await start();
const { spin } = rt.module(new URL('./spin.js', import.meta.url));

await rt.run(function* main() {
  if (rt.info.mode === 'st') return console.log(`there is no worker to run it: ${rt.info.reason}`);

  rt.go(function* spinner() { yield* spin(); }); // for (;;), on a worker
  for (let beat = 1; beat <= 5; beat++) {
    yield* rt.sleep(60);
    console.log(`this thread goes on: beat ${beat}`);
  }
});
await rt.close(); // ends the worker as well
