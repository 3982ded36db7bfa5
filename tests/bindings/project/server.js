import { start } from 'goro';

export async function render() {
  const rt = await start();
  const out = rt.chan();
  rt.go(function* () { yield* out.send(42); });
  const { value } = await out.recv();
  await rt.close();
  return `<p>sum ${value}</p>`;
}
