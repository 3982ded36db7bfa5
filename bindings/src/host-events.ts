/** The host's event loop: a way back to it, and its end. */

interface Process {
  on(event: 'beforeExit', listener: () => void): void;
  off(event: 'beforeExit', listener: () => void): void;
}

interface HostGlobals {
  process?: Process;
  setImmediate?: (callback: () => void) => void;
}

/** What messages to ourselves are to call; a port that is listened to is never collected, so there is one for all. */
const called: (() => void)[] = [];
let port: MessagePort | undefined;

function portToUs(): MessagePort {
  const channel = new MessageChannel();
  channel.port1.onmessage = () => called.shift()!();
  return channel.port2;
}

/**
 * A function that calls `callback` as soon as the event loop has had its turn.
 * Not setTimeout, which browsers delay by 4 ms when nested.
 */
export function macrotask(callback: () => void): () => void {
  const { setImmediate } = globalThis as HostGlobals;
  if (setImmediate) return () => setImmediate(callback);
  return () => {
    called.push(callback);
    (port ??= portToUs()).postMessage(0);
  };
}

/**
 * Have `callback` called when the event loop is empty: then nothing can ever
 * happen again, unless the callback starts something. Node, Deno and Bun only.
 * @returns a function that undoes it
 */
export function onEmptyLoop(callback: () => void): () => void {
  const { process } = globalThis as HostGlobals;
  if (typeof process?.on !== 'function') return () => {};
  process.on('beforeExit', callback);
  return () => process.off('beforeExit', callback);
}

/** Who is told why a signal was aborted. */
export type Told = (reason: unknown) => void;

/** Who is to be told of a signal's abort: one listener serves all. */
const aborts = new WeakMap<AbortSignal, Set<Told>>();

/**
 * Have `callback` called when the signal is aborted. Many waits on one signal
 * are usual; hosts warn of many listeners, and take their time to remove one.
 * @returns a function that undoes it
 */
export function onAbort(signal: AbortSignal, callback: Told): () => void {
  const callbacks = aborts.get(signal) ?? listenTo(signal);
  callbacks.add(callback);
  return () => { callbacks.delete(callback); };
}

function listenTo(signal: AbortSignal): Set<Told> {
  const callbacks = new Set<Told>();
  aborts.set(signal, callbacks);
  signal.addEventListener('abort', () => {
    aborts.delete(signal);
    for (const callback of callbacks) callback(signal.reason);
  }, { once: true });
  return callbacks;
}
