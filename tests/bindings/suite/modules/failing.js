// Functions for workers.mjs, which do what is bad for their worker.
import { runtime } from '../../../../bindings/dist/index.js';

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

/** Meets another one, and sends for as long as its worker lives. */
export function beat(name, id, mine, theirs) {
  const beats = new BroadcastChannel(name);
  setInterval(() => beats.postMessage(id), 5);
  return meet(mine, theirs);
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

/** Begins a call of a flight, or a member of a group, and ends with it at the word. */
export const flyAndDie = (flight, begun, word) => flight.do('k', async () => {
  await begun.send('begins');
  await word.recv();
  return die();
});

export function joinAndDie(group, begun, word) {
  group.go(async () => {
    await begun.send('begins');
    await word.recv();
    return die();
  });
}

/** Passes the group on to another worker, and dies. */
export async function relayAndDie(group, url, begun, word) {
  await runtime().module(url).joinAndWait(group, begun);
  await word.recv();
  return die();
}

export function joinAndWait(group, begun) {
  group.go(async () => {
    await begun.send('begins');
    await runtime().chan().recv(group);
  });
}

/** As many worker's calls as there are waiters begin, and one dies. */
export const flyAndStay = (flight, key, begun, gate) => flight.do(key, async () => {
  await begun.send('begins');
  return (await gate.recv()).value;
});

/** So many messages of as many bytes. */
export function pour(ch, messages, bytes) {
  for (let n = 0; n < messages; n++) ch.trySend(new Uint8Array(bytes).fill(n));
  return messages;
}
