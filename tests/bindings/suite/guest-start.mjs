// The module of tests/bindings/guest.c, which bindings.test.mjs has built.
import { start } from '../../../bindings/dist/index.js';

let url = new URL('../../../build/tests/bindings/guest.wasm', import.meta.url);

/** Another build of it. */
export const setGuest = (file) => { url = file; };

let compiled;

/** What it imports; tests put others in their place. */
export let imports;

function fresh(rt) {
  imports = {
    app: {
      ask: (n) => n,
      ask64: (n) => n * 2n,
      askf: async (n) => n + 1,
      * askd(n) { yield* rt.sleep(0); return n + 1; },
      tell: (p) => { imports.told = rt.memory.text(p); },
      channel: () => {
        const ch = rt.chan.i32(1);
        ch.trySend(9);
        return ch;
      },
    },
    more: { early: (v) => v + 1, reenter: (n) => rt.exports.nested(n - 1) },
  };
  // By name, so that tests can put others there.
  const late = (module, name) => (...args) => imports[module][name](...args);
  return { ...imports, app: { ...imports.app, ask: late('app', 'ask') } };
}

let shared;

/** One that may have been used: engines have room for some hundred memories. */
export async function sharedGuest() {
  if (!shared || shared.core.closed) shared = await startGuest();
  fresh(shared);
  return shared;
}

export const closeGuest = () => shared?.close();

/** A runtime of it. */
export async function startGuest(options = {}) {
  compiled ??= (async () => {
    const { process } = globalThis;
    const fs = process?.getBuiltinModule?.('node:fs');
    return WebAssembly.compile(fs ? fs.readFileSync(url) : await (await fetch(url)).arrayBuffer());
  })();
  return start({ wasm: await compiled, imports: fresh, ...options });
}
