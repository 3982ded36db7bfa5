// What must compile, and, after @ts-expect-error, what must not.
import {
  after, Block, type Chan, type GoFunction, type Goroutine, type Group, type Held, Mutex, type Op, type Pause, recv, type RecvChan, type RecvResult, type Runtime, select, send,
  type SendChan, type SingleFlight, start, transfer, type TypedChan,
} from '../../bindings/dist/index.js';

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function same<A, B>(..._: Equal<A, B> extends true ? [] : ['differs']): void {}

export async function types(rt: Runtime, jobs: Chan<string>, out: Chan<number>): Promise<void> {
  const received = await out.recv();
  same<typeof received, RecvResult<number>>();
  if (!received.done) same<typeof received.value, number>();

  const r = await select({ msg: recv(out), put: send(jobs, 'x'), tick: after(50) });
  same<typeof r.key, 'msg' | 'put' | 'tick'>();
  if (r.key === 'msg' && !r.done) same<typeof r.value, number>();
  // @ts-expect-error a case that sends brings no value
  if (r.key === 'put') r.value;
  const d = rt.select({ jobs, default: true });
  same<typeof d, Op<({ key: 'jobs' } & RecvResult<string>) | { key: 'default' }>>();

  const maybe = Math.random() < 0.5 ? out : null;
  const n = await select({ 0: maybe, 1: after(5), off: null, none: undefined });
  same<typeof n.key, '0' | '1'>();
  if (n.key === '0' && !n.done) same<typeof n.value, number>();
  // @ts-expect-error default is true, or not there
  await select({ default: out });
  // @ts-expect-error or not there
  await select({ jobs, default: false });

  const receiveOnly: RecvChan<number> = out;
  const sendOnly: SendChan<number> = out;
  // @ts-expect-error nothing is sent on a channel to receive from
  receiveOnly.send(1);
  // @ts-expect-error nor closed
  receiveOnly.close();
  // @ts-expect-error nothing is received from a channel to send on
  sendOnly.recv();
  // @ts-expect-error a case that sends needs a channel to send on
  send(receiveOnly, 1);
  // @ts-expect-error values have the channel's type
  await jobs.send(1);
  // @ts-expect-error in a select too
  send(jobs, 1);
  // @ts-expect-error a channel of strings is none of numbers
  const wrong: RecvChan<number> = jobs;
  const wider: RecvChan<string | number> = jobs;
  // @ts-expect-error a case is made by recv, send or after
  await select({ x: 1 });

  const g = rt.go(function* (n: number) {
    const { value } = yield* out.recv();
    same<typeof value, number | undefined>();
    yield* jobs.send('y');
    return n > 1;
  }, 3);
  same<ReturnType<typeof g.wait>, Op<boolean>>();
  // @ts-expect-error arguments are checked
  rt.go(async (n: number) => n, 'one');
  // @ts-expect-error nobody would run an async generator
  rt.go(async function* () { yield 1; });
  const either = rt.go((): string | undefined => undefined);
  same<ReturnType<typeof either.wait>, Op<string | undefined>>();
  const done = rt.mutex().do(function* () { return (yield* jobs.recv()).value; });
  same<typeof done, Op<string | undefined>>();
  const a = rt.go(async () => 'text');
  same<ReturnType<typeof a.wait>, Op<string>>();
  const grouped = await rt.group({ timeoutMs: 1 }, async (inner) => inner.go(() => 1).wait());
  same<typeof grouped, number>();
  for await (const v of jobs) same<typeof v, string>();
  for await (const v of receiveOnly.values({ ctx: rt.context() })) same<typeof v, number>();
  for await (const v of out.values()) same<typeof v, number>();
  const stop = rt.context().withTimeout(1, new Error('late')).afterFunc(async () => {});
  same<typeof stop, () => boolean>();
  await jobs.recv({ signal: AbortSignal.timeout(1), ctx: rt.context().withTimeout(1) });
  const numbers = rt.chan.f64(4);
  // @ts-expect-error numbers only
  await numbers.send('1');
  const bytes = await rt.chan.bytes().recv();
  same<typeof bytes, RecvResult<Uint8Array>>();
  const block = await rt.chan.block().recv();
  same<typeof block, RecvResult<Block>>();
  // @ts-expect-error bytes are to be copied into one
  await rt.chan.block().send(new Uint8Array(1));
  // @ts-expect-error blocks are made by runtimes
  new Block();
  await rt.chan.i64(1).send(1n);
  // @ts-expect-error 64 bits are a bigint
  await rt.chan.i64(1).send(1);
  await rt.chan.signal(1).send();
  void [wrong, wider];
}

/** Functions of a type that is not known can be passed on. */
export function passOn<A extends unknown[], T>(rt: Runtime, fn: () => T, any: GoFunction<A, T>, args: A): Goroutine<T>[] {
  return [rt.go(fn), rt.go(any, ...args)];
}
export const passOnLocked = <T>(rt: Runtime, fn: () => T | Promise<T>): Promise<T> => rt.mutex().do(fn);

interface Crunch {
  work(jobs: RecvChan<string>, out: SendChan<number>): Promise<number>;
  steps(n: number): Generator<Pause, string>;
  now(): Date;
  later(callback: () => void): void;
  each(): AsyncGenerator<number>;
  share(group: Group, flight: SingleFlight<string>): Promise<void>;
  VERSION: string;
}

export async function modules(rt: Runtime, jobs: Chan<string>, out: Chan<number>): Promise<void> {
  const crunch = rt.module<Crunch>(new URL('./crunch.js', import.meta.url), { graceMs: 100, ctx: rt.context() });
  same<ReturnType<typeof crunch.work>, Op<number>>();
  same<ReturnType<typeof crunch.steps>, Op<string>>();
  same<ReturnType<typeof crunch.now>, Op<Date>>();
  await rt.group(async (g) => { same<ReturnType<typeof g.go<[RecvChan<string>, SendChan<number>], number>>, Goroutine<number>>(); g.go(crunch.work, jobs, out); });
  await rt.group(async (g) => { g.go(crunch.share, g, rt.singleFlight<string>()); });
  // @ts-expect-error results of another type
  rt.group(async (g) => { g.go(crunch.share, g, rt.singleFlight<number>()); });
  // @ts-expect-error the channels are the other way round
  crunch.work(out, jobs);
  same<ReturnType<ReturnType<typeof crunch.with>['work']>, Op<number>>();
  // @ts-expect-error it takes options
  crunch.with({ timeoutMs: 1 });
  // @ts-expect-error functions do not cross
  crunch.later(() => {});
  // @ts-expect-error what an async generator yields would go nowhere
  crunch.each();
  // @ts-expect-error functions only
  crunch.VERSION;
  await jobs.send('x', { transfer: [new ArrayBuffer(1)] });
  await rt.once().do(() => {}, { signal: AbortSignal.abort() });
  same<Awaited<ReturnType<SingleFlight<string>['do']>>, string>();
  const bytes = transfer(new Uint8Array(1), []);
  same<typeof bytes, Uint8Array<ArrayBuffer>>();
}

export async function guests(): Promise<void> {
  const { exports } = await start<{ primes(out: TypedChan<number>, upto: number): number }>({ wasm: new Uint8Array() });
  same<ReturnType<typeof exports.primes>, Op<number>>();
  same<ReturnType<ReturnType<typeof exports.with>['primes']>, Op<number>>();
}

export async function starting(): Promise<void> {
  await using rt = await start({ procs: 'auto', signal: AbortSignal.timeout(1) });
  same<typeof rt.info.mode, 'mt' | 'st'>();
  await using g = rt.group({ timeoutMs: 1000 });
  same<typeof g, Group>();
  await rt.group({ limit: 2 }, async (inner) => { same<ReturnType<typeof inner.tryGo<[], string>>, Goroutine<string> | undefined>(); });
  same<ReturnType<typeof g.go<[number], string>>, Goroutine<string>>();
  await g.wait({ signal: AbortSignal.timeout(1) });
  using ch = rt.chan<{ id: number }>(1);
  using _ = await rt.mutex().lock();
  using held: Held = await rt.semaphore(2).acquire();
  await ch.send({ id: 1 });
  // @ts-expect-error what is internal is not in the types
  rt.core;
  // @ts-expect-error a runtime makes them
  new Mutex();
}
