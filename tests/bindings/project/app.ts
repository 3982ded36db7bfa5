import { type Chan, recv, select, start } from 'goro';

export async function sum(): Promise<number> {
  const rt = await start();
  const out: Chan<number> = rt.chan<number>(1);
  rt.go(function* () { yield* out.send(42); });
  const r = await select({ msg: recv(out) });
  await rt.close();
  return r.done ? 0 : r.value;
}
