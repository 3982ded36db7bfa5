// The module of bindings/README.md whose functions run on workers.
/** @param {import('goro').Chan<number>} jobs @param {import('goro').Chan<number>} out */
export async function work(jobs, out) {
  for await (const n of jobs) await out.send(n * n);
}

/** @param {number} a @param {number} b */
export const add = (a, b) => a + b;
