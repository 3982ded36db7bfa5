// A test runner that works in Node and in pages: suites call test(), run.mjs
// runs them and says how each went.
import { start } from '../../../bindings/dist/index.js';

/** @type {{ name: string, fn: Function }[]} */
export const tests = [];

/** A test with a runtime of its own, or with none. */
export function test(name, fn, runtime = 'own') {
  tests.push({ name, fn, none: runtime === 'none' });
}

/** One that may find a runtime used. Engines have room for some hundred memories. */
export function testAnywhere(name, fn) {
  tests.push({ name, fn, anywhere: true });
}

const LIMIT_MS = 20_000;
let shared;
let options = {};

/** How runtimes are started from now on: 'mt', 'st', or 'auto'. */
export function setMode(mode) {
  options = mode === 'mt' ? { mode, procs: 2 } : { mode };
}

export const currentMode = () => options.mode;

/** Start a runtime of the mode that is tested. */
export const begin = (more) => start({ ...options, ...more });

async function runtimeFor({ anywhere, none }) {
  if (none) return undefined;
  if (!anywhere) return begin();
  if (!shared || shared.core.closed) shared = await begin();
  return shared;
}

/** The last test has run. */
export const closeShared = () => shared?.close();

/** The memory that is allocated from now on, and not freed. */
export function watched(rt) {
  const { ffi } = rt.core;
  const live = new Set(), { alloc, free } = ffi;
  ffi.alloc = (n) => { const p = alloc(n); live.add(p); return p; };
  ffi.free = (p) => { live.delete(p); free(p); };
  return live;
}

/** Numbers at random, the same for each seed: from 0 up to below n. */
export function randomFrom(seed) {
  let state = seed;
  return (n) => ((state = (Math.imul(state, 1664525) + 1013904223) >>> 0), Math.floor((state / 2 ** 32) * n));
}

/** What a test returns that a host cannot have, for this reason. */
export const skip = (reason) => ({ skipped: reason });

/** Run one; what is wrong, or why it was left out. */
export async function runTest(each) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not over after ${LIMIT_MS} ms`)), LIMIT_MS);
  });
  const rt = await runtimeFor(each);
  try {
    const { skipped } = await Promise.race([each.fn(rt), late]) ?? {};
    return { skipped };
  } catch (error) {
    return { wrong: `${error?.stack?.includes(error?.message) ? error.stack : `${error}\n${error?.stack}`}` };
  } finally {
    clearTimeout(timer);
    if (rt !== shared) await rt?.close();
  }
}

class AssertionError extends Error {}

function same(a, b) {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || !a || !b) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => same(a[key], b[key]));
}

const show = (value) => {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return String(value);
  }
};

function fits(error, want) {
  if (!want) return true;
  if (want instanceof RegExp) return want.test(`${error?.name}: ${error?.message}`);
  if (typeof want === 'function') return error instanceof want;
  return error === want;
}

function check(ok, message) {
  if (!ok) throw new AssertionError(message);
}

/** What of node:assert the suites need, for pages too. */
export const assert = {
  ok: (value, message) => check(value, message ?? `${show(value)} is not true`),
  equal: (a, b, message) => check(Object.is(a, b), `${message ?? 'equal'}: ${show(a)} is not ${show(b)}`),
  deepEqual: (a, b, message) => check(same(a, b), `${message ?? 'deepEqual'}: ${show(a)} is not ${show(b)}`),
  match: (text, pattern) => check(pattern.test(text), `${show(text)} does not match ${pattern}`),
  throws(fn, want) {
    try {
      fn();
    } catch (error) {
      check(fits(error, want), `threw ${error}, not ${want}`);
      return;
    }
    check(false, `did not throw ${want}`);
  },
  async rejects(promise, want) {
    try {
      await (typeof promise === 'function' ? promise() : promise);
    } catch (error) {
      check(fits(error, want), `rejected with ${error?.stack ?? error}, not ${want}`);
      return;
    }
    check(false, `did not reject with ${want}`);
  },
};

/** Let all that can run at once run. */
export const settle = () => new Promise((resolve) => {
  const channel = new MessageChannel();
  channel.port1.onmessage = () => {
    channel.port1.close();
    resolve();
  };
  channel.port2.postMessage(0);
});
