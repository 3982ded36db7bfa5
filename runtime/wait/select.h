/* select.h: one goroutine, several channel operations (select.c). */
#ifndef GORO_SELECT_H
#define GORO_SELECT_H

#include "wait/chan.h"

/* One case.  The program fills in the first four fields; the rest is the
 * select's own.  Same layout as the public goro_case. */
struct scase {
  struct hchan *c; /* NULL: never chosen */
  void *elem;      /* value to send, or where to put the one received */
  bool send;
  bool ok;            /* out: a receive got a value, not a close */
  uint16_t pollorder; /* i-th case to look at */
  uint16_t lockorder; /* i-th case to lock */
};

enum { SELECT_MAX = 65536 };

/* The index of the case that was chosen; -1 if none was ready and !block. */
GORO_UNWINDS int goro__selectgo(struct scase *cases, int n, bool block);

/* ---- the passes, for who parks in another way (hostwait.c) ---- */

enum { SEL_WAIT = -2, SEL_CLOSED_SEND = -3 };

/* Fill in the orders; returns how many cases have a channel, n below. */
int goro__select_orders(struct scase *cases, int n);
/* Pass 1.  Returns the case, -1 for none, SEL_WAIT with the locks held if it is
 * to block, or SEL_CLOSED_SEND. */
int goro__select_attempt(struct scase *cases, int n, bool block);
/* Pass 2: queue gp on every channel; needs the locks.  It parks next, and
 * selparkcommit(gp, NULL) gives the locks back. */
void goro__select_enqueue(struct g *gp, struct scase *cases, int n);
int64_t goro__selparkcommit(void *gp, void *unused);
/* Passes 3 and 4: gp was woken.  Returns the case, or SEL_CLOSED_SEND. */
int goro__select_woken(struct g *gp, struct scase *cases, int n);
/* Take gp off all channels but the one that fired; returns its index, or -1 if
 * none has.  Needs the locks. */
int goro__select_dequeue(struct g *gp, struct scase *cases, int n,
                         bool *success);
void goro__sellock(struct scase *cases, int n);
void goro__selunlock(struct scase *cases, int n);

#endif
