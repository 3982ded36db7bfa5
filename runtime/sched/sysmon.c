/* sysmon.c: the monitor thread.
 *
 * Go: runtime/proc.go (sysmon, retake).
 *
 * An M without a P that looks at the others from time to time: it hands the P
 * of an M that stays in the host to another one, asks goroutines that run for
 * long to yield, and has somebody run timers that are late, and look at
 * descriptors that nobody looks at.
 *
 * It is started with the second M, or at the first syscall, and sleeps while
 * no P is in use: a program that waits uses no processor.  Until it runs, and
 * where there is none, an M looks at itself (goro__preempted).
 *
 * Invariant: it is counted in nmsys, and so in no deadlock verdict.
 * Locks: sched.lock for sysmonwait and its note.
 */
#include "sched/runtime2.h"
#include "sched/schedule.h"

enum {
  SYSMON_MIN_NS = 100 * 1000,
  SYSMON_MAX_NS = 10 * 1000 * 1000,
  SYSMON_PATIENCE = 50, /* rounds without event until it looks less often */
  SYSCALL_LONG_NS = 10 * 1000 * 1000
};

/* The P is in a syscall for more than a round, or its goroutine has had its
 * time (`late`) in many short ones: take it, if it is of use. */
static bool retake_syscall(struct p *pp, int64_t now, bool late) {
  uint32_t tick = LoadRelaxed(&pp->syscalltick);
  if (!late && pp->sysmontick.syscalltick != tick) {
    pp->sysmontick.syscalltick = tick;
    pp->sysmontick.syscallwhen = now;
    return false;
  }
  /* No work, and somebody who would do it if there were. */
  if (goro__runqempty(pp) &&
      Load(&sched.nmspinning) + Load(&sched.npidle) > 0 &&
      pp->sysmontick.syscallwhen + SYSCALL_LONG_NS > now)
    return false;
  /* The M that comes back could go idle before the P has found another. */
  goro__incidlelocked(-1);
  bool taken = Cas(&pp->status, Psyscall, Pidle);
  if (taken) {
    Xadd(&pp->syscalltick, 1);
    goro__handoffp(pp);
  }
  goro__incidlelocked(1);
  return taken;
}

static bool retake(int64_t now) {
  bool any = false;
  int32_t n = Load(&nallp);
  for (int32_t i = 0; i < n; i++) {
    struct p *pp = LoadAcq(&allp[i]); /* pairs with StoreRel in procresize */
    uint32_t status = Load(&pp->status);
    if (status != Psyscall && status != Prunning) continue;
    bool late = goro__ran_long(pp, &pp->sysmontick.run, now);
    if (late) goro__preemptone(pp); /* finds no M in a syscall */
    if (status == Psyscall) any |= retake_syscall(pp, now, late);
  }
  return any;
}

/* No P is in use, or the world is stopped: sleep until that is over. */
static bool sysmon_deepsleep(void) {
  lock(&sched.lock);
  bool idle = sched.gcwaiting || sched.npidle == sched.maxprocs;
  if (idle) Store(&sched.sysmonwait, 1);
  unlock(&sched.lock);
  if (!idle) return false;
  goro__notesleep(&sched.sysmonnote);
  noteclear(&sched.sysmonnote);
  return true;
}

void goro__sysmon_wake(void) {
  assertLockHeld(&sched.lock);
  Store(&sched.sysmonwait, 0);
  goro__notewakeup(&sched.sysmonnote);
}

static void sysmon_nap(int64_t ns) {
  static uint32_t never;
  goro__futexsleep(&never, 0, ns);
}

static void sysmon(void) {
  lock(&sched.lock);
  Xadd(&sched.nmsys, 1);
  goro__checkdead();
  unlock(&sched.lock);
  int64_t delay = SYSMON_MIN_NS;
  for (int idle = 0;; idle++) {
    sysmon_nap(delay);
    if (sysmon_deepsleep()) idle = 0;
    int64_t now = nanotime();
    if (goro__timeSleepUntil() < now || goro__netpoll_due(now))
      goro__startm(NULL, false);
    if (retake(now)) idle = 0;
    if (idle == 0) delay = SYSMON_MIN_NS;
    if (idle > SYSMON_PATIENCE) delay = GORO_MIN(delay * 2, SYSMON_MAX_NS);
  }
}

void goro__needsysmon(void) {
  /* One M at a time: its clock would be another dice. */
  if (!GORO_THREADS || goro__baton_on || LoadRelaxed(&sched.hassysmon)) return;
  if (!Cas(&sched.hassysmon, 0, 1)) return;
  goro__newm_system(sysmon);
}
