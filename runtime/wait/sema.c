/* sema.c: the table of waiting goroutines behind semaphores; notify lists.
 *
 * Go: runtime/sema.go.
 *
 * Terms:
 *  root   one of 251 places to which addresses hash; it has a treap.
 *  node   the sudog that stands in a treap for its address: its first waiter.
 *         prev and next are its children, ticket is its random priority.
 *  list   the later waiters on the node's address, linked by waitlink; the
 *         node's waittail is the last of them.
 *
 * A treap is a search tree by address and a heap by priority, which keeps it
 * balanced on average.  With the list inside the node a lookup is O(log n) in
 * the number of addresses, whatever the number of waiters on each.
 *
 * Invariants (of a root, whenever its lock is free):
 *  1. In the treap's order the addresses (elem) rise strictly.
 *  2. A node's ticket is odd, so not 0, and no child has a smaller one.
 *  3. waitlink and waittail of a node are both NULL or both set, and then the
 *     tail ends the list.  The waittail of the others is NULL.
 *  4. nwait is the number of sudogs in the treap and its lists.
 *  5. A queued goroutine's g.waiting is its sudog.
 * No wakeup is lost: a waiter raises nwait and then looks at *addr; a release
 * raises *addr and then looks at nwait.  Both are sequentially consistent, so
 * at least one of them sees the other.
 *
 * Locks: semaRoot.lock (lockRankRoot) guards a root, notifyList.lock
 * (lockRankNotifyList) a list.  Neither is held over goready.
 *
 * Only goro__semacquire1, goro__semhandoff and goro__notifyListWait unwind.
 * What they do under a lock stands in noinline functions: asyncify saves the
 * locals of a frame that parks, and would instrument everything inlined.
 *
 * Differs from Go: no block and mutex profiles, hence no acquiretime; sudog's
 * `waiters` is not counted.
 */
#include "wait/sema.h"

#include "base/rand.h"

/* A prime, so as not to correlate with patterns of the program. */
enum { semTabSize = 251 };

/* Each root in a cache line of its own.  Zeroed memory is a valid root: there
 * is no moment before which a semaphore cannot be used. */
static struct {
  _Alignas(64) struct semaRoot root;
} semtable[semTabSize];

/* The low bits are left out: locks lie eight bytes apart or more, so of 251
 * neighbours each gets a root of its own. */
struct semaRoot *goro__rootFor(uint32_t *addr) {
  return &semtable[((uintptr_t)addr >> 3) % semTabSize].root;
}

/* ---- the treap ----
 *
 * Everything here and in the next part runs under root->lock.  A node belongs
 * to the goroutine that waits, which is parked and does not touch it; whoever
 * takes it out of the root hands it back with goready. */

/* Where s hangs in the treap: the pointer that points to it. */
static struct sudog **treap_slot(struct semaRoot *root, struct sudog *s) {
  struct sudog *p = s->parent;
  if (p == NULL) return &root->treap;
  if (p->prev == s) return &p->prev;
  if (p->next != s) goro__throw("sema: treap is broken");
  return &p->next;
}

/* Let s hang at *slot, under p. */
static void treap_hang(struct sudog **slot, struct sudog *s, struct sudog *p) {
  *slot = s;
  if (s != NULL) s->parent = p;
}

/* Turns (x a (y b c)) into (y (x a b) c). */
static void treap_rotateLeft(struct semaRoot *root, struct sudog *x) {
  struct sudog *y = x->next;
  treap_hang(treap_slot(root, x), y, x->parent);
  treap_hang(&x->next, y->prev, x);
  treap_hang(&y->prev, x, y);
}

/* Turns (y (x a b) c) into (x a (y b c)). */
static void treap_rotateRight(struct semaRoot *root, struct sudog *y) {
  struct sudog *x = y->prev;
  treap_hang(treap_slot(root, y), x, y->parent);
  treap_hang(&y->prev, x->next, y);
  treap_hang(&x->next, y, x);
}

/* Put t, also waiting on s's address, in s's place as the node. */
static void treap_substitute(struct semaRoot *root, struct sudog *s,
                             struct sudog *t) {
  treap_hang(treap_slot(root, s), t, s->parent);
  treap_hang(&t->prev, s->prev, t);
  treap_hang(&t->next, s->next, t);
  t->ticket = s->ticket;
  s->parent = s->prev = s->next = NULL;
}

/* Hang the new address's s at *slot under p, and let it rise to where its
 * priority belongs.  The lowest bit is set because 0 means "no ticket"; that
 * does not hurt the balance. */
static void treap_insert(struct semaRoot *root, struct sudog **slot,
                         struct sudog *s, struct sudog *p) {
  s->ticket = goro__cheaprand() | 1;
  treap_hang(slot, s, p);
  while (s->parent != NULL && s->parent->ticket > s->ticket) {
    if (s->parent->prev == s)
      treap_rotateRight(root, s->parent);
    else
      treap_rotateLeft(root, s->parent);
  }
}

/* Let s sink until it is a leaf, then cut it off. */
static void treap_remove(struct semaRoot *root, struct sudog *s) {
  while (s->prev != NULL || s->next != NULL) {
    if (s->next == NULL ||
        (s->prev != NULL && s->prev->ticket < s->next->ticket))
      treap_rotateRight(root, s);
    else
      treap_rotateLeft(root, s);
  }
  *treap_slot(root, s) = NULL;
  s->parent = NULL;
}

/* The leftmost node under s.  Walks in the order of addresses need no stack and
 * no recursion: nodes know their parents. */
static struct sudog *treap_first(struct sudog *s) {
  while (s != NULL && s->prev != NULL) s = s->prev;
  return s;
}

/* The node after s in the order of addresses, or NULL. */
static struct sudog *treap_after(struct sudog *s) {
  if (s->next != NULL) return treap_first(s->next);
  while (s->parent != NULL && s->parent->next == s) s = s->parent;
  return s->parent;
}

static bool treap_check_child(struct sudog *s, struct sudog *child) {
  return child == NULL || (child->parent == s && child->ticket >= s->ticket);
}

/* Invariants 2 and 3 of one node. */
static bool treap_check_node(struct sudog *s) {
  if ((s->ticket & 1) == 0) return false;
  if (!treap_check_child(s, s->prev)) return false;
  if (!treap_check_child(s, s->next)) return false;
  if (s->waitlink == NULL) return s->waittail == NULL;
  return s->waittail != NULL && s->waittail->waitlink == NULL &&
         s->waitlink->waittail == NULL;
}

/* Invariants 1 to 3.  The lists are not walked: with many waiters on one
 * address that would make debug builds quadratic. */
bool goro__semaRoot_check(struct semaRoot *root) {
  struct sudog *last = NULL;
  if (root->treap != NULL && root->treap->parent != NULL) return false;
  for (struct sudog *s = treap_first(root->treap); s != NULL;
       s = treap_after(s)) {
    if (!treap_check_node(s)) return false;
    if (last != NULL && (uintptr_t)last->elem >= (uintptr_t)s->elem)
      return false;
    last = s;
  }
  return true;
}

/* ---- waiters on one address ---- */

/* s becomes the first to wait on node t's address, and so its node: the node
 * is always the one that is woken next. */
static void sema_push_front(struct semaRoot *root, struct sudog *t,
                            struct sudog *s) {
  treap_substitute(root, t, s);
  s->waitlink = t;
  s->waittail = t->waittail != NULL ? t->waittail : t;
  t->waittail = NULL;
}

/* s becomes the last to wait on node t's address. */
static void sema_push_back(struct sudog *t, struct sudog *s) {
  struct sudog *last = t->waittail != NULL ? t->waittail : t;
  last->waitlink = s;
  t->waittail = s;
}

/* Put s, which waits on addr, into root.  lifo is for a mutex's waiter that was
 * woken and lost against a newcomer: it must not start at the end again.
 * Go: (*semaRoot).queue. */
GORO_NOINLINE void goro__semaRoot_queue(struct semaRoot *root, uint32_t *addr,
                                        struct sudog *s, bool lifo) {
  struct sudog **slot = &root->treap, *parent = NULL;
  s->elem = addr;
  s->prev = s->next = s->parent = s->waitlink = s->waittail = NULL;
  while (*slot != NULL && (*slot)->elem != addr) {
    parent = *slot;
    slot = (uintptr_t)addr < (uintptr_t)parent->elem ? &parent->prev
                                                     : &parent->next;
  }
  if (*slot == NULL)
    treap_insert(root, slot, s, parent);
  else if (lifo)
    sema_push_front(root, *slot, s);
  else
    sema_push_back(*slot, s);
  goro_assert(goro__semaRoot_check(root));
}

/* Take the node s out; the next waiter on its address, if any, becomes the
 * node. */
static void sema_unlink(struct semaRoot *root, struct sudog *s) {
  struct sudog *t = s->waitlink;
  if (t == NULL) {
    treap_remove(root, s);
  } else {
    treap_substitute(root, s, t);
    t->waittail = t->waitlink != NULL ? s->waittail : NULL;
  }
  s->waitlink = s->waittail = NULL;
  s->elem = NULL;
  s->ticket = 0;
}

/* The first goroutine that waits on addr, taken out of the root, or NULL.
 * Go: (*semaRoot).dequeue. */
GORO_NOINLINE struct sudog *goro__semaRoot_dequeue(struct semaRoot *root,
                                                   uint32_t *addr) {
  struct sudog *s = root->treap;
  while (s != NULL && s->elem != addr)
    s = (uintptr_t)addr < (uintptr_t)s->elem ? s->prev : s->next;
  if (s != NULL) sema_unlink(root, s);
  goro_assert(goro__semaRoot_check(root));
  return s;
}

/* ---- acquire and release ---- */

/* Take one from *addr if there is one.  The only way in that needs no lock. */
static bool cansemacquire(uint32_t *addr) {
  uint32_t v = Load(addr);
  while (v != 0) {
    if (Cas(addr, v, v - 1)) return true;
    v = Load(addr);
  }
  return false;
}

/* Queue s on addr and return its root, locked; or take from *addr after all,
 * and return NULL. */
static GORO_NOINLINE struct semaRoot *sema_enqueue(uint32_t *addr,
                                                   struct sudog *s, bool lifo) {
  struct semaRoot *root = goro__rootFor(addr);
  lockWithRank(&root->lock, lockRankRoot);
  /* First this, so that a release from now on looks for us; then a last look
   * at what was released before. */
  Xadd(&root->nwait, 1);
  if (cansemacquire(addr)) {
    Xadd(&root->nwait, -1);
    unlock(&root->lock);
    return NULL;
  }
  goro__semaRoot_queue(root, addr, s, lifo);
  s->g->waiting = s;
  return root;
}

/* The loop is for the waiter that is woken without a ticket: until it runs, the
 * count is there for anyone, and somebody who came later may have taken it.  A
 * mutex wants it so, the lock then changes hands without a switch; a waiter
 * that loses too often makes the mutex starve, and gets a ticket. */
GORO_UNWINDS void goro__semacquire1(uint32_t *addr, bool lifo,
                                    enum waitReason reason) {
  if (cansemacquire(addr)) return;
  struct g *gp = goro__needg(goro__waitReasonStrings[reason]);
  struct sudog *s = goro__acquireSudog();
  s->g = gp;
  s->ticket = 0;
  do {
    struct semaRoot *root = sema_enqueue(addr, s, lifo);
    if (root == NULL) break;
    goro__goparkunlock(&root->lock, reason);
    /* A ticket: the count was taken for us. */
  } while (s->ticket == 0 && !cansemacquire(addr));
  s->ticket = 0;
  goro__releaseSudog(s);
}

/* Add one to *addr; return the waiter to be woken for it, or NULL. */
static GORO_NOINLINE struct sudog *sema_release(uint32_t *addr) {
  struct semaRoot *root = goro__rootFor(addr);
  struct sudog *s = NULL;
  Xadd(addr, 1);
  goro__point();
  /* After the addition: see "no wakeup is lost". */
  if (Load(&root->nwait) == 0) return NULL;
  lockWithRank(&root->lock, lockRankRoot);
  if (Load(&root->nwait) != 0) s = goro__semaRoot_dequeue(root, addr);
  if (s != NULL) {
    Xadd(&root->nwait, -1);
    s->g->waiting = NULL;
  }
  unlock(&root->lock);
  return s;
}

void goro__semrelease(uint32_t *addr) {
  struct sudog *s = sema_release(addr);
  if (s != NULL) goro__goready(s->g);
}

/* True if the caller may enter the scheduler: it is a goroutine. */
static bool sema_mayyield(void) {
  struct g *gp = getg();
  return gp->m != NULL && gp->m->curg == gp;
}

/* goready makes the waiter run next on this P, and goyield lets it: with the
 * rest of the caller's slice, so that a contended semaphore cannot keep a P
 * for ever.  Only a starving mutex pays for the switch; otherwise somebody
 * else could take the semaphore meanwhile, and it would be wasted. */
GORO_UNWINDS void goro__semhandoff(uint32_t *addr) {
  struct sudog *s = sema_release(addr);
  if (s == NULL) return;
  bool direct = cansemacquire(addr);
  s->ticket = direct;
  goro__goready(s->g); /* from here on s belongs to the waiter */
  if (direct && sema_mayyield()) goro__goyield();
}

/* ---- notify lists ----
 *
 * A semaphore cannot serve a condition variable: a broadcast would have to know
 * how many wait, and a count left over would wake somebody who came later.  So
 * a waiter takes a ticket while it still holds its mutex, and a signal is for
 * one ticket, not for whoever comes first: it also reaches a waiter that has
 * unlocked the mutex and is not parked yet.
 */

/* Whether ticket a comes before b; both may have wrapped around. */
static bool ticket_less(uint32_t a, uint32_t b) { return (int32_t)(a - b) < 0; }

/* All tickets are notified.  In this order: neither number falls, and notify
 * is never ahead, so they are equal at the moment of the second look.
 *
 * Differs from Go, which looks at wait first.  When notify is at that number,
 * another signal may have taken its ticket, and a waiter come, in between: two
 * signals then wake one of two. */
static bool notifyList_done(struct notifyList *l) {
  uint32_t notify = Load(&l->notify);
  goro__point();
  return notify == Load(&l->wait);
}

/* Append the caller with ticket t.  Returns its sudog with the list locked,
 * or NULL if the ticket was notified before it came here. */
static GORO_NOINLINE struct sudog *notifyList_enqueue(struct notifyList *l,
                                                      struct g *gp,
                                                      uint32_t t) {
  /* Before the lock: acquireSudog may take one of its own. */
  struct sudog *s = goro__acquireSudog();
  lockWithRank(&l->lock, lockRankNotifyList);
  if (ticket_less(t, l->notify)) {
    unlock(&l->lock);
    goro__releaseSudog(s);
    return NULL;
  }
  s->g = gp;
  s->elem = l;
  s->ticket = t;
  s->next = NULL;
  gp->waiting = s;
  if (l->tail == NULL)
    l->head = s;
  else
    l->tail->next = s;
  l->tail = s;
  return s;
}

GORO_UNWINDS void goro__notifyListWait(struct notifyList *l, uint32_t t) {
  struct g *gp = goro__needg(goro__waitReasonStrings[waitReasonSyncCondWait]);
  struct sudog *s = notifyList_enqueue(l, gp, t);
  if (s == NULL) return;
  goro__goparkunlock(&l->lock, waitReasonSyncCondWait);
  getg()->waiting = NULL;
  s->elem = NULL;
  s->ticket = 0;
  goro__releaseSudog(s);
}

void goro__notifyListNotifyAll(struct notifyList *l) {
  if (notifyList_done(l)) return;
  lockWithRank(&l->lock, lockRankNotifyList);
  struct sudog *s = l->head;
  l->head = l->tail = NULL;
  /* Who took a ticket is in the list, or will see that it was notified. */
  Store(&l->notify, Load(&l->wait));
  unlock(&l->lock);
  while (s != NULL) {
    struct sudog *next = s->next; /* a woken waiter releases its sudog */
    s->next = NULL;
    goro__goready(s->g);
    s = next;
  }
}

/* Unlink the waiter with ticket t; NULL if it is not in the list yet.  The
 * walk is short: goroutines queue nearly in the order of their tickets. */
static struct sudog *notifyList_take(struct notifyList *l, uint32_t t) {
  struct sudog *p = NULL, *s = l->head;
  assertLockHeld(&l->lock);
  while (s != NULL && s->ticket != t) {
    p = s;
    s = s->next;
  }
  if (s == NULL) return NULL;
  if (p == NULL)
    l->head = s->next;
  else
    p->next = s->next;
  if (l->tail == s) l->tail = p;
  s->next = NULL;
  return s;
}

/* A ticket that is not in the list is notified all the same: its goroutine is
 * on the way, and notifyList_enqueue turns it back. */
void goro__notifyListNotifyOne(struct notifyList *l) {
  struct sudog *s = NULL;
  if (notifyList_done(l)) return;
  lockWithRank(&l->lock, lockRankNotifyList);
  uint32_t t = l->notify;
  if (t != Load(&l->wait)) {
    Store(&l->notify, t + 1);
    s = notifyList_take(l, t);
  }
  unlock(&l->lock);
  if (s != NULL) goro__goready(s->g);
}
