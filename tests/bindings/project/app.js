import { recv, select, start } from 'goro';

async function sum() {
  const rt = await start();
  const out = rt.chan();
  rt.go(function* () { yield* out.send(20); });
  rt.go(async () => { await out.send(22); });
  const a = await out.recv(), b = await select({ b: recv(out) });
  await rt.close();
  return `sum ${a.value + b.value}`;
}

sum().catch(String).then((text) => { document.title = text; });
