// A module for wasi-threads, and the memory that its threads share.

/** A module that cannot be run, and why. */
export class ModuleError extends Error {
  name = 'ModuleError';
}

const HINT =
  'compile it for wasm32-wasip1-threads, with -pthread -Wl,--import-memory,--export-memory,--max-memory=BYTES';
const IMPORT_SECTION = 2;
const KIND = { function: 0, table: 1, memory: 2, global: 3, tag: 4 };

/**
 * Compiles a module, and makes the memory that it imports.
 * @param {Uint8Array} bytes
 * @returns {Promise<{ module: WebAssembly.Module, memory: WebAssembly.Memory,
 *   memoryName: [module: string, name: string] }>}
 * @throws {ModuleError}
 */
export async function load(bytes) {
  const module = await WebAssembly.compile(bytes).catch((error) => {
    throw new ModuleError(`no WebAssembly module: ${error.message}`);
  });
  const imported = memoryImport(bytes);
  if (!imported?.shared) throw new ModuleError(`the module imports no shared memory: ${HINT}`);
  const missing = ['_start', 'wasi_thread_start'].filter((name) => !exportsOf(module).has(name));
  if (missing.length) throw new ModuleError(`the module exports no ${missing.join(' and no ')}: ${HINT}`);
  return { module, memory: allocate(imported.limits), memoryName: imported.name };
}

const exportsOf = (module) => new Set(WebAssembly.Module.exports(module).map((e) => e.name));

function allocate(limits) {
  try {
    return new WebAssembly.Memory({ ...limits, shared: true });
  } catch (error) {
    throw new ModuleError(`no memory of ${limits.initial} to ${limits.maximum} pages: ${error.message}`);
  }
}

/** LEB128 numbers, bytes and names, one after the other. */
class Reader {
  at = 8; // behind the magic number and the version
  constructor(bytes) {
    this.bytes = bytes;
  }
  byte() {
    return this.bytes[this.at++];
  }
  number() {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.byte();
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  }
  name() {
    const size = this.number();
    this.at += size;
    return new TextDecoder().decode(this.bytes.subarray(this.at - size, this.at));
  }
  limits() {
    const flags = this.number();
    const initial = this.number();
    const limits = flags & 1 ? { initial, maximum: this.number() } : { initial };
    return { shared: (flags & 2) !== 0, limits };
  }
}

// JavaScript does not tell the limits of an imported memory, and it must be
// made with just those: with more, sbrk would hand out what is in use. The
// module is valid, as V8 has compiled it.
function memoryImport(bytes) {
  const reader = new Reader(bytes);
  while (reader.at < bytes.length) {
    const id = reader.byte();
    const end = reader.number() + reader.at;
    if (id === IMPORT_SECTION) return findMemory(reader);
    reader.at = end;
  }
}

function findMemory(reader) {
  for (let left = reader.number(); left > 0; left--) {
    const name = [reader.name(), reader.name()];
    const kind = reader.byte();
    if (kind === KIND.memory) return { name, ...reader.limits() };
    skip(reader, kind);
  }
}

function skip(reader, kind) {
  if (kind === KIND.function) reader.number();
  if (kind === KIND.table) {
    reader.byte();
    reader.limits();
  }
  if (kind === KIND.global) reader.at += 2;
  if (kind === KIND.tag) {
    reader.byte();
    reader.number();
  }
}
