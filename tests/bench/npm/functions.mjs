// What the workers are asked to do.
export const inc = (x) => x + 1;

// Keeps its worker to itself for so long.
export function spin(ms) {
  for (const until = performance.now() + ms; performance.now() < until;);
}

// One side of a ping-pong each, as either kind of goroutine; how many ms it took.
// They spin first, so that another worker takes the other side.
export function* generatorPing(there, back, n) {
  spin(5);
  const from = performance.now();
  for (let i = 0; i < n; i++) {
    yield* there.send(i);
    yield* back.recv();
  }
  return performance.now() - from;
}

export function* generatorPong(there, back, n) {
  spin(5);
  for (let i = 0; i < n; i++) yield* back.send((yield* there.recv()).value);
}

export async function asyncPing(there, back, n) {
  spin(5);
  const from = performance.now();
  for (let i = 0; i < n; i++) {
    await there.send(i);
    await back.recv();
  }
  return performance.now() - from;
}

export async function asyncPong(there, back, n) {
  spin(5);
  for (let i = 0; i < n; i++) await back.send((await there.recv()).value);
}
