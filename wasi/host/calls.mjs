// Files that a thread opens are open in all threads, but every WASI object of
// Node has a table of its own. So one worker, files.mjs, has the table and does
// all calls about files, one at a time; the threads call it here.
//
// The three standard streams are left to the callers: they are the host's own
// in every table, and waiting for input must not hold up the others.
//
// A call goes through a shared array. The caller takes the lock, leaves the
// function's number and its arguments, sets the state to ASKED and sleeps until
// the answer is there; the worker sleeps until something is asked.
import { blocking } from './stdio.mjs';

const [IDLE, ASKED, ANSWERED] = [0, 1, 2];
const [FREE, TAKEN, WAITED] = [0, 1, 2]; // WAITED: taken, somebody may sleep on it
const [LOCK, STATE, FUNCTION, COUNT, BIG, RESULT] = [0, 1, 2, 3, 4, 5]; // indices
const WORDS = 8;
const ARGUMENTS = 12; // path_open, which has the most, has nine

const STANDARD_STREAMS = 3;
// Calls that a thread does by itself on a standard stream
const STREAMED = new Set(['fd_read', 'fd_write', 'fd_fdstat_get', 'fd_filestat_get']);
const NAMES = [
  'fd_advise', 'fd_allocate', 'fd_close', 'fd_datasync', 'fd_fdstat_get',
  'fd_fdstat_set_flags', 'fd_fdstat_set_rights', 'fd_filestat_get',
  'fd_filestat_set_size', 'fd_filestat_set_times', 'fd_pread',
  'fd_prestat_get', 'fd_prestat_dir_name', 'fd_pwrite', 'fd_read',
  'fd_readdir', 'fd_renumber', 'fd_seek', 'fd_sync', 'fd_tell', 'fd_write',
  'path_create_directory', 'path_filestat_get', 'path_filestat_set_times',
  'path_link', 'path_open', 'path_readlink', 'path_remove_directory',
  'path_rename', 'path_symlink', 'path_unlink_file', 'sock_accept',
  'sock_recv', 'sock_send', 'sock_shutdown',
];

/** The shared array, to be handed to all workers. */
export function newCalls() {
  const buffer = new SharedArrayBuffer((WORDS + 2 * ARGUMENTS) * 4);
  return { words: new Int32Array(buffer, 0, WORDS), args: new BigInt64Array(buffer, WORDS * 4) };
}

/**
 * The imports of preview1 that are about files, for a thread.
 * @param own those of the thread's own WASI object
 */
export function callsTo(calls, own) {
  const pick = (name, number) => {
    const remote = (...args) => call(calls, number, args);
    if (!STREAMED.has(name)) return remote;
    const local = blocking(own[name]);
    return (...args) => (args[0] < STANDARD_STREAMS ? local : remote)(...args);
  };
  return Object.fromEntries(NAMES.map((name, number) => [name, pick(name, number)]));
}

function call({ words, args: slots }, number, args) {
  lock(words);
  let big = 0; // a bit for every argument that is a BigInt
  args.forEach((value, i) => {
    slots[i] = BigInt(value);
    if (typeof value === 'bigint') big |= 1 << i;
  });
  words[FUNCTION] = number;
  words[COUNT] = args.length;
  words[BIG] = big;
  Atomics.store(words, STATE, ASKED);
  Atomics.notify(words, STATE);
  while (Atomics.load(words, STATE) === ASKED) Atomics.wait(words, STATE, ASKED);
  const result = words[RESULT];
  Atomics.store(words, STATE, IDLE);
  unlock(words);
  return result;
}

// U. Drepper, "Futexes Are Tricky", mutex 2
function lock(words) {
  if (Atomics.compareExchange(words, LOCK, FREE, TAKEN) === FREE) return;
  while (Atomics.exchange(words, LOCK, WAITED) !== FREE) Atomics.wait(words, LOCK, WAITED);
}

function unlock(words) {
  if (Atomics.exchange(words, LOCK, FREE) === WAITED) Atomics.notify(words, LOCK, 1);
}

/** The worker's part: does what is asked, with `functions`, for ever. */
export function serve({ words, args }, functions) {
  for (;;) {
    const state = Atomics.load(words, STATE);
    if (state !== ASKED) {
      Atomics.wait(words, STATE, state);
      continue;
    }
    const given = Array.from(args.subarray(0, words[COUNT]), (value, i) =>
      words[BIG] & (1 << i) ? value : Number(value) >>> 0);
    words[RESULT] = functions[NAMES[words[FUNCTION]]](...given);
    Atomics.store(words, STATE, ANSWERED);
    Atomics.notify(words, STATE);
  }
}
