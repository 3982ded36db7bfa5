const { start } = require('goro');

start().then(async (rt) => {
  const out = rt.chan();
  rt.go(function* () { yield* out.send(42); });
  console.log(`sum ${(await out.recv()).value}`);
  await rt.close();
});
