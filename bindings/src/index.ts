/// <reference lib="esnext.disposable" preserve="true" />
/** Go's concurrency: goroutines, channels, select, sync and context, on WebAssembly. */
export { start, Runtime, runtime, select, type Calls, type GroupOptions, type MakeChan, type RuntimeInfo, type RuntimeStats, type StartOptions, type TypedChanMakers } from './runtime.js';
export { Chan, type RecvChan, type RecvResult, type SendChan, TypedChan } from './channel.js';
export { Block } from './block.js';
export type { ElementKind, ElementTypes } from './elements.js';
export { after, recv, send, type AfterCase, type Case, type Cases, type RecvCase, type SelectResult, type SendCase } from './select.js';
export { Context } from './context.js';
export { Goroutine, type GoFunction } from './goroutine.js';
export type { Leak } from './leaks.js';
export { Group } from './group.js';
export { Cond, type Held, Mutex, Once, RWMutex, Semaphore, WaitGroup } from './sync.js';
export { SingleFlight } from './flight.js';
export type { Module, ModuleOptions } from './module.js';
export { transfer } from './realm.js';
export type { Op, Pause, SendOptions, WaitOptions } from './op.js';
export type { WasmSource } from './ffi.js';
export type { ImportFunctions } from './c/imports.js';
export type { Memory } from './c/memory.js';
export {
  CanceledError, ChanClosedError, DeadlineExceededError, DeadlockError, FatalError, GoexitError, GoroError, LoadError, NilChanError,
  PanicError, RuntimeClosedError, UsageError, WorkerError,
} from './errors.js';
