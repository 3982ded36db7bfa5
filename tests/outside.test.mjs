// Functions that need a goroutine, called before there is one: each says its name
// and what to do, and the program ends. outside/outside.c makes the calls.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { build } from './harness/build.mjs';
import { closeHosts, hosts } from './harness/hosts.mjs';
import { root, tests } from './harness/paths.mjs';

const PROGRAM = join(tests, 'outside/outside.c');
const HEADER = join(root, 'runtime/api/goro.h');
const TIMEOUT_MS = 60_000;

const outside = (name) =>
  `fatal error: ${name} called outside a goroutine, where it cannot block; call it from main or from a function started with goro_go`;

/** Whose text names something else. */
const OTHERS = {
  goro_try: outside('goro_call'),
  goro_go_at: undefined, // goro_go, as GORO_GO calls it
  goro_panic_value: outside('goro_panic'),
  goro_runtime_error: outside('goro_panic'),
  goro_chan_close: undefined, // never waits
  'goro_chan_close of NULL': 'fatal error: close of nil channel',
  'goro_select of nothing': outside('goro_select'),
  goro_nil_map: 'fatal error: assignment to entry in nil map',
  goro_mutex_lock: outside('sync.Mutex.Lock'),
  goro_rwmutex_rlock: outside('sync.RWMutex.RLock'),
  goro_rwmutex_lock: outside('sync.Mutex.Lock'),
  goro_once_do: undefined, // waits for a mutex
  goro_waitgroup_wait: outside('sync.WaitGroup.Wait'),
  goro_cond_wait: outside('sync.Cond.Wait'),
  goro_map_range: undefined, // there is no map
  goro_context_with_timeout: outside('goro_context_with_deadline'),
  goro_context_cancel_cause: undefined, // goro_context_cancel, with a cause
  goro_errgroup_wait: undefined, // waits for a WaitGroup
  goro_semaphore_acquire: outside('goro_chan_recv'),
};

/** What outside.c can call. */
const called = [...readFileSync(PROGRAM, 'utf8').matchAll(/is\("(.*?)"\)/g)].map(([, name]) => name);

/** The functions of goro.h whose comment has these words under "Fatal". */
function documented() {
  const declared = /\/\*((?:(?!\*\/)[^])*?)\*\/\n(?:\w[\w *]*?)(goro_\w+)\(/g;
  return [...readFileSync(HEADER, 'utf8').matchAll(declared)]
    .filter(([, comment]) => /\*   Fatal [^:]*outside\s+(\*\s+)?a\s+(\*\s+)?goroutine/.test(comment))
    .map(([, , name]) => name);
}

test('every function that says so is called', () => {
  const all = documented();
  assert.ok(all.length > 30, `${all.length} found in goro.h`);
  const missing = all.filter((name) => !called.includes(name) && !(name in OTHERS));
  assert.deepEqual(missing, []);
});

after(closeHosts);
for (const host of hosts(['wasi', 'node26', 'chromium', 'native'])) {
  test(`outside a goroutine [${host.name}]`, async (t) => {
    const file = await build(PROGRAM, host.target);
    for (const name of called) {
      await t.test(name, async () => {
        // What it made before it dies is no leak.
        const env = { GORO_OUTSIDE: name, ASAN_OPTIONS: 'detect_leaks=0:exitcode=99' };
        const { code, stderr } = await host.run(file, { args: [], dirs: [], isolated: true, env, timeoutMs: TIMEOUT_MS });
        assert.equal(stderr.split('\n')[0], OTHERS[name] ?? outside(name));
        assert.equal(code, 2);
      });
    }
  });
}
