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

#endif
