// Of the documentation's examples.
export const add = (a, b) => a + b;

export async function hang(begun) {
  await begun.send('begins');
  await new Promise(() => {});
}

export async function squares(n, out) {
  for (let i = 1; i <= n; i++) await out.send(i * i);
}
