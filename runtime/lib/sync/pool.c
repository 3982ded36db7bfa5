/* pool.c: sync.Pool, items that are free for reuse.
 *
 * Go: sync/pool.go.
 *
 * Each P has a poolLocal, with items that only its goroutines add.  Between
 * the look at m.p and the last access to the poolLocal there is no safe point,
 * so a goroutine keeps its P: it is pinned, as Go says.
 *
 * There are two sides, the current one and that of the victims.  Put adds to
 * the current side; Get takes from there first, then from the victims.  Ageing
 * drops the victims, and lets the sides change places.  The sides' times are
 * numbered: in an even one side 0 is current, in an odd one side 1.
 *
 * Invariants:
 *  1. private and the head of shared are used by goroutines of their P alone;
 *     but anybody may exchange private for NULL, and pop at shared's tail.
 *  2. An item is in one place: whoever takes it out owns it.
 *  3. A poolLocal stays until the pool is freed, also if its P goes.
 *
 * A Put that has looked at `now` before the sides change adds to the
 * victims: it ages one step too early.  Ageing that goes on twice at once may
 * drop younger items.  Neither loses one.
 *
 * Locks: none.
 *
 * Differs from Go: the world does not stop to change the sides, and items age
 * only when the program says so: no garbage collection tells when memory is
 * short, and a timer of the pool's own would keep a program from being found
 * dead.  A pool that nobody ages keeps all its items, like any free list.
 */
#include "lib/sync/pool.h"

struct poolSide {
  void *private;           /* atomic: invariant 1 */
  struct poolChain shared; /* invariant 1 */
};

/* In an allocation of its own, so that two Ps share no cache line. */
struct poolLocal {
  struct poolSide side[2];
};

enum { POOL_LOCALS = GORO_THREADS ? MAXPROCS : 1 };

struct Pool {
  struct poolFuncs f; /* r/o */
  uint32_t now;       /* atomic: counts the changes of the sides */
  uint32_t bare;      /* atomic: in this time no victims were left.  A number,
                         so that who was slow says nothing about later ones */
  uint32_t nlocal;    /* atomic: above all numbers of Ps with a poolLocal */
  struct poolLocal *local[POOL_LOCALS]; /* atomic: each set once, by its P */
};

struct Pool *goro__Pool_new(struct poolFuncs f) {
  struct Pool *p = goro__mallocz(sizeof *p);
  p->f = f;
  return p;
}

static inline uint32_t side_of(uint32_t time) { return time & 1; }

/* ---- pinned ---- */

static GORO_NOINLINE struct poolLocal *pool_pinSlow(struct Pool *p,
                                                    uint32_t pid) {
  struct poolLocal *l = goro__mallocz(sizeof *l);
  Store(&p->local[pid], l);
  for (uint32_t n = Load(&p->nlocal); n <= pid; n = Load(&p->nlocal))
    if (Cas(&p->nlocal, n, pid + 1)) break;
  return l;
}

/* The caller's poolLocal, until its next safe point. */
static struct poolLocal *pool_pin(struct Pool *p, uint32_t *pid) {
  *pid = (uint32_t)getg()->m->p->id;
  struct poolLocal *l = Load(&p->local[*pid]);
  return likely(l) ? l : pool_pinSlow(p, *pid);
}

static void *take_private(struct poolSide *s) {
  return Load(&s->private) ? Xchg(&s->private, NULL) : NULL;
}

/* An item of others, on this side; P number first is asked last. */
static void *pool_steal(struct Pool *p, uint32_t side, uint32_t first) {
  uint32_t n = Load(&p->nlocal);
  for (uint32_t i = 1; i <= n; i++) {
    struct poolLocal *l = Load(&p->local[(first + i) % n]);
    void *x = l ? goro__poolChain_popTail(&l->side[side].shared) : NULL;
    if (x) return x;
  }
  return NULL;
}

/* Victims last: they are to age out, if possible. */
static GORO_NOINLINE void *pool_getSlow(struct Pool *p, struct poolLocal *l,
                                        uint32_t now, uint32_t pid) {
  void *x = pool_steal(p, side_of(now), pid);
  if (x || Load(&p->bare) == now) return x;
  uint32_t victim = side_of(now + 1);
  x = take_private(&l->side[victim]);
  if (!x) x = pool_steal(p, victim, pid);
  if (!x) Store(&p->bare, now);
  return x;
}

static void *pool_take(struct Pool *p) {
  uint32_t pid;
  struct poolLocal *l = pool_pin(p, &pid);
  uint32_t now = Load(&p->now);
  struct poolSide *s = &l->side[side_of(now)];
  void *x = take_private(s);
  if (!x) x = goro__poolChain_popHead(&s->shared);
  return x ? x : pool_getSlow(p, l, now, pid);
}

/* ---- Get and Put ---- */

GORO_UNWINDS void *goro__Pool_Get(struct Pool *p) {
  void *x = pool_take(p);
  if (x || !p->f.New) return x;
  return p->f.New(p->f.arg);
}

void goro__Pool_Put(struct Pool *p, void *x) {
  if (!x) return;
  uint32_t pid;
  struct poolLocal *l = pool_pin(p, &pid);
  struct poolSide *s = &l->side[side_of(Load(&p->now))];
  if (Load(&s->private) || !Cas(&s->private, NULL, x))
    goro__poolChain_pushHead(&s->shared, x);
}

/* ---- ageing ---- */

/* Any item of this side. */
static void *pool_any(struct Pool *p, uint32_t side) {
  uint32_t n = Load(&p->nlocal);
  for (uint32_t i = 0; i < n; i++) {
    struct poolLocal *l = Load(&p->local[i]);
    void *x = l ? take_private(&l->side[side]) : NULL;
    if (x) return x;
  }
  return pool_steal(p, side, 0);
}

static GORO_UNWINDS void pool_drop(struct Pool *p, uint32_t side) {
  for (void *x; (x = pool_any(p, side));)
    if (p->f.drop) p->f.drop(p->f.arg, x);
}

GORO_UNWINDS void goro__Pool_age(struct Pool *p) {
  uint32_t now = Load(&p->now);
  pool_drop(p, side_of(now + 1));
  Cas(&p->now, now, now + 1); /* or another ageing has */
}

GORO_UNWINDS void goro__Pool_free(struct Pool *p) {
  pool_drop(p, 0);
  pool_drop(p, 1);
  for (uint32_t i = 0; i < p->nlocal; i++) {
    struct poolLocal *l = p->local[i];
    if (!l) continue;
    for (int side = 0; side < 2; side++)
      goro__poolChain_free(&l->side[side].shared);
    os_free(l);
  }
  os_free(p);
}
