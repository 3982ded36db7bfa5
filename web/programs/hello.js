import { start } from 'goro';

const rt = await start();
await rt.run(function* main() {
  const ch = rt.chan();
  rt.go(function* greeter() { yield* ch.send('Hello from a goroutine'); });
  console.log((yield* ch.recv()).value);
});
