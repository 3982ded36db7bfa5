import { recv, select, start } from 'goro';

const rt = await start();
const out = rt.chan();
rt.go(function* () { yield* out.send(20); });
rt.go(async () => { await out.send(22); });
const a = await out.recv(), b = await select({ b: recv(out) });
await rt.close();
console.log(`sum ${a.value + b.value}`);
