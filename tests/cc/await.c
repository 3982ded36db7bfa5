/* await.c: goroutines that wait for promises, a scene at a time
 * (await.test.mjs). */
#include <emscripten/threading.h>
#include <goro.h>
#include <goro_js.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A program with threads has one thread on some hosts. */
static bool many(void) { return goro_gomaxprocs(0) > 1; }

/* ---- JavaScript ---- */

// clang-format off
EM_JS(goro_js, js_make, (const char *what, int n), {
  const after = (ms, value) =>
    new Promise((resolve) => setTimeout(resolve, ms, value));
  const soon = (value) => after(1, value);
  const kinds = {
    resolved: () => Promise.resolve(`resolved ${n}`),
    later: () => soon(`later ${n}`),
    rejected: () => Promise.reject(new TypeError(`rejected ${n}`)),
    throws: async () => { throw new RangeError('thrown'); },
    throws_later: async () => { await soon(); throw 'a string'; },
    nothing: () => soon(undefined),
    thenable: () => ({
      then(resolve) { setTimeout(resolve, 1, 'from a thenable'); }
    }),
    bad_thenable: () => ({ then() { throw new Error('in then'); } }),
    bad_getter: () => ({ get then() { throw new Error('getting then'); } }),
    number: () => 42,
    symbol: () => Symbol('s'),
    bare: () => Object.create(null),
    same: () => (globalThis.same ||= soon('the same')),
    slow: () => after(100, 'after a while'),
    never: () => new Promise(() => {}),
    // All of them, the last one first.
    crowd: () => new Promise((resolve) => {
      const crowd = (globalThis.crowd ||= []);
      crowd.push(() => resolve(n));
      const all = () => crowd.reverse().forEach((f) => f());
      if (crowd.length === 1000) setTimeout(all);
    }),
  };
  return goro.hold(kinds[UTF8ToString(what)]());
})

EM_JS(int, js_held, (void), { return goro.values.size; })

// Somebody else's listener gives the event loop something to do, twice.
EM_JS(goro_js, js_saved, (void), {
  let times = 0;
  return goro.hold(new Promise((resolve) => {
    process.on('beforeExit', () => {
      if (++times === 1) setTimeout(() => {}, 1);
      if (times === 2) setTimeout(resolve, 1, 'saved');
    });
  }));
})

EM_JS(void, js_count_turns, (void), {
  globalThis.turns = 0;
  (function turn() {
    turns++;
    setTimeout(turn);
  })();
})

EM_JS(int, js_turns, (void), { return globalThis.turns; })

EM_JS(void, js_throw, (void), { throw new SyntaxError('from JavaScript'); })
// clang-format on

struct make {
  const char *what;
  int n;
  goro_js made;
};

static void make_here(void *v) {
  struct make *m = v;
  m->made = js_make(m->what, m->n);
}

static goro_js make(const char *what, int n) {
  struct make m = {what, n, 0};
  goro_on_main(make_here, &m);
  return m.made;
}

static void count_held(void *n) { *(int *)n = js_held(); }

static int held(void) {
  int n;
  goro_on_main(count_held, &n);
  return n;
}

/* Workers release by messages. */
static void all_released(void) {
  while (held() > 0) goro_gosched();
}

static void check(bool ok, const char *what) {
  if (ok) return;
  fprintf(stderr, "failed: %s\n", what);
  exit(1);
}

/* ---- values ---- */

static void show(const char *what) {
  goro_js promise = make(what, 7), result;
  bool ok = goro_await(promise, &result);
  char *text = goro_js_text(result);
  printf("%s: %s %s\n", what, ok ? "true" : "false", text);
  free(text);
  goro_js_release(result);
  goro_js_release(promise);
}

static void scene_values(void) {
  static const char *const all[] = {
      "resolved", "later",  "rejected", "throws", "throws_later", "nothing",
      "thenable", "number", "symbol",   "bare",   "bad_thenable", "bad_getter",
  };
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) show(all[i]);
  check(goro_await(0, NULL), "undefined");
  /* Rejected long before anybody awaits it: the host says nothing. */
  goro_js early = make("rejected", 1);
  goro_sleep(20 * GORO_MILLISECOND);
  check(!goro_await(early, NULL), "early");
  goro_js_release(early);
  all_released();
}

/* ---- many ---- */

static goro_waitgroup wg;

static void one_of_crowd(void *n) {
  goro_js promise = make("crowd", (int)(intptr_t)n), result;
  check(goro_await(promise, &result), "fulfilled");
  char *text = goro_js_text(result);
  check(atoi(text) == (int)(intptr_t)n, "each gets its own");
  free(text);
  goro_js_release(result);
  goro_js_release(promise);
  goro_waitgroup_done(&wg);
}

static void one_of_same(void *promise) {
  goro_js result;
  check(goro_await((goro_js)(uintptr_t)promise, &result), "fulfilled");
  goro_js_release(result);
  goro_waitgroup_done(&wg);
}

static void scene_many(void) {
  goro_waitgroup_add(&wg, 1000);
  for (intptr_t i = 0; i < 1000; i++) GORO_GO(one_of_crowd, (void *)i);
  goro_waitgroup_wait(&wg);
  goro_waitgroup_add(&wg, 100);
  goro_js same = make("same", 0);
  for (int i = 0; i < 100; i++) GORO_GO(one_of_same, (void *)(uintptr_t)same);
  goro_waitgroup_wait(&wg);
  goro_js_release(same);
  all_released();
  puts("PASS");
}

/* ---- threads ---- */

static void nothing(void *unused) { (void)unused; }

/* Go on on a worker: there must be one that looks for work. */
static void leave_main(void) {
  while (many() && emscripten_is_main_runtime_thread()) {
    GORO_GO(nothing, NULL);
    goro_gosched();
  }
}

static void on_worker(void *unused) {
  (void)unused;
  for (int i = 0; i < 20; i++) {
    leave_main();
    goro_js promise = make(i % 2 ? "later" : "resolved", i), result;
    leave_main();
    check(goro_await(promise, &result), "fulfilled");
    leave_main();
    char *text = goro_js_text(result);
    check(atoi(strchr(text, ' ')) == i, text);
    free(text);
    leave_main();
    goro_js_release(result);
    goro_js_release(promise);
  }
  goro_waitgroup_done(&wg);
}

/* It stays on the main thread, and needs no goro_on_main. */
static void scene_workers(void) {
  goro_lock_os_thread();
  goro_waitgroup_add(&wg, 4);
  for (int i = 0; i < 4; i++) GORO_GO(on_worker, NULL);
  for (int i = 0; i < 50; i++) {
    goro_js promise = js_make("later", i);
    check(goro_await(promise, NULL), "on the main thread");
    check(emscripten_is_main_runtime_thread(), "it stays there");
    goro_js_release(promise);
  }
  goro_waitgroup_wait(&wg);
  all_released();
  puts("PASS");
}

/* ---- the event loop ---- */

static void count_turns(void *unused) {
  (void)unused;
  js_count_turns();
}

static void get_turns(void *n) { *(int *)n = js_turns(); }

/* Who awaits what is there already leaves the event loop its turns. */
static void scene_turns(void) {
  int turns = 0;
  goro_on_main(count_turns, NULL);
  goro_js promise = make("resolved", 0);
  while (turns < 10) {
    for (int i = 0; i < 100; i++) goro_await(promise, NULL);
    goro_on_main(get_turns, &turns);
  }
  puts("PASS");
  exit(0); /* with a timer that never stops */
}

/* ---- the end ---- */

static void awaits(void *what) {
  goro_js promise = make(what, 0);
  goro_await(promise, NULL);
  puts("not reached");
}

/* The host lives for as long as the promise needs. */
static void scene_stays(void) { show("slow"); }

/* It does not live for the sake of a goroutine when main returns. */
static void scene_leaves(void) {
  GORO_GO(awaits, "never");
  goro_js_release(make("resolved", 0));
  puts("main returns");
}

static void save(void *promise) { *(goro_js *)promise = js_saved(); }

static void scene_saved(void) {
  goro_js promise, result;
  goro_on_main(save, &promise);
  check(goro_await(promise, &result), "fulfilled");
  puts("PASS");
  exit(0);
}

static goro_mutex mu;

/* A deadlock, and one who could go on but never will. */
static void waits(void *unused) {
  (void)unused;
  goro_mutex_lock(&mu);
}

static void scene_never(void) {
  goro_mutex_lock(&mu);
  GORO_GO(waits, NULL);
  leave_main();
  show("slow");
  puts("waiting");
  fflush(stdout);
  show("never");
}

/* The event loop is empty while a goroutine works, or sleeps, and then ends it
 * all. */
static void works(void *unused) {
  (void)unused;
  leave_main();
  goro_time start = goro_now();
  while (goro_now() - start < 50 * GORO_MILLISECOND) goro_gosched();
  goro_sleep(50 * GORO_MILLISECOND);
  puts("PASS");
  exit(0);
}

static void scene_busy(void) {
  GORO_GO(works, NULL);
  show("never");
}

static void scene_dump(void) {
  GORO_GO(awaits, "never");
  goro_js_release(make("slow", 0));
  for (int i = 0; i < 100; i++) goro_await(0, NULL); /* until it is there */
  goro_dump();
}

/* ---- misuse ---- */

static void throws(void *unused) {
  (void)unused;
  js_throw();
}

static void scene_throws(void) {
  leave_main();
  goro_on_main(throws, NULL);
}

static void scene_released(void) {
  leave_main();
  goro_js value = make("number", 0);
  goro_js_release(value);
  goro_await(value, NULL);
}

static void scene_released_twice(void) {
  leave_main();
  goro_js value = make("number", 0);
  goro_js_release(value);
  goro_js_release(value);
  goro_await(0, NULL);
}

static void blocks(void *unused) {
  (void)unused;
  goro_sleep(1);
}

static void scene_blocks(void) { goro_on_main(blocks, NULL); }

static void scene_hold_on_worker(void) {
  leave_main();
  js_make("number", 0);
  puts("there is no worker");
}

#define SCENE(name) {#name, scene_##name}
static const struct {
  const char *name;
  void (*play)(void);
} scenes[] = {
    SCENE(values),   SCENE(many),           SCENE(workers),
    SCENE(turns),    SCENE(stays),          SCENE(leaves),
    SCENE(saved),    SCENE(never),          SCENE(busy),
    SCENE(dump),     SCENE(throws),         SCENE(blocks),
    SCENE(released), SCENE(released_twice), SCENE(hold_on_worker),
};

int main(int argc, char **argv) {
  for (size_t i = 0; argc > 1 && i < sizeof scenes / sizeof *scenes; i++) {
    if (strcmp(argv[1], scenes[i].name) != 0) continue;
    scenes[i].play();
    return 0;
  }
  return 9;
}
