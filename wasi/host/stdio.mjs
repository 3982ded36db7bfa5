// The host's own standard streams may be non-blocking, when whoever started
// Node left them so. The module knows only streams that block.
import { writeSync } from 'node:fs';
import { sleep } from './clocks.mjs';

const WASI_EAGAIN = 6;
const RETRY_MS = 1;

/** A function of WASI, tried until the stream takes or gives something. */
export const blocking = (call) => (...args) => {
  for (;;) {
    const errno = call(...args);
    if (errno !== WASI_EAGAIN) return errno;
    sleep(RETRY_MS);
  }
};

/** Writes all of `text` to a file descriptor, before it returns. */
export function print(fd, text) {
  let left = Buffer.from(text);
  while (left.length) {
    try {
      left = left.subarray(writeSync(fd, left));
    } catch (error) {
      if (error.code !== 'EAGAIN') return; // nobody is left to read it
      sleep(RETRY_MS);
    }
  }
}
