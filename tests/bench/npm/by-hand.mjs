// What careful people write who have no library: queues of promises. No errors,
// no cancellation, no deadlock is noticed, and the event loop gets no turn.
class Deque {
  #values = [];
  #head = 0;
  get length() { return this.#values.length - this.#head; }
  push(value) { this.#values.push(value); }
  shift() {
    const value = this.#values[this.#head];
    this.#values[this.#head++] = undefined;
    if (this.#head === this.#values.length) { this.#values.length = 0; this.#head = 0; }
    return value;
  }
}

class Chan {
  values = new Deque();
  senders = new Deque();
  receivers = new Deque();
  constructor(cap = 0) { this.cap = cap; }
  receiver() {
    while (this.receivers.length > 0) {
      const each = this.receivers.shift();
      if (!each.selection?.done) return each;
    }
    return undefined;
  }
  send(value) {
    const receiver = this.receiver();
    if (receiver) {
      if (receiver.selection) receiver.selection.done = true;
      receiver.resolve(value);
    } else if (this.values.length < this.cap) {
      this.values.push(value);
    } else {
      return new Promise((resolve) => { this.senders.push({ resolve, value }); });
    }
    return undefined;
  }
  get ready() { return this.values.length > 0 || this.senders.length > 0; }
  take() {
    if (this.values.length === 0) {
      const sender = this.senders.shift();
      sender.resolve();
      return sender.value;
    }
    const value = this.values.shift();
    if (this.senders.length > 0) {
      const sender = this.senders.shift();
      this.values.push(sender.value);
      sender.resolve();
    }
    return value;
  }
  recv() {
    return this.ready ? this.take() : new Promise((resolve) => { this.receivers.push({ resolve, selection: undefined }); });
  }
}

function select(chans) {
  const first = Math.floor(Math.random() * chans.length);
  for (let i = 0; i < chans.length; i++) {
    const each = chans[(first + i) % chans.length];
    if (each.ready) return each.take();
  }
  return new Promise((resolve) => {
    const selection = { done: false };
    for (const each of chans) each.receivers.push({ resolve, selection });
  });
}

class Mutex {
  #locked = false;
  #waiting = new Deque();
  lock() {
    if (!this.#locked) this.#locked = true;
    else return new Promise((resolve) => { this.#waiting.push(resolve); });
    return undefined;
  }
  unlock() {
    if (this.#waiting.length > 0) this.#waiting.shift()();
    else this.#locked = false;
  }
}

const nothing = async () => { await null; };

export default {
  async spawn(n) {
    for (; n > 0; n -= 1000) await Promise.all(Array.from({ length: 1000 }, nothing));
  },
  async 'ping-pong'(n) {
    const a = new Chan(), b = new Chan();
    (async () => { for (let i = 0; i < n; i++) await b.send(await a.recv()); })();
    for (let i = 0; i < n; i++) { await a.send(i); await b.recv(); }
  },
  async 'buffered 128'(n) {
    const c = new Chan(128);
    (async () => { for (let i = 0; i < n; i++) await c.send(i); })();
    for (let i = 0; i < n; i++) await c.recv();
  },
  async 'select of 4'(n) {
    const chans = [new Chan(), new Chan(), new Chan(), new Chan()];
    for (const ch of chans) (async () => { for (let i = 0; i < n; i += 4) await ch.send(i); })();
    for (let i = 0; i < n; i++) await select(chans);
  },
  async 'mutex, 4 contend'(n) {
    const mu = new Mutex();
    await Promise.all([1, 2, 3, 4].map(async () => {
      for (let i = 0; i < n; i += 4) { await mu.lock(); await null; mu.unlock(); }
    }));
  },
};
