// Sleeping. Node's own poll_oneoff sleeps where nothing can wake it, and an exit
// of the process would have to wait for it; Atomics.wait ends at once.
const CLOCK_EVENT = 0;
const SUBSCRIPTION = { size: 48, tag: 8, clock: 16, timeout: 24, flags: 40 };
const EVENT = { size: 32, error: 8, type: 10 };
const ABSOLUTE = 1;
const NOW = [ // by clock id: realtime, monotonic
  () => BigInt(Date.now()) * 1_000_000n,
  () => process.hrtime.bigint(),
];
const nobody = new Int32Array(new SharedArrayBuffer(4));

/** Blocks this thread. */
export const sleep = (ms) => Atomics.wait(nobody, 0, 0, ms);

/**
 * poll_oneoff for a thread: its own where a file descriptor is waited for, so
 * that an exit is held up by a thread that waits for input.
 */
export const pollIn = (memory, own) => (ins, outs, count, result) => {
  const sleeps = subscriptions(new DataView(memory.buffer), ins >>> 0, count);
  if (!sleeps) return own(ins, outs, count, result);
  let due;
  while (!(due = sleeps.filter(({ left }) => left() <= 0n)).length) {
    const shortest = sleeps.map(({ left }) => left()).reduce((a, b) => (a < b ? a : b));
    sleep(Number(shortest) / 1e6);
  }
  // Memory that was added meanwhile is in a new buffer.
  const view = new DataView(memory.buffer);
  due.forEach(({ userdata }, i) => {
    const event = (outs >>> 0) + i * EVENT.size;
    view.setBigUint64(event, userdata, true);
    view.setUint16(event + EVENT.error, 0, true);
    view.setUint8(event + EVENT.type, CLOCK_EVENT);
  });
  view.setUint32(result >>> 0, due.length, true);
  return 0;
};

// What is slept for, each with the time that is left; nothing where there is
// something else than sleeping.
function subscriptions(view, address, count) {
  const all = Array.from({ length: count }, (_, i) => {
    const at = address + i * SUBSCRIPTION.size;
    const now = NOW[view.getUint32(at + SUBSCRIPTION.clock, true)];
    if (view.getUint8(at + SUBSCRIPTION.tag) !== CLOCK_EVENT || !now) return undefined;
    const absolute = view.getUint16(at + SUBSCRIPTION.flags, true) & ABSOLUTE;
    const end = view.getBigUint64(at + SUBSCRIPTION.timeout, true) + (absolute ? 0n : now());
    return { userdata: view.getBigUint64(at, true), left: () => end - now() };
  });
  return count > 0 && all.every(Boolean) ? all : undefined;
}
