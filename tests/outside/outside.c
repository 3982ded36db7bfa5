/* Calls the function that GORO_OUTSIDE names before there is a goroutine, where
 * it must say so and end.  outside.test.mjs has the table. */
#include <goro.h>
#include <stdlib.h>
#include <string.h>

static const char *wanted;

static bool is(const char *name) { return strcmp(wanted, name) == 0; }

static void nothing(void *unused) { (void)unused; }
static void *no_value(void *unused) { return unused; }
static void no_values(void *a, void *b) { (void)a, (void)b; }
static goro_error *no_error(void *unused) { return unused; }
static goro_error *no_answer(void *unused, void **val) {
  *val = unused;
  return NULL;
}

static void goroutines(void) {
  if (is("goro_go")) GORO_GO(nothing, NULL);
  if (is("goro_gosched")) goro_gosched();
  if (is("goro_goexit")) goro_goexit();
  if (is("goro_set_name")) goro_set_name("name");
  if (is("goro_gomaxprocs")) goro_gomaxprocs(1);
  if (is("goro_lock_os_thread")) goro_lock_os_thread();
  if (is("goro_unlock_os_thread")) goro_unlock_os_thread();
  if (is("goro_syscall")) goro_syscall(nothing, NULL);
}

static void channels(void) {
  goro_chan *c = goro_chan_make(sizeof(int), 0);
  goro_case k = GORO_RECV(c, NULL);
  int v = 1;
  if (is("goro_chan_send")) goro_chan_send(c, &v);
  if (is("goro_chan_recv")) goro_chan_recv(c, &v);
  if (is("goro_chan_close of NULL")) goro_chan_close(NULL);
  if (is("goro_select")) goro_select(&k, 1);
  if (is("goro_select of nothing")) goro_select(NULL, 0);
}

static void panics(void) {
  if (is("goro_call")) goro_call(nothing, NULL);
  if (is("goro_defer")) goro_defer(nothing, NULL);
  if (is("goro_try")) goro_try(nothing, NULL, NULL);
  if (is("goro_panic")) goro_panic("lost");
  if (is("goro_panic_value")) goro_panic_value("lost", NULL);
  if (is("goro_runtime_error")) goro_runtime_error("lost");
  if (is("goro_nil_map")) goro_nil_map();
}

static void locks(void) {
  static goro_mutex m;
  static goro_rwmutex rw;
  static goro_waitgroup wg;
  static goro_cond c;
  goro_mutex_lock(&m);
  goro_rwmutex_lock(&rw);
  goro_waitgroup_add(&wg, 1);
  goro_cond_init(&c, &m);
  if (is("goro_mutex_lock")) goro_mutex_lock(&m);
  if (is("goro_rwmutex_rlock")) goro_rwmutex_rlock(&rw);
  if (is("goro_rwmutex_lock")) goro_rwmutex_lock(&rw);
  if (is("goro_waitgroup_wait")) goro_waitgroup_wait(&wg);
  if (is("goro_waitgroup_go")) goro_waitgroup_go(&wg, nothing, NULL);
  if (is("goro_cond_wait")) goro_cond_wait(&c);
}

static void once(void) {
  if (is("goro_once_func_call"))
    goro_once_func_call(goro_once_func_new(nothing, NULL));
  if (is("goro_once_value_get"))
    goro_once_value_get(goro_once_value_new(no_value, NULL));
  if (is("goro_once_values_get"))
    goro_once_values_get(goro_once_values_new(no_values, NULL, 4));
}

static void containers(void) {
  void *p = &wanted;
  if (is("goro_map_new")) goro_map_new(&goro_map_string);
  if (is("goro_pool_get")) goro_pool_get(goro_pool_new(NULL, NULL, NULL));
  if (is("goro_pool_put")) goro_pool_put(goro_pool_new(NULL, NULL, NULL), p);
  if (is("goro_pool_age")) goro_pool_age(goro_pool_new(NULL, NULL, NULL));
  if (is("goro_pool_free")) goro_pool_free(goro_pool_new(NULL, NULL, NULL));
}

static void times(void) {
  if (is("goro_sleep")) goro_sleep(1);
  if (is("goro_after")) goro_after(GORO_HOUR);
  if (is("goro_after_func")) goro_after_func(GORO_HOUR, nothing, NULL);
  if (is("goro_timer_new")) goro_timer_new(GORO_HOUR);
  if (is("goro_ticker_new")) goro_ticker_new(GORO_HOUR);
}

static void contexts(void) {
  goro_context *top = goro_context_background();
  goro_context *c = goro_context_with_cancel(top);
  if (is("goro_context_cancel")) goro_context_cancel(c);
  if (is("goro_context_with_deadline")) goro_context_with_deadline(top, 1);
  if (is("goro_context_with_timeout")) goro_context_with_timeout(top, 1);
  if (is("goro_context_after_func")) goro_context_after_func(c, nothing, NULL);
}

static void groups(void) {
  static goro_errgroup g;
  static goro_semaphore s;
  static goro_singleflight f;
  goro_errgroup_set_limit(&g, 0);
  goro_semaphore_init(&s, 0);
  if (is("goro_errgroup_go")) goro_errgroup_go(&g, no_error, NULL);
  if (is("goro_errgroup_try_go")) goro_errgroup_try_go(&g, no_error, NULL);
  if (is("goro_semaphore_acquire"))
    goro_semaphore_acquire(&s, goro_context_background(), 1);
  if (is("goro_singleflight_do"))
    goro_singleflight_do(&f, "key", no_answer, NULL);
  if (is("goro_singleflight_do_chan"))
    goro_singleflight_do_chan(&f, "key", no_answer, NULL);
}

static void reports(void) {
  if (is("goro_leaks")) goro_leaks(NULL);
}

static void descriptors(void) {
  char byte;
  if (is("goro_read")) goro_read(0, &byte, 1);
  if (is("goro_write")) goro_write(1, &byte, 0);
  if (is("goro_accept")) goro_accept(0);
  if (is("goro_close")) goro_close(0);
  if (is("goro_set_deadline")) goro_set_deadline(0, 0);
  if (is("goro_set_read_deadline")) goro_set_read_deadline(0, 0);
  if (is("goro_set_write_deadline")) goro_set_write_deadline(0, 0);
}

__attribute__((constructor)) static void too_early(void) {
  wanted = getenv("GORO_OUTSIDE");
  if (!wanted) return;
  goroutines();
  channels();
  panics();
  locks();
  once();
  containers();
  times();
  contexts();
  groups();
  descriptors();
  reports();
}

int main(void) {}
