/** What libc asks of its host: lines on stdout and stderr, clocks, the end. */
import type { Core } from '../core.js';
import type { Pointer } from '../ffi.js';
import type { StartOptions } from '../runtime.js';

/** Errors of WASI. */
const EBADF = 8;
const ENOSYS = 52;
const ESPIPE = 70;

/** C's two streams of text, line by line. */
export class Stdio {
  readonly #print: ((line: string) => void)[];
  readonly #decoders = [new TextDecoder(), new TextDecoder()];
  readonly #rest = ['', ''];

  constructor({ stdout, stderr }: StartOptions) {
    this.#print = [stdout ?? ((line) => console.log(line)), stderr ?? ((line) => console.error(line))];
  }

  /** fd: 1 or 2 */
  write(fd: number, bytes: Uint8Array): void {
    const i = fd - 1;
    const lines = (this.#rest[i] + this.#decoders[i]!.decode(bytes.slice(), { stream: true })).split('\n');
    this.#rest[i] = lines.pop()!;
    for (const line of lines) this.#print[i]!(line);
  }

  /** What has no end yet ends now. */
  end(): void {
    this.#rest.forEach((rest, i) => { if (rest !== '') this.#print[i]!(rest); });
    this.#rest.fill('');
  }
}

/** The functions of wasi_snapshot_preview1; there is nothing to read, and no file. */
export function wasi(core: Core, stdio: Stdio): WebAssembly.ModuleImports {
  const word = (at: Pointer, value: number) => { core.u32[at >> 2] = value; };
  const fd_write = (fd: number, iovs: Pointer, n: number, written: Pointer) => {
    if (fd !== 1 && fd !== 2) return EBADF;
    let total = 0;
    for (let at = iovs >> 2; n > 0; n--, at += 2) {
      const length = core.u32[at + 1]!;
      total += length;
      stdio.write(fd, new Uint8Array(core.memory.buffer, core.u32[at], length));
    }
    word(written, total);
    return 0;
  };
  const known: WebAssembly.ModuleImports = {
    fd_write,
    fd_seek: () => ESPIPE,
    fd_read: () => EBADF,
    fd_close: () => 0,
    clock_time_get: (id: number, _precision: bigint, at: Pointer) => {
      core.i64[at >> 3] = BigInt(Math.floor((id === 0 ? Date.now() : performance.now()) * 1e6));
      return 0;
    },
    environ_sizes_get: (count: Pointer, size: Pointer) => { word(count, 0); word(size, 0); return 0; },
    environ_get: () => 0,
    proc_exit: (code: number) => core.exit(`exit(${code}) was called`),
  };
  return new Proxy(known, { get: (_, name: string) => known[name] ?? (() => ENOSYS) });
}
