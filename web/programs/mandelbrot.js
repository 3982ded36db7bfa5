import { start } from 'goro';

const rt = await start();
const { rows } = rt.module(new URL('./rows.js', import.meta.url)); // runs on workers
const W = canvas.width = 480, H = canvas.height = 300, STRIP = 10;
const picture = canvas.getContext('2d');

function* paint(painters) {
  const began = performance.now(), all = rt.waitGroup();
  let next = 0;
  for (let i = 0; i < painters; i++) {
    all.add(1);
    rt.go(function* painter() {
      while (next < H) {
        const y = next;
        next += STRIP;
        const pixels = yield* rows(y, STRIP, W, H);
        picture.putImageData(new ImageData(pixels, W), 0, y);
      }
      all.done();
    });
  }
  yield* all.wait();
  return performance.now() - began;
}

await rt.run(function* main() {
  yield* paint(rt.info.procs); // workers start, engines warm up
  const one = yield* paint(1);
  console.log(`1 at a time: ${one.toFixed(0)} ms`);
  const { procs } = rt.info;
  for (let n = 2; n < 2 * procs; n *= 2) { // 2, 4, 8 …, and in the end all of them
    const painters = Math.min(n, procs), ms = yield* paint(painters);
    console.log(`${painters} at a time: ${ms.toFixed(0)} ms, ${(one / ms).toFixed(1)} × as fast`);
  }
  if (procs === 1) console.log(`no more than one: ${rt.info.reason}`);
});
await rt.close();
