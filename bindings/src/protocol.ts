/** What the agents' threads say to each other; all else goes through memory. */
import type { Pointer } from './ffi.js';
import type { RuntimeInfo } from './runtime.js';

/** So many of the workers that were lost are remembered: by then nothing of theirs is on its way. */
export const LOST_MAX = 256;

export const START = 0;
export const READY = 1;
export const WAKE = 2;
export const NEED = 3;
export const STUCK = 4;
export const LOST = 5;
export const KILL = 6;
export const CLOSE = 7;
export const CLOSED = 8;
export const FAILED = 9;

/** Become an agent. */
export interface Start {
  readonly op: typeof START;
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** `performance.timeOrigin` of agent 0. */
  readonly origin: number;
  readonly agent: Pointer;
  /** The worker's number: an agent's memory is used again, this is not. */
  readonly id: number;
  /** The numbers of those that were lost before, and what was said. */
  readonly lost: readonly (readonly [id: number, error: string])[];
  /** The channel of calls. */
  readonly queue: Pointer;
  readonly info: RuntimeInfo;
  /** The name of a lock that it holds as long as it lives, where there are locks. */
  readonly lock: string;
}

/** From agent 0 to a worker. */
export type ToWorker =
  | Start
  /** Look at your memory: for hosts whose event loops cannot wait for it. */
  | { readonly op: typeof WAKE }
  /** That worker is gone, with the calls it has taken. */
  | { readonly op: typeof LOST; readonly id: number; readonly error: string }
  /** The runtime is closed, or the worker has thrown: end what runs, take nothing more, and say so. */
  | { readonly op: typeof CLOSE };

/** From a worker to agent 0. */
export type FromWorker =
  /** locked: it holds its lock. */
  | { readonly op: typeof READY; readonly locked: boolean }
  /** Tell this agent to look. */
  | { readonly op: typeof WAKE; readonly agent: Pointer }
  /** As many calls of this worker's wait for others. */
  | { readonly op: typeof NEED; readonly calls: number }
  /** Nothing runs anywhere, as far as can be seen from here. */
  | { readonly op: typeof STUCK }
  /** End that worker: a call was called off, and does not end. */
  | { readonly op: typeof KILL; readonly id: number; readonly what: string }
  | { readonly op: typeof CLOSED }
  /** The worker cannot go on; what it says. */
  | { readonly op: typeof FAILED; readonly text: string };
