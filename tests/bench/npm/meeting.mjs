// Two functions that meet: when both have returned, two workers have begun.
export function* ping(there, back) {
  yield* there.send(1);
  yield* back.recv();
}

export function* pong(there, back) {
  yield* there.recv();
  yield* back.send(1);
}
