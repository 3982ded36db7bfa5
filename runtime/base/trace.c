/* trace.c: the rings that the scheduler's events are written to.
 *
 * Go: runtime/trace.go, tracebuf.go, where full buffers are handed to a reader.
 *
 * Each M has a ring of its own and writes there without locks: the newest
 * events stay.  This room knows no scheduler; the events are plain numbers.
 *
 * Reading a clock costs as much as a switch, so events have no times.  Between
 * them are readings of the clock (TRACE_CLOCK), and the reader spreads the
 * events between two readings evenly.  While they come fast, up to BATCH_MAX
 * share one; as soon as they are slow, each has its own.  So a time is wrong by
 * as much as lies between two readings, and the order of one M's events is
 * always right.  An exact trace reads the clock for each.
 *
 * Terms: records are counted modulo 2^32.
 *
 * Invariants:
 *  1. Only its M writes a ring.
 *  2. next is where record `done` has its place, or up to BATCH_MAX after it.
 *     limit is there, too, or at the ring's end, but not behind.
 *  3. Before `done` stands a TRACE_CLOCK.
 *  4. A ring, once listed, stays, and so does the size of all.
 *  5. Of the records before done, an M that has published done overwrites at
 *     most those up to done + BATCH_MAX + 1 - size.  The reader copies one, and
 *     then looks whether it was far enough from these.
 *
 * Atomics: done is stored after the records that it publishes, and loaded by
 * the reader before it copies them.  All else that both touch is relaxed.
 * Locks: none.
 *
 * Differs from Go: what has no room takes that of what is oldest; nobody waits
 * for a reader.
 */
#include "base/trace.h"

#if GORO_TRACE

#include "base/atomic.h"
#include "os/os.h"

enum {
  BATCH_MAX = TRACE_BATCH_MAX, /* events with one reading of the clock */
  RECORDS_DEFAULT = 65536,
  RECORDS_MIN = 8192,
  RECORDS_MAX = 1 << 24,
  BATCH_SHORT = 20000, /* ns: readings this near may grow further apart */
  BATCH_LONG = 100000  /* ns: readings this far apart go back to every event */
};

uint32_t goro__tracing;

static uint32_t traces;    /* how many there were; the starter's */
static uint32_t every_max; /* atomic: BATCH_MAX, or 1 */
static uint32_t ringsize;  /* atomic: records of a ring; 0: not known yet */
static struct tracering *allrings; /* atomic: by link, pushed by Cas */

/* Record i of r. */
static struct tracerec *record(struct tracering *r, uint32_t i) {
  return r->records + (i & (r->size - 1));
}

/* ---- writing ---- */

/* How many records have been written since done. */
static uint32_t unpublished(struct tracering *r, uint32_t done) {
  struct tracerec *next = LoadRelaxed(&r->out->next);
  if (!next) return 0;
  return ((uint32_t)(next - r->records) - done) & (r->size - 1);
}

static void adapt(struct tracering *r, int64_t since) {
  if (since > BATCH_LONG)
    r->every = 1;
  else if (since < BATCH_SHORT && r->every < LoadRelaxed(&every_max))
    r->every *= 2;
}

/* Write the time, and publish all.  more: the events of a batch may follow, or
 * as many as come before the ring's end. */
static GORO_NOINLINE void clock_record(struct tracering *r, bool more) {
  struct traceout *o = r->out;
  uint32_t at = r->done + unpublished(r, r->done);
  struct tracerec *e = record(r, at), *end = record(r, 0) + r->size;
  int64_t now = nanotime();
  StoreRelaxed(&e->what, (uint64_t)TRACE_CLOCK << 32 | (uint64_t)now >> 32);
  StoreRelaxed(&e->object, (uintptr_t)(uint32_t)now);
  adapt(r, now - r->last);
  r->last = now;
  Store(&r->done, at + 1); /* publishes the records to the reader */
  e = record(r, at + 1);
  StoreRelaxed(&o->next, e);
  o->limit = e + (more ? GORO_MIN(r->every, (uint32_t)(end - e)) : 0);
}

static struct tracering *newring(struct traceout *o, int32_t m) {
  struct tracering *r = os_alloc(sizeof *r);
  if (!r) return NULL;
  r->size = LoadRelaxed(&ringsize);
  r->records = os_alloc(r->size * sizeof *r->records);
  if (!r->records) {
    os_free(r);
    return NULL;
  }
  r->m = (uint32_t)m << 16;
  r->out = o;
  do r->link = Load(&allrings);
  while (!Cas(&allrings, r->link, r)); /* publishes the ring */
  return r;
}

struct tracerec *goro__trace_more(struct traceout *o, int32_t m) {
  if (!o->ring && !(o->ring = newring(o, m))) return NULL;
  struct tracering *r = o->ring;
  if (!o->next) r->every = 0; /* its first event of this trace */
  if (r->every == 0) r->every = 1;
  clock_record(r, true);
  return o->next;
}

void goro__trace_flush(struct traceout *o) {
  struct tracering *r = o->ring;
  if (!r || unpublished(r, r->done) == 0) return;
  clock_record(r, false);
}

void goro__trace_idle(struct traceout *o, int32_t m) {
  if (o->next && o->ring->every == 0) return;
  goro__trace(o, m, TRACE_IDLE, 0, 0);
  if (!o->ring) return;
  goro__trace_flush(o);
  o->ring->every = 0;
}

/* ---- starting and ending ---- */

static uint32_t ring_size_for(size_t n) {
  if (n == 0) n = RECORDS_DEFAULT;
  uint32_t size = RECORDS_MIN;
  while (size < n && size < RECORDS_MAX) size *= 2;
  return size;
}

void goro__trace_begin(size_t n, bool exact) {
  if (!ringsize) StoreRelaxed(&ringsize, ring_size_for(n));
  StoreRelaxed(&every_max, exact ? 1 : BATCH_MAX);
  for (struct tracering *r = Load(&allrings); r; r = r->link) {
    r->taken = r->until = Load(&r->done);
    r->cur = 0;
  }
  StoreRelaxed(&goro__tracing, ++traces);
}

void goro__trace_end(void) { StoreRelaxed(&goro__tracing, 0); }

struct tracering *goro__trace_rings(void) { return Load(&allrings); }

/* ---- reading ---- */

static enum tracekind kind_at(struct tracering *r, uint32_t i) {
  return (enum tracekind)(LoadRelaxed(&record(r, i)->what) >> 32 & 0xff);
}

static int64_t clock_at(struct tracering *r, uint32_t i) {
  const struct tracerec *e = record(r, i);
  return (int64_t)(LoadRelaxed(&e->what) << 32 |
                   (uint32_t)LoadRelaxed(&e->object));
}

/* Up to where the reader may have r's records.  Of a trace that is over, those
 * that no reading of the clock follows as well. */
static uint32_t readable(struct tracering *r) {
  uint32_t done = Load(&r->done);
  if (LoadRelaxed(&goro__tracing)) return done;
  uint32_t n = unpublished(r, done);
  return n <= BATCH_MAX ? done + n : done;
}

/* Find the next reading of the clock, and spread what comes before it. */
static void find_clock(struct tracering *r, uint32_t end) {
  uint32_t i = r->taken;
  while (i != end && kind_at(r, i) != TRACE_CLOCK) i++;
  r->until = i;
  if (i == end || i == r->taken) {
    r->step = 1;
  } else {
    int64_t t = clock_at(r, i);
    if (!r->when) r->when = t;
    r->step = (t - r->when) / (int64_t)(i - r->taken);
  }
}

/* Skip what an M that has published `done` may have overwritten.  Two batches:
 * of its writes the second may be visible first. */
static bool overwritten(struct tracering *r, uint64_t *lost) {
  uint32_t end = Load(&r->done) + 2 * (BATCH_MAX + 1);
  uint32_t size = r->size;
  if (end - r->taken <= size) return false;
  *lost += end - size - r->taken;
  r->taken = r->until = end - size;
  r->when = 0;
  r->cur = 0;
  return true;
}

/* The one that ran when g did this, or 0. */
static uint32_t doer(struct tracering *r, enum tracekind kind, uint32_t g) {
  switch (kind) {
  case TRACE_START:
    r->cur = g;
    return 0;
  case TRACE_PARK:
  case TRACE_YIELD:
  case TRACE_SYSCALL:
  case TRACE_END:
    if (r->cur == g) r->cur = 0;
    return 0;
  default:
    return r->cur;
  }
}

/* Record `taken` as an event; false: it is none. */
static bool decode(struct tracering *r, struct traceevent *to) {
  const struct tracerec *e = record(r, r->taken);
  uint64_t what = LoadRelaxed(&e->what);
  enum tracekind kind = kind_at(r, r->taken);
  to->object = kind == TRACE_START ? 0 : LoadRelaxed(&e->object);
  to->g = (uint32_t)what;
  to->what = (uint32_t)(what >> 32) | r->m;
  to->when = r->when;
  return kind != TRACE_CLOCK;
}

static size_t take_of(struct tracering *r, struct traceevent *to, size_t n,
                      uint64_t *lost) {
  size_t k = 0;
  uint32_t end = readable(r);
  while (k < n && r->taken != end) {
    if (r->taken == r->until) find_clock(r, end);
    bool event = decode(r, &to[k]);
    if (overwritten(r, lost)) continue;
    if (event) {
      to[k].by = doer(r, (enum tracekind)(to[k].what & 0xff), to[k].g);
      r->when += r->step;
      k++;
    } else {
      r->when = clock_at(r, r->taken);
      r->until++;
    }
    r->taken++;
  }
  return k;
}

size_t goro__trace_take(struct traceevent *to, size_t n, uint64_t *lost) {
  size_t k = 0;
  for (struct tracering *r = Load(&allrings); r && k < n; r = r->link)
    k += take_of(r, to + k, n - k, lost);
  return k;
}

#endif
