/* hostflight.h: calls of single flights that are under way (hostflight.c). */
#ifndef GORO_HOSTFLIGHT_H
#define GORO_HOSTFLIGHT_H

#include "wait/chan.h"

/* Chains of calls: few are under way at the same time. */
enum { FLIGHT_BUCKETS = 64 };

/* A key as the package writes it: a block of its codec. */
struct flightkey {
  uint32_t size;
  uint32_t unused;
  uint8_t bytes[];
};

/* Under the flight's lock but for what is r/o. */
struct flightcall {
  struct flightcall *next; /* in its bucket */
  struct flightkey *key;   /* r/o; the call's own */
  struct hchan *results;   /* r/o; one for each who waits */
  uint32_t owner;          /* r/o; who has begun it: the package's number */
  uint32_t waiters;        /* who have joined it */
  bool closed;             /* nobody joins it any more */
};

struct hostflight {
  struct mutex lock;
  uint32_t refs;                              /* atomic: of agents */
  struct flightcall *buckets[FLIGHT_BUCKETS]; /* under lock */
};

struct hostflight *goro__hostflight(void);

/* Join the call for key, which becomes the flight's; *first: this begins it, as
 * owner.  The channel has a reference for the caller. */
struct hchan *goro__hostflight_join(struct hostflight *f, struct flightkey *key,
                                    uint32_t owner, bool *first);
/* The channel of the call that would be joined, as a name; or NULL. */
struct hchan *goro__hostflight_find(struct hostflight *f,
                                    const struct flightkey *key);
/* Later ones do not join it. */
void goro__hostflight_forget(struct hostflight *f, const struct flightkey *key);
/* The call of this key and channel has a result, for as many as it returns. */
uint32_t goro__hostflight_end(struct hostflight *f, const struct flightkey *key,
                              const struct hchan *results);
/* All have been sent theirs. */
void goro__hostflight_over(struct hostflight *f, const struct flightkey *key,
                           const struct hchan *results);
/* A call of this owner, which is lost, is over: its channel, with the owner's
 * reference; NULL: no more. */
struct hchan *goro__hostflight_orphan(struct hostflight *f, uint32_t owner);
/* The last agent that had it has it no more. */
void goro__hostflight_free(struct hostflight *f);

#endif
