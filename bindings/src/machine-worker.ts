/**
 * A worker: an agent of a runtime that another thread has started. Built into
 * one file, dist/worker.js, that imports nothing.
 */
import { AgentBase } from './agent.js';
import { Core } from './core.js';
import { UsageError } from './errors.js';
import { type FfiMt, instantiate, type Pointer } from './ffi.js';
import * as protocol from './protocol.js';
import type { FromWorker, Start, ToWorker } from './protocol.js';
import { realm } from './realm.js';
import { Runtime } from './runtime.js';

/** How long the event loop may stand still while there is nothing to do. */
const NAP_MS = 0.2;

/** The way to agent 0. */
interface Port {
  /** The host says when the worker has ended. */
  readonly watched: boolean;
  post(message: FromWorker): void;
  listen(heard: (message: ToWorker) => void): void;
}

interface Globals {
  process?: { getBuiltinModule?(name: string): unknown };
  navigator?: { locks?: Locks };
}

interface Locks {
  request(name: string, callback: () => Promise<void>): Promise<void>;
}

interface NodePort {
  on(event: 'message', listener: (message: ToWorker) => void): void;
  postMessage(message: unknown): void;
}

interface WebScope {
  onmessage: ((event: { data: ToWorker }) => void) | null;
  postMessage(message: unknown): void;
}

function findPort(): Port {
  const { process } = globalThis as Globals;
  const threads = process?.getBuiltinModule?.('node:worker_threads') as { parentPort: NodePort | null } | undefined;
  const node = threads?.parentPort;
  if (node) return { watched: true, post: (message) => node.postMessage(message), listen: (heard) => node.on('message', heard) };
  const scope = globalThis as unknown as WebScope;
  return { watched: false, post: (message) => scope.postMessage(message), listen: (heard) => { scope.onmessage = ({ data }) => heard(data); } };
}

/** Hold the lock that says that this worker lives, as long as it does. */
function live({ locks }: { locks?: Locks }, lock: string): Promise<boolean> {
  if (!locks) return Promise.resolve(false);
  return new Promise((resolve) => {
    locks.request(lock, () => {
      resolve(true);
      return new Promise(() => {});
    }).catch(() => resolve(false));
  });
}

class AgentOfWorker extends AgentBase {
  readonly #port: Port;
  #asked = 0;

  constructor(core: Core, ffi: FfiMt, port: Port, { agent, id, queue, lost }: Start) {
    super(core, ffi, agent, id, queue, lost);
    this.#port = port;
  }

  override stuck(): boolean {
    return false; // agent 0 finds that out
  }

  override stay(): boolean {
    return true;
  }

  override async close(): Promise<void> {
    throw new UsageError('close of a runtime on a worker; close it where it was started');
  }

  wake(agent: Pointer): void {
    this.#port.post({ op: protocol.WAKE, agent });
  }

  override need(calls: number): void {
    if (calls < 2 * this.#asked && this.#asked > 0) return; // it knows of so many
    this.#asked = calls;
    if (calls > 0) this.#port.post({ op: protocol.NEED, calls });
  }

  override kill(id: number, what: string): void {
    this.#port.post({ op: protocol.KILL, id, what });
  }

  override awaits(): boolean {
    return true;
  }

  override nap(): number {
    return NAP_MS;
  }

  override napped(): void {}

  override accept(): boolean {
    return this.calls.accept();
  }

  override refuse(): void {
    this.calls.refuse();
  }

  override still(): void {
    this.#asked = 0;
    this.calls.overdue();
    if (this.ffi.stuck() === 1) this.#port.post({ op: protocol.STUCK });
  }

  hear(message: ToWorker): void {
    switch (message.op) {
      case protocol.WAKE:
        return this.sleeper.woken();
      case protocol.LOST:
        this.lost(message.id, new Error(message.error));
        return;
      case protocol.CLOSE:
        this.core.shut();
        this.#port.post({ op: protocol.CLOSED });
    }
  }
}

async function begin(start: Start, port: Port): Promise<AgentOfWorker> {
  const { module, memory, origin } = start;
  let agent: AgentOfWorker | undefined;
  let ffi!: FfiMt;
  const core = await Core.make(async (host) => {
    const { exports } = await instantiate(module, host, { memory, origin }, (other) => agent?.wake(other));
    ffi = { ...exports } as unknown as FfiMt;
    ffi.agent_enter(start.agent);
    return { ffi, memory };
  });
  core.failed = (text) => port.post({ op: protocol.FAILED, text });
  agent = new AgentOfWorker(core, ffi, port, start);
  realm().running.add(new Runtime(core, start.info));
  const { navigator = {} } = globalThis as Globals;
  port.post({ op: protocol.READY, locked: !port.watched && await live(navigator, start.lock) });
  agent.idle();
  return agent;
}

const port = findPort();
let agent: Promise<AgentOfWorker> | undefined;
port.listen((message) => {
  if (message.op === protocol.START) agent = begin(message, port);
  else void agent?.then((known) => known.hear(message));
});
