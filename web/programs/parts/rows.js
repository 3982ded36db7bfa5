// Some rows of the Mandelbrot set, as pixels. A generator: so each call is a
// goroutine that the picture shows on its thread.
export function* rows(y0, count, width, height) {
  const pixels = new Uint8ClampedArray(4 * width * count);
  for (let i = 0; i < width * count; i++) {
    const cx = (i % width) / width * 3.2 - 2.3;
    const cy = ((y0 + Math.floor(i / width)) / height - 0.5) * 2.2;
    const n = steps(cx, cy);
    const t = n / 400;
    const colour = n === 400 ? [14, 17, 22] : [40 + 215 * t ** 0.3, 60 + 190 * t ** 0.5, 120 + 100 * (1 - t)];
    pixels.set([...colour, 255], 4 * i);
  }
  return pixels;
}

function steps(cx, cy) {
  let x = 0, y = 0, n = 0;
  for (; n < 400 && x * x + y * y < 4; n++) [x, y] = [x * x - y * y + cx, 2 * x * y + cy];
  return n;
}
