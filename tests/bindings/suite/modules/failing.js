// Functions for workers.mjs, which do what is bad for their worker.
export const add = (a, b) => a + b;

/** Without giving way: ends only if another one runs at the same time. */
export function meet(mine, theirs) {
  theirs.trySend('here');
  while (!mine.tryRecv());
  return 'met';
}

export function loop(begun) {
  begun?.trySend('begins');
  for (;;);
}

export function die() {
  if (globalThis.process) process.exit(3);
  globalThis.close();
  return new Promise(() => {});
}

/** Waits, and holds a channel's other end, for as long as it is let. */
export async function wait(begun, ch) {
  await begun.send('begins');
  return (await ch.recv()).value;
}

export async function throwLater() {
  setTimeout(() => { throw new Error('nobody catches this'); });
  await new Promise(() => {});
}

/** Takes all workers' time, for a while. */
export function burn(ms) {
  const end = performance.now() + ms;
  while (performance.now() < end);
  return ms;
}
