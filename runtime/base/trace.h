/* trace.h: a record of what the scheduler did (trace.c).
 *
 * Go: runtime/trace.go, traceevent.go.
 *
 * Compiled with GORO_TRACE 0 nothing of it is left.  Otherwise, while no trace
 * is on, each place that could tell something pays for one branch.
 */
#ifndef GORO_BASE_TRACE_H
#define GORO_BASE_TRACE_H

#include "base/base.h"
#include "os/memory.h"

#ifndef GORO_TRACE
#define GORO_TRACE 1
#endif

/* What happened to goroutine g.  object: an address, where nothing else is
 * said. */
enum tracekind {
  TRACE_CREATE = 1, /* object: its struct gosite, or 0; reason: TRACE_BEFORE,
                       it was there when the trace began */
  TRACE_START,      /* g runs */
  TRACE_PARK,       /* g waits; reason: enum waitReason; object: for this */
  TRACE_READY,      /* g waits no more; reason: enum traceready */
  TRACE_YIELD,      /* g gave way, and is runnable */
  TRACE_SYSCALL,    /* g is in the host */
  TRACE_END,
  TRACE_NAME,  /* object: g's name, a C string */
  TRACE_SEND,  /* g put a value into the buffer of the channel `object` */
  TRACE_RECV,  /* g took one out of it */
  TRACE_STEAL, /* object: how many; reason: of which P, modulo 256; g: the one
                  to run now */
  TRACE_TIMER, /* the timer `object` went off */
  TRACE_IDLE,  /* the M has nothing to do */
  TRACE_CLOCK  /* no event: the time, its low half as object, its high as g */
};

#define TRACE_REASON(r) ((uint32_t)(r) << 8)
enum { TRACE_BEFORE = 1 };

/* What a goroutine that waited for a channel got. */
enum traceready {
  TRACE_NOVALUE, /* it did not wait for a channel */
  TRACE_IN,      /* a value of who woke it */
  TRACE_OUT,     /* nothing: who woke it took its value */
  TRACE_CLOSED   /* nothing: the channel was closed */
};

/* An event, as the reader gets it.  Same layout as the public goro_trace_event;
 * the npm package reads it as well.  Goroutines' numbers are modulo 2^32. */
struct traceevent {
  int64_t when; /* nanotime */
  uintptr_t object;
  uint32_t g;
  uint32_t by;   /* who ran on the M, or 0 */
  uint32_t what; /* enum tracekind, reason, 16 bits of M; from the lowest */
};

struct tracering;

#if GORO_TRACE

/* As it is written: 16 bytes, or 24 natively. */
struct tracerec {
  uint64_t what;    /* g, 32 bits; enum tracekind; reason */
  uintptr_t object; /* not of a TRACE_START, which is frequent and has none */
};

/* Where an M writes.  Owner M; others reset it while the world stands still,
 * and read next. */
struct traceout {
  struct tracerec *next;
  struct tracerec *limit;
  struct tracering *ring; /* or NULL */
};

/* One M's, listed by link.  The npm package reads the first seven. */
struct tracering {
  struct tracering *link;   /* r/o once listed */
  struct tracerec *records; /* r/o; what they are is atomic */
  struct traceout *out;     /* r/o */
  uint32_t m;               /* r/o; shifted to its place in traceevent.what */
  uint32_t size;            /* r/o; records there is room for */
  uint32_t done;            /* atomic: records published; written by owner M */
  uint32_t every; /* owner M: events that share a reading; 0: it is idle */
  int64_t last;   /* owner M: when the clock was read */

  /* The reader's. */
  uint32_t taken; /* records that it has had */
  uint32_t until; /* the next TRACE_CLOCK, or the end */
  int64_t when;   /* of record `taken` */
  int64_t step;   /* from one event to the next, up to until */
  uint32_t cur;   /* the goroutine that runs */
};

/* Events with one reading of the clock; what may be overwritten is up to twice
 * as many, and clocks, before what has been published. */
enum { TRACE_BATCH_MAX = 1024 };

/* The number of the trace that is on, or 0; atomic. */
extern uint32_t goro__tracing;
static inline bool tracing(void) { return LoadRelaxed(&goro__tracing) != 0; }
static inline bool traceon(void) { return unlikely(tracing()); }

/* Start a trace; each M keeps its newest n records, 0: 65536, rounded up to a
 * power of two.  The first call of all decides.  exact: the time of each is
 * read from the clock. */
void goro__trace_begin(size_t n, bool exact);
/* No more events, once the other Ms have seen it. */
void goro__trace_end(void);

/* Where M m can write, as o has come to its limit; NULL: nowhere. */
GORO_NOINLINE struct tracerec *goro__trace_more(struct traceout *o, int32_t m);

/* Write an event of M m, which has a P. */
static inline void goro__trace(struct traceout *o, int32_t m, uint32_t what,
                               uint64_t g, uintptr_t object) {
  struct tracerec *e = o->next;
  if (unlikely(e == o->limit) && !(e = goro__trace_more(o, m))) return;
  StoreRelaxed(&e->what, (uint64_t)what << 32 | (uint32_t)g);
  if (what != TRACE_START) StoreRelaxed(&e->object, object);
  StoreRelaxed(&o->next, e + 1);
}

/* The times of all events of o so far are right.  Of its M only. */
GORO_NOINLINE void goro__trace_flush(struct traceout *o);
/* The M goes idle: an event, and a flush; nothing if it has just done so. */
void goro__trace_idle(struct traceout *o, int32_t m);

/* All there are, for readers other than this one: */
struct tracering *goro__trace_rings(void);

/* Take up to n events, M by M, each M's in their order: what has not been taken
 * yet.  *lost is increased by the number of records that had to make room.  One
 * caller at a time.  While the trace is on, the newest of other Ms may be left
 * for the next call. */
size_t goro__trace_take(struct traceevent *to, size_t n, uint64_t *lost);

#else
struct traceout {
  char unused;
};
static inline bool tracing(void) { return false; }
static inline bool traceon(void) { return false; }
#endif

#endif
