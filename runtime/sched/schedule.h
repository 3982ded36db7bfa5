/* schedule.h: what the files of this room share with each other only. */
#ifndef GORO_SCHEDULE_H
#define GORO_SCHEDULE_H

#include "sched/runtime2.h"

/* ---- proc.c ---- */

/* gp is over; free what it holds.  Runs on the M. */
void goro__goexit0(struct m *mp, struct g *gp);

/* A dead G record, of pp's or a new one; and back. */
struct g *goro__gfget(struct p *pp);
void goro__gfput(struct p *pp, struct g *gp);
/* Number gp, which is about to live, and count it. */
void goro__gnumber(struct g *gp, const struct gosite *site);

/* gopark's usual unlock function. */
int64_t goro__parkunlock_c(void *gp, void *lock);

/* The i-th of all Gs ever made, i < allglen. */
GORO_NOINLINE struct g *goro__allg(uint32_t i);

/* Give all free Gs and sudogs of pp to the central lists. */
void goro__gfpurge(struct p *pp);
void goro__sudogpurge(struct p *pp);

/* A new M's record and g0, in sched.allm. */
struct m *goro__allocm(void);
/* mp runs on this thread from now on. */
void goro__minit(struct m *mp);
/* There will be a second thread, if there is none yet. */
void goro__needthreads(void);

/* ---- schedule.c ---- */

/* The clock of the scheduler has been read. */
static inline void goro__now_is(struct p *pp, int64_t now) {
  pp->now = now;
  pp->nowms = (uint32_t)((now - sched.starttime) / 1000000);
}

/* Run goroutines on mp.  Returns only on an M that cannot block: then a time,
 * as goro__run. */
int64_t goro__schedule(struct m *mp);
/* The same for an agent's M, whose goroutines hand values to and fro: most
 * often the next one is known, and takes no search. */
int64_t goro__schedule_host(struct m *mp);

/* ---- panic.c ---- */

/* The goroutine's function has returned; run what it deferred. */
GORO_UNWINDS void goro__rundefers_at_entry(void *gp);

/* Free the texts that goro__keepmsg made. */
void goro__freemsgs(struct g *gp);

/* ---- machine.c ---- */

void goro__notewakeup(struct note *n);
void goro__notesleep(struct note *n);
/* False: ns nanoseconds are over. */
bool goro__notetsleep(struct note *n, int64_t ns);
static inline void noteclear(struct note *n) { Store(&n->key, 0); }

/* mp has no P and nothing to do: sleep until it is given one.  False: it
 * cannot block its thread, so it is away (MPARKED). */
bool goro__stopm(struct m *mp);
/* The same for an M with a locked G, which others will run on it. */
bool goro__stoplockedm(struct m *mp);
/* mp is MPARKED: has it been given a P?  Then it has it now. */
bool goro__unparked(struct m *mp);
/* gp, runnable, is locked to another M: let that go on with mp's P.  False as
 * in stopm. */
bool goro__startlockedm(struct m *mp, struct g *gp);
/* gp, runnable and on no queue, is locked to an M that waits for it: let that
 * go on with pp. */
void goro__wakelockedm(struct g *gp, struct p *pp);
/* Have an M run pp, or any idle P if pp is NULL. */
void goro__startm(struct p *pp, bool spinning);
/* Give up pp, which no M holds any more: to another M if there is work. */
void goro__handoffp(struct p *pp);
/* Start a thread that runs fn, which must not return, without a P. */
void goro__newm_system(void (*fn)(void));
void goro__incidlelocked(int32_t n);

static inline void becomeSpinning(struct m *mp) {
  mp->spinning = true;
  Xadd(&sched.nmspinning, 1);
  Store(&sched.needspinning, 0);
}

/* ---- processor.c ---- */

/* Set the number of Ps, with the world stopped, or at boot; that is over then.
 * The caller's M keeps a P.  Returns the other Ps with work to do, linked by
 * link: they are to be started. */
struct p *goro__procresize(struct m *mp, int32_t n);
/* A P for an M that is to keep it, or NULL. */
struct p *goro__p_add(void);
void goro__acquirep(struct m *mp, struct p *pp);
struct p *goro__releasep(struct m *mp);
/* Under sched.lock. */
void goro__pidleput(struct p *pp);
struct p *goro__pidleget(void);
/* For a spinning M: if there is none, an M that goes idle shall spin. */
struct p *goro__pidlegetSpinning(void);

/* ---- preempt.c ---- */

/* The world is to stop: give up the P.  False as in stopm. */
bool goro__gcstopm(struct m *mp);
/* One P less runs.  Under sched.lock. */
void goro__stopped_one(void);
/* gp, which has left its stack, wants the world to stop. */
void goro__stopworld_begin(struct m *mp, struct g *gp);
/* It has stopped, and mp->stopper, which is returned, goes on.  NULL: not yet,
 * and mp cannot block; *until says when to look again. */
struct g *goro__stopworld_wait(struct m *mp, int64_t *until);
void goro__preemptall(void);
/* Has one G had pp for too long?  *seen is what the caller saw last time. */
bool goro__ran_long(struct p *pp, struct runtick *seen, int64_t now);
/* Ask what runs on pp to yield. */
bool goro__preemptone(struct p *pp);

/* ---- syscall.c ---- */

/* mp's slice is over: its P is as in a syscall.  And back: false if there is
 * no P for it now. */
void goro__slice_over(struct m *mp);
bool goro__slice_again(struct m *mp);
/* gp, which has left its stack, is back from the host and has no P. */
void goro__exitsyscall0(struct m *mp, struct g *gp);

/* ---- netpoll.c ---- */

/* Become the M that sleeps until `when`.  False: there is one already, which
 * has been told if `when` is earlier than it knew. */
bool goro__poll_begin(int64_t when);
/* Sleep.  False: mp cannot block, so it is away (MPOLLING). */
bool goro__poll_sleep(struct m *mp, int64_t when);
void goro__poll_end(void);

/* ---- polldesc.c ---- */

/* Look at what goroutines wait for, and wait up to ns (< 0: no limit) for it;
 * ready ones go to the global queue.  True: there were some. */
bool goro__netpoll(int64_t ns);
/* Somebody waits for descriptors, and nobody has looked for long. */
bool goro__netpoll_due(int64_t now);

/* ---- sysmon.c ---- */

/* There is something to watch from now on. */
void goro__needsysmon(void);
/* sysmon sleeps, and the first P is in use again.  Under sched.lock. */
void goro__sysmon_wake(void);

#endif
