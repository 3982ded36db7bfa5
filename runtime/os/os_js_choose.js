/*
 * os_js_choose.js: what goro cc --threads writes as app.mjs, after the names of
 * the two programs that it chooses from. Where memory can be shared and there
 * are workers it runs the one with threads, else the other one, which behaves
 * the same, if it was made; goroInfo of the module object says which, and why.
 */

/** Do not offer less than this to the program with threads: it has no use. */
const GORO_PAGES_MIN = 1024;

/**
 * The shared memory for the program with threads. Hosts reserve the maximum,
 * and those with little address space refuse a large one, so halves of it are
 * tried.
 */
function goroSharedMemory() {
  const { initial, maximum } = goroPages;
  for (let most = maximum; ; most = Math.max(most >> 1, initial)) {
    try {
      return new WebAssembly.Memory({ initial, maximum: most, shared: true });
    } catch (error) {
      if (most <= GORO_PAGES_MIN || most === initial) throw error;
    }
  }
}

/** The program that is to run; there may be none for hosts without threads. */
function goroPart(reason) {
  const part = reason ? goroParts.single : goroParts.threads;
  if (part) return part();
  throw new Error(`This program needs threads (it was made by goro cc --threads=only), and there are none: ${reason}`);
}

/** Why the host cannot run threads, or undefined. */
function goroNoThreads() {
  if (typeof SharedArrayBuffer === 'undefined' || globalThis.crossOriginIsolated === false) {
    return 'no shared memory: the page is not cross-origin isolated (headers COOP and COEP)';
  }
  const isNode = typeof globalThis.process?.versions?.node === 'string';
  if (!isNode && typeof Worker === 'undefined') return 'there is no Worker here';
}

/**
 * @param {object} [options] Emscripten's, and goroThreads: false for the
 *   program without threads
 */
export default async function Module(options = {}) {
  let reason = options.goroThreads === false ? 'goroThreads is false' : goroNoThreads();
  let wasmMemory;
  try {
    if (!reason) wasmMemory = goroSharedMemory();
  } catch (error) {
    reason = `no shared memory: ${error.message}`;
  }
  const { default: start } = await goroPart(reason);
  return start(reason ? { ...options, goroReason: reason } : { ...options, wasmMemory });
}
