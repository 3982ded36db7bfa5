/* Goroutines that are locked to their threads pass tokens round: wherever they
 * wait, they go on where they were.  Locks nest, and end with the goroutine.
 *
 * A thread is known by the address of its own copy of a variable. */
#include <goro.h>
#include <stdio.h>

enum { MEMBERS = 4, LAPS = 200 };

static _Thread_local int mine;

/* Not inlined, and opaque: the compiler would keep the address. */
__attribute__((noinline)) static void *this_thread(void) {
  void *p = &mine;
  __asm__ volatile("" : "+r"(p) : : "memory");
  return p;
}

struct member {
  goro_chan *in, *out, *result;
  int name;
};

struct result {
  int tokens, moved;
};

static void member(void *arg) {
  struct member *m = arg;
  goro_lock_os_thread();
  void *t = this_thread();
  struct result r = {0, 0};
  int v;
  while (goro_chan_recv(m->in, &v)) {
    r.tokens++;
    if (v % 10 == 0) goro_gosched();
    if (v % 50 == 0) goro_sleep(GORO_MICROSECOND);
    if (this_thread() != t) r.moved++;
    v++;
    goro_chan_send(m->out, &v);
  }
  goro_chan_close(m->out);
  goro_chan_send(m->result, &r);
  /* It ends locked. */
}

static void unlock_and_tell(void *done) {
  goro_unlock_os_thread();
  goro_chan_send(done, NULL);
}

static const char *yes(bool is) { return is ? "true" : "false"; }

int main(void) {
  goro_lock_os_thread();
  void *t = this_thread();
  goro_chan *ring[MEMBERS + 1], *results[MEMBERS];
  struct member m[MEMBERS];
  for (int i = 0; i <= MEMBERS; i++) ring[i] = goro_chan_make(sizeof(int), 0);
  for (int i = 0; i < MEMBERS; i++) {
    results[i] = goro_chan_make(sizeof(struct result), 1);
    m[i] = (struct member){ring[i], ring[i + 1], results[i], i};
    GORO_GO(member, &m[i]);
  }
  int sum = 0, moved = 0, v;
  for (int lap = 0; lap < LAPS; lap++) {
    goro_chan_send(ring[0], &lap);
    goro_chan_recv(ring[MEMBERS], &v);
    sum += v;
    if (this_thread() != t) moved++;
  }
  goro_chan_close(ring[0]);
  bool open = goro_chan_recv(ring[MEMBERS], NULL);
  printf("main: sum %d moved %d times, open %s\n", sum, moved, yes(open));
  for (int i = 0; i < MEMBERS; i++) {
    struct result r;
    goro_chan_recv(results[i], &r);
    printf("member %d: %d tokens, moved %d times\n", i, r.tokens, r.moved);
  }

  /* Two locks need two unlocks; another one is no error. */
  goro_lock_os_thread();
  goro_unlock_os_thread();
  goro_gosched();
  printf("locked once: %s\n", yes(this_thread() == t));
  goro_unlock_os_thread();
  goro_unlock_os_thread();
  goro_chan *done = goro_chan_make(0, 0);
  GORO_GO(unlock_and_tell, done);
  printf("unlocked: %s\n", yes(goro_chan_recv(done, NULL)));
  for (int i = 0; i <= MEMBERS; i++) goro_chan_free(ring[i]);
  for (int i = 0; i < MEMBERS; i++) goro_chan_free(results[i]);
  goro_chan_free(done);
}
