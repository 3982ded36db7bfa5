/**
 * select: of several channel operations, the one that is ready; in one step of
 * the runtime, which leaves nothing on the channels that were not chosen.
 */
import { Chan, type RecvChan, type RecvResult, type SendChan } from './channel.js';
import { type Core, unexpected } from './core.js';
import { ChanClosedError, UsageError } from './errors.js';
import { CASE_BYTES, CASE_SEND, CLOSED, NONE, type Pointer, VAL_BYTES } from './ffi.js';
import { delay, type Kind, type Op, SELECT, type Subject, unusual, type WaitOptions } from './op.js';

/** What a case does, as a property: instanceof has to know other copies' classes, and is slow. */
const RECEIVES = 1;
const SENDS = 2;
const WAITS = 3;

/** A select's case that receives; made by {@link recv}. */
export class RecvCase<T> {
  /** @internal */
  readonly does = RECEIVES;
  /** @internal */
  constructor(readonly chan: RecvChan<T> | null) {}
}

/** A select's case that sends; made by {@link send}. */
export class SendCase<T> {
  /** @internal */
  readonly does = SENDS;
  /** @internal */
  constructor(readonly chan: SendChan<T> | null, readonly value: T) {}
}

/** A select's case that is ready after a while; made by {@link after}. */
export class AfterCase {
  /** @internal */
  readonly does = WAITS;
  /** @internal */
  constructor(readonly ms: number) {}
}

/**
 * A case that receives. From null nothing ever comes, as from Go's nil channel:
 * so a case can be switched off.
 * @example
 * const ch = rt.chan(1);
 * ch.trySend('hi');
 * const r = await select({ msg: recv(ch) });
 * assert.deepEqual(r, { key: 'msg', done: false, value: 'hi' });
 */
export const recv = <T>(chan: RecvChan<T> | null): RecvCase<T> => new RecvCase(chan);

/**
 * A case that sends. To null it is never ready.
 * @example
 * const ch = rt.chan(1);
 * assert.equal((await select({ put: send(ch, 1) })).key, 'put');
 */
export const send = <T>(chan: SendChan<T> | null, value: T): SendCase<T> => new SendCase(chan, value);

/**
 * A case that is ready after `ms` milliseconds: a timeout.
 * @example
 * const r = await select({ never: recv(null), late: after(1) });
 * assert.equal(r.key, 'late');
 */
export const after = (ms: number): AfterCase => new AfterCase(ms);

/** What a select can wait for; a channel alone is received from. */
export type Case = RecvCase<any> | SendCase<any> | AfterCase | RecvChan<any>;

/**
 * A select's cases by name; null and undefined are the nil channel, from which
 * nothing comes. With `default: true` it does not wait.
 */
export type Cases = { [name: string]: Case | true | null | undefined; default?: true };

/** Names are strings, also those that are written as numbers. */
type Key<K> = { key: K extends string | number ? `${K}` : never };

type ResultOf<K, C> =
  K extends 'default' ? Key<K> :
  C extends RecvCase<infer T> ? Key<K> & RecvResult<T> :
  C extends SendCase<any> ? Key<K> :
  C extends AfterCase ? Key<K> :
  C extends RecvChan<infer T> ? Key<K> & RecvResult<T> : never;

/** Which case was chosen, and what it brought: `key` tells TypeScript which. */
export type SelectResult<C> = { [K in keyof C]: ResultOf<K, C[K]> }[keyof C];

type AnyCase = RecvCase<unknown> | SendCase<unknown> | AfterCase;

/** A select that runs: what its result means, and what it holds. */
class Selection implements Subject {
  readonly names: string[] = [];
  readonly cases: AnyCase[] = [];
  /** Of the cases that send; null without one. */
  handles: number[] | null = null;
  timers: Pointer[] | null = null;
  block = true;

  add(core: Core, name: string, value: Cases[string]): void {
    if (name === 'default') {
      if (value !== undefined && value !== true) throw new UsageError('select: default is true, or not there; give a channel another name');
      this.block = value === undefined;
      return;
    }
    const each = caseOf(name, value);
    if (each.does !== WAITS && each.chan !== null) usable(core, each.chan);
    this.names.push(name);
    this.cases.push(each);
  }

  /** Write all cases into the module. */
  write(core: Core): void {
    const { cases } = this;
    const n = cases.length;
    for (const each of cases) {
      if (each.does === WAITS) (this.timers ??= []).push(core.ffi.after(delay(each.ms)));
      else if (each.does === SENDS) this.handles ??= new Array<number>(n).fill(0);
    }
    let at = core.ffi.cases(n) >> 2;
    let val = core.ffi.vals(n) >> 2;
    core.see((val << 2) + n * VAL_BYTES);
    let timer = 0;
    for (let i = 0; i < n; i++, at += CASE_BYTES >> 2, val += VAL_BYTES >> 2) {
      const each = cases[i]!;
      const chan = each.does === WAITS ? null : (each.chan as Chan<unknown> | null);
      core.u32[at] = each.does === WAITS ? this.timers![timer++]! : chan ? chan.ptr : 0;
      core.u32[at + (CASE_SEND >> 2)] = each.does === SENDS ? 1 : 0;
      if (each.does === SENDS && chan) this.handles![i] = chan.write(val, each.value);
    }
  }

  outcome(core: Core, _kind: Kind, result: number): unknown {
    const ok = core.u32[core.okAt] !== 0;
    const each = this.cases[result];
    let value: unknown;
    if (ok && each?.does === RECEIVES) value = (each.chan as Chan<unknown>).read();
    this.giveBack(core, result);
    if (result === NONE) return { key: 'default' };
    if (result < 0) throw failure(core, result);
    const key = this.names[result]!;
    if (each!.does !== RECEIVES) return { key };
    return ok ? { key, done: false, value } : { key, done: true, value: undefined };
  }

  dropped(core: Core): void {
    this.giveBack(core, -1);
  }

  giveBack(core: Core, chosen: number): void {
    const { handles, timers } = this;
    if (handles) {
      for (let i = 0; i < handles.length; i++) {
        const handle = handles[i]!;
        if (handle === 0) continue;
        const chan = (this.cases[i] as SendCase<unknown>).chan as Chan<unknown>;
        if (i === chosen) chan.sent(handle);
        else chan.giveBack(handle);
      }
    }
    if (timers) for (const timer of timers) core.ffi.chan_free(timer);
  }
}

function caseOf(name: string, value: Cases[string]): AnyCase {
  if (value === null || value === undefined) return new RecvCase(null);
  const { does } = value as Partial<AnyCase>;
  if (does === RECEIVES || does === SENDS || does === WAITS) return value as AnyCase;
  if (value instanceof Chan) return new RecvCase(value);
  throw new UsageError(`select: case ${name} is none; write recv(channel), send(channel, value) or after(ms)`);
}

/** The module trusts what it gets. */
function usable(core: Core, chan: unknown): void {
  const { core: home, ptr } = chan as Partial<Chan<unknown>>;
  if (home === core && ptr! >= 0) return;
  if (!(chan instanceof Chan)) throw new UsageError('select: this is no channel; recv and send take one of a runtime, or null');
  if (chan.ptr < 0) throw new UsageError('select: a channel was disposed of; do that after its last use');
  throw new UsageError('select: a channel of another runtime; select over channels of one');
}

function failure(core: Core, result: number): Error {
  return result === CLOSED
    ? new ChanClosedError('send on closed channel, in a select; close it after the last send, by the sender')
    : unexpected(core, result);
}

/** The select of {@link Runtime.select}. */
export function selectIn<const C extends Cases>(core: Core, cases: C, options?: WaitOptions): Op<SelectResult<C>> {
  if (unusual(core.current, options)) {
    const refused = core.refused(options);
    if (refused) return refused;
  }
  const selection = new Selection();
  for (const name in cases) selection.add(core, name, cases[name]);
  try {
    selection.write(core);
  } catch (error) {
    selection.giveBack(core, -1);
    throw error;
  }
  const result = core.ffi.select(selection.cases.length, selection.block ? 1 : 0, core.slot);
  return core.op(selection, SELECT, result, 0, options);
}

/** The runtime of the first case that has one. */
export function coreOf(cases: Cases): Core | undefined {
  for (const name in cases) {
    const each = cases[name] as Partial<RecvCase<unknown>> | true | null | undefined;
    if (each instanceof Chan) return each.core;
    const chan = each && each !== true ? each.chan : undefined;
    if (chan) return (chan as Chan<unknown>).core;
  }
  return undefined;
}
