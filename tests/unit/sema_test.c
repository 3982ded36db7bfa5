/* sema_test.c: the treap against a model, then semaphores and notify lists
 * among goroutines. */
#include "unit.h"

#include "wait/sema.h"

/* ---- the treap, on a root of its own and sudogs of nobody ---- */

enum { naddr = 40, nsudog = 120 };

static uint32_t addrs[naddr];
static struct sudog sudogs[nsudog];
static struct sudog *unused[nsudog];
static int nunused;

/* The model: for each address its waiters, first to last. */
static struct sudog *model[naddr][nsudog];
static int nmodel[naddr];

static void model_add(int a, struct sudog *s, bool lifo) {
  struct sudog **list = model[a];
  int n = nmodel[a]++;
  if (!lifo) {
    list[n] = s;
    return;
  }
  memmove(list + 1, list, (size_t)n * sizeof *list);
  list[0] = s;
}

static struct sudog *model_take(int a) {
  if (nmodel[a] == 0) return NULL;
  struct sudog *s = model[a][0];
  int n = --nmodel[a];
  memmove(model[a], model[a] + 1, (size_t)n * sizeof *model[a]);
  return s;
}

static void treap_queue(struct semaRoot *root, int a) {
  struct sudog *s = unused[--nunused];
  bool lifo = unit_rand(3) == 0;
  goro__semaRoot_queue(root, &addrs[a], s, lifo);
  model_add(a, s, lifo);
}

static void treap_dequeue(struct semaRoot *root, int a) {
  struct sudog *s = goro__semaRoot_dequeue(root, &addrs[a]);
  CHECK(s == model_take(a));
  if (s == NULL) return;
  CHECK(s->elem == NULL && s->parent == NULL && s->ticket == 0);
  CHECK(s->prev == NULL && s->next == NULL);
  CHECK(s->waitlink == NULL && s->waittail == NULL);
  unused[nunused++] = s;
}

static void test_treap_model(void) {
  static struct semaRoot root;
  int nsteps = unit_much(40000, 500);
  for (int i = 0; i < nsudog; i++) unused[nunused++] = &sudogs[i];
  for (int i = 0; i < nsteps; i++) {
    int a = (int)unit_rand(naddr);
    /* Let it grow and shrink in turns. */
    bool grow = unit_rand(8) < (i / 500 % 2 ? 6 : 2);
    if (grow && nunused > 0)
      treap_queue(&root, a);
    else
      treap_dequeue(&root, a);
    CHECK(goro__semaRoot_check(&root));
  }
  for (int a = 0; a < naddr; a++)
    while (nmodel[a] > 0) treap_dequeue(&root, a);
  CHECK(root.treap == NULL && nunused == nsudog);
}

static int depth_of(struct sudog *s) {
  int n = 0;
  for (; s != NULL; s = s->parent) n++;
  return n;
}

/* Addresses that rise give an unbalanced tree if nothing rotates. */
static void test_treap_balance(void) {
  enum { n = 1024 };
  static struct semaRoot root;
  static struct sudog s[n];
  static uint32_t a[n];
  int max = 0;
  for (int i = 0; i < n; i++) goro__semaRoot_queue(&root, &a[i], &s[i], false);
  for (int i = 0; i < n; i++) max = GORO_MAX(max, depth_of(&s[i]));
  CHECK(goro__semaRoot_check(&root));
  CHECK(max < 80); /* about 25; more than 80 once in 10^20 runs */
  for (int i = 0; i < n; i++)
    CHECK(goro__semaRoot_dequeue(&root, &a[i]) == &s[i]);
}

/* The check itself must be able to fail. */
static void test_treap_check(void) {
  static struct semaRoot root;
  static struct sudog s[3];
  static uint32_t room[5], *a = room + 1;
  for (int i = 0; i < 3; i++) goro__semaRoot_queue(&root, &a[i], &s[i], false);
  struct sudog *top = root.treap;
  uint32_t ticket = top->ticket;
  top->ticket = UINT32_MAX; /* above its children's, but for 1 in 2^31 */
  CHECK(!goro__semaRoot_check(&root));
  top->ticket = ticket;
  void *elem = top->elem;
  top->elem = top->next != NULL ? &a[2] + 1 : a - 1;
  CHECK(!goro__semaRoot_check(&root));
  top->elem = elem;
  CHECK(goro__semaRoot_check(&root));
}

/* ---- goroutines ---- */

static uint32_t sem;
static uint32_t waiter_names; /* atomic */

static void acquire(void *lifo) {
  int name = 'a' - 1 + (int)Xadd(&waiter_names, 1);
  goro__semacquire1(&sem, lifo != NULL, waitReasonSemacquire);
  unit_note(name);
}

/* Start a goroutine that waits on sem, and let it get there. */
static struct g *start_waiter(bool lifo) {
  struct g *gp = unit_go(acquire, lifo ? &sem : NULL);
  UNIT_UNTIL(unit_parked(gp));
  CHECK(gp->waiting != NULL && gp->waiting->elem == &sem);
  CHECK(gp->waitreason == waitReasonSemacquire);
  return gp;
}

static void start_three(bool lifo) {
  Store(&waiter_names, 0);
  for (int i = 0; i < 3; i++) start_waiter(lifo);
  CHECK(Load(&goro__rootFor(&sem)->nwait) == 3);
}

static void release_three(void) {
  for (uint32_t n = 1; n <= 3; n++) {
    goro__semrelease(&sem);
    UNIT_UNTIL(Load(&unit_nlog) == n);
  }
  CHECK(Load(&sem) == 0 && Load(&goro__rootFor(&sem)->nwait) == 0);
}

static void test_order(void) {
  start_three(false);
  release_three();
  CHECK(unit_said("abc"));
  start_three(true);
  release_three();
  CHECK(unit_said("cba"));
}

/* A count that is there already is taken without waiting. */
static void test_count(void) {
  goro__semrelease(&sem);
  goro__semrelease(&sem);
  CHECK(sem == 2);
  goro__semacquire1(&sem, false, waitReasonSemacquire);
  goro__semacquire1(&sem, true, waitReasonSemacquire);
  CHECK(sem == 0);
}

/* Two addresses in one root do not wake each other. */
static uint32_t many[8 * 251 + 1];

static void acquire_at(void *addr) {
  goro__semacquire1(addr, false, waitReasonSemacquire);
  unit_note(addr == &many[0] ? 'x' : 'y');
}

static void test_collision(void) {
  uint32_t *other = &many[2 * 251]; /* 251 * 8 bytes on */
  CHECK(goro__rootFor(&many[0]) == goro__rootFor(other));
  struct g *x = unit_go(acquire_at, &many[0]);
  struct g *y = unit_go(acquire_at, other);
  UNIT_UNTIL(unit_parked(x) && unit_parked(y));
  goro__semrelease(other);
  UNIT_UNTIL(Load(&unit_nlog) == 1);
  CHECK(unit_parked(x));
  goro__semrelease(&many[0]);
  UNIT_UNTIL(Load(&unit_nlog) == 2);
  CHECK(unit_said("yx"));
}

/* A wakeup without ticket is not a count: who comes first takes it, and the
 * woken goroutine waits on. */
static void test_barging(void) {
  if (!unit_one_m()) return;
  Store(&waiter_names, 0);
  struct g *gp = start_waiter(false);
  goro__semrelease(&sem);
  goro__semacquire1(&sem, false, waitReasonSemacquire);
  CHECK(!unit_parked(gp));
  UNIT_UNTIL(unit_parked(gp));
  CHECK(Load(&unit_nlog) == 0);
  goro__semrelease(&sem);
  UNIT_UNTIL(Load(&unit_nlog) == 1);
  CHECK(unit_said("a"));
}

/* A handoff gives the count to the waiter, and runs it before the caller and
 * before anything that was runnable. */
static void note_b(void *unused_arg) {
  (void)unused_arg;
  unit_note('B');
}

static void test_handoff(void) {
  if (!unit_in_order()) return;
  Store(&waiter_names, 0);
  start_waiter(false);
  unit_go(note_b, NULL);
  goro__semhandoff(&sem);
  CHECK(unit_log[0] == 'a');
  CHECK(sem == 0);
  UNIT_UNTIL(Load(&unit_nlog) == 2);
  CHECK(unit_said("aB"));
  goro__semhandoff(&sem); /* nobody waits: the count stays */
  CHECK(sem == 1);
  sem = 0;
}

/* Many goroutines on one semaphore of count 1: it excludes. */
static uint32_t hammer_sem, hammer_inside, hammer_done;

static void hammer(void *unused_arg) {
  (void)unused_arg;
  int n = unit_much(100, 20);
  for (int i = 0; i < n; i++) {
    goro__semacquire1(&hammer_sem, false, waitReasonSemacquire);
    CHECK(Xadd(&hammer_inside, 1) == 1);
    if (i % 7 == 0) goro__Gosched();
    Xadd(&hammer_inside, -1);
    goro__semrelease(&hammer_sem);
  }
  Xadd(&hammer_done, 1);
}

static void test_hammer(void) {
  hammer_sem = 1;
  for (int i = 0; i < 10; i++) unit_go(hammer, NULL);
  UNIT_UNTIL(Load(&hammer_done) == 10);
  CHECK(hammer_sem == 1);
  CHECK(Load(&goro__rootFor(&hammer_sem)->nwait) == 0);
}

/* ---- notify lists ---- */

static struct notifyList list;

struct ticket {
  uint32_t t;
  int name;
};

static void wait_ticket(void *ticket) {
  struct ticket *w = ticket;
  goro__notifyListWait(&list, w->t);
  unit_note(w->name);
}

/* Tickets count, not the order in which goroutines queue. */
static void test_notify_one(uint32_t start) {
  struct ticket w[3];
  list.wait = list.notify = start;
  for (int i = 0; i < 3; i++)
    w[i] = (struct ticket){goro__notifyListAdd(&list), 'a' + i};
  for (int i = 2; i >= 0; i--) {
    struct g *gp = unit_go(wait_ticket, &w[i]);
    UNIT_UNTIL(unit_parked(gp));
  }
  for (uint32_t n = 1; n <= 3; n++) {
    goro__notifyListNotifyOne(&list);
    UNIT_UNTIL(Load(&unit_nlog) == n);
  }
  CHECK(list.head == NULL && list.tail == NULL);
  CHECK(unit_said("abc"));
  goro__notifyListNotifyOne(&list); /* nobody: it is not kept */
  CHECK(list.wait == list.notify);
}

static void test_notify_all(uint32_t start) {
  struct ticket w[3];
  list.wait = list.notify = start;
  for (int i = 0; i < 3; i++) {
    w[i] = (struct ticket){goro__notifyListAdd(&list), 'a' + i};
    struct g *gp = unit_go(wait_ticket, &w[i]);
    UNIT_UNTIL(unit_parked(gp));
  }
  goro__notifyListNotifyAll(&list);
  UNIT_UNTIL(Load(&unit_nlog) == 3);
  CHECK(list.head == NULL && list.wait == list.notify);
  memset(unit_log, 0, sizeof unit_log);
  Store(&unit_nlog, 0);
}

/* Notified between taking the ticket and waiting: no wait at all. */
static void test_notify_early(void) {
  uint32_t t = goro__notifyListAdd(&list);
  goro__notifyListNotifyOne(&list);
  goro__notifyListWait(&list, t);
  t = goro__notifyListAdd(&list);
  goro__notifyListNotifyAll(&list);
  goro__notifyListWait(&list, t);
}

int main(void) {
  test_treap_model();
  test_treap_balance();
  test_treap_check();
  test_order();
  test_count();
  test_collision();
  test_barging();
  test_handoff();
  test_hammer();
  test_notify_one(0);
  test_notify_one(UINT32_MAX - 1); /* tickets wrap around */
  test_notify_all(UINT32_MAX);
  test_notify_early();
  return unit_pass();
}
