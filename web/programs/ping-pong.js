import { start } from 'goro';

const rt = await start();

function* player(name, table) {
  for (;;) {
    const { value: ball, done } = yield* table.recv();
    if (done) return;
    ball.hits++;
    console.log(name, ball.hits);
    yield* rt.sleep(20);
    yield* table.send(ball);
  }
}

await rt.run(function* main() {
  const table = rt.chan();
  rt.go(function* ping() { yield* player('ping', table); });
  rt.go(function* pong() { yield* player('pong', table); });

  yield* table.send({ hits: 0 }); // the game is on
  yield* rt.sleep(250);
  yield* table.recv(); // the game is over: grab the ball
  table.close();
});
