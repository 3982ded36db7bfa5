/* traceback.c: the goroutine dump.
 *
 * Go: runtime/traceback.go (goroutineheader, printcreatedby).
 *
 * Invariant: reads other Gs without owning them.  goro_dump stops the world
 * for that.  A fatal error cannot wait: other Ms may go on meanwhile, so what
 * is read here is written atomically, and points to what lives for ever.
 *
 * Differs from Go: there are no stack frames to walk in WebAssembly; a
 * goroutine is shown by its function, its wait reason and who started it.
 */
#include "base/print.h"
#include "sched/runtime2.h"
#include "sched/schedule.h"

const char *const goro__waitReasonStrings[waitReasonCount] = {
    [waitReasonZero] = "",
    [waitReasonChanReceive] = "chan receive",
    [waitReasonChanSend] = "chan send",
    [waitReasonChanReceiveNilChan] = "chan receive (nil chan)",
    [waitReasonChanSendNilChan] = "chan send (nil chan)",
    [waitReasonSelect] = "select",
    [waitReasonSelectNoCases] = "select (no cases)",
    [waitReasonSemacquire] = "semacquire",
    [waitReasonSleep] = "sleep",
    [waitReasonSyncCondWait] = "sync.Cond.Wait",
    [waitReasonSyncMutexLock] = "sync.Mutex.Lock",
    [waitReasonSyncRWMutexRLock] = "sync.RWMutex.RLock",
    [waitReasonSyncRWMutexLock] = "sync.RWMutex.Lock",
    [waitReasonSyncWaitGroupWait] = "sync.WaitGroup.Wait",
    [waitReasonPanicWait] = "panicwait",
    [waitReasonIOWait] = "IO wait",
    [waitReasonStoppingTheWorld] = "stopping the world",
    [waitReasonAwait] = "await",
    [waitReasonOnMain] = "call on main thread",
};

static const char *const gStatusStrings[] = {
    [Gidle] = "idle",           [Grunnable] = "runnable",
    [Grunning] = "running",     [Gsyscall] = "syscall",
    [Gwaiting] = "waiting",     [Gdead] = "dead",
    [Gpreempted] = "preempted",
};

bool goro__ginfo(struct g *gp, struct ginfo *to) {
  uint32_t status = readgstatus(gp);
  if (status == Gdead || status == Gidle) return false;
  bool waits = status == Gwaiting;
  uint8_t reason = LoadRelaxed(&gp->waitreason);
  int64_t now = (nanotime() - sched.starttime) / 1000000;
  *to = (struct ginfo){
      .goid = LoadRelaxed(&gp->goid),
      .parent = LoadRelaxed(&gp->parentGoid),
      .site = LoadRelaxed(&gp->startsite),
      .name = LoadRelaxed(&gp->name),
      .state = gStatusStrings[status],
      .reason = waits ? goro__waitReasonStrings[reason] : "",
      .object = waits ? goro__waits_for(gp) : 0,
      .waitms = waits ? GORO_MAX(0, now - LoadRelaxed(&gp->waitsince)) : 0,
  };
  return true;
}

size_t goro__ginfos(struct ginfo *list, size_t n) {
  size_t k = 0;
  struct ginfo one;
  uint32_t all = LoadAcq(&allglen); /* pairs with StoreRel in allgadd */
  for (uint32_t i = 0; i < all; i++)
    if (goro__ginfo(goro__allg(i), k < n ? &list[k] : &one)) k++;
  return k;
}

/* "goroutine 7 [chan receive, 2 minutes]:" */
static void goroutineheader(struct g *gp) {
  uint32_t status = readgstatus(gp);
  uint8_t reason = LoadRelaxed(&gp->waitreason);
  const char *what = gStatusStrings[status], *name = LoadRelaxed(&gp->name);
  if (status == Gwaiting && reason != waitReasonZero)
    what = goro__waitReasonStrings[reason];
  goro__prints("goroutine ");
  goro__printuint(LoadRelaxed(&gp->goid));
  if (name) {
    goro__prints(" \"");
    goro__prints(name);
    goro__prints("\"");
  }
  goro__prints(" [");
  goro__prints(what);
  if (status == Gwaiting) {
    int64_t now = (nanotime() - sched.starttime) / 1000000;
    int64_t minutes = (now - LoadRelaxed(&gp->waitsince)) / 60000;
    if (minutes >= 1) {
      goro__prints(", ");
      goro__printint(minutes);
      goro__prints(" minutes");
    }
  }
  goro__prints("]:\n");
}

static void printcreatedby(struct g *gp) {
  const struct gosite *site = LoadRelaxed(&gp->startsite);
  uint64_t parent = LoadRelaxed(&gp->parentGoid);
  /* The host starts goroutines as well, and may know where. */
  if (parent == 0 && !(site && site->file)) return;
  goro__prints("created by ");
  goro__prints(site && site->caller ? site->caller : "?");
  if (parent != 0) {
    goro__prints(" in goroutine ");
    goro__printuint(parent);
  }
  goro__prints("\n");
  if (!site || !site->file) return;
  goro__prints("\t");
  goro__prints(site->file);
  goro__prints(":");
  goro__printint(site->line);
  goro__prints("\n");
}

void goro__printg(struct g *gp) {
  const struct gosite *site = LoadRelaxed(&gp->startsite);
  goroutineheader(gp);
  goro__prints(site && site->fn ? site->fn : "?");
  goro__prints("(...)\n");
  printcreatedby(gp);
}

/* Go: tracebackothers.  A dump of a million goroutines helps nobody. */
enum { DUMP_MAX = 100 };

void goro__tracebackothers(struct g *me) {
  uint32_t shown = 0, more = 0;
  bool first = !me || me->goid == 0;
  uint32_t n = LoadAcq(&allglen); /* pairs with StoreRel in allgadd */
  for (uint32_t i = 0; i < n; i++) {
    struct g *gp = goro__allg(i);
    if (gp == me || readgstatus(gp) == Gdead) continue;
    if (shown++ >= DUMP_MAX) {
      more++;
      continue;
    }
    if (!first) goro__prints("\n");
    first = false;
    goro__printg(gp);
  }
  if (more == 0) return;
  goro__prints("\n... ");
  goro__printuint(more);
  goro__prints(" more goroutines\n");
}

void goro__dump(void) {
  struct g *gp = getg();
  if (gp && gp->goid != 0) goro__printg(gp);
  goro__tracebackothers(gp);
  goro__printflush();
}
