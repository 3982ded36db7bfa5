/* goro.c: the runtime as one translation unit, so that the compiler can
 * inline across its files: a parked goroutine then keeps fewer frames.
 *
 * The host (os/) and the stack switch (stack/switch_*.c) are compiled by
 * themselves: the build chooses them, and asyncify's primitives must not be
 * inlined anywhere.  In reading order:
 */
#include "base/baton.c"
#include "base/json.c"
#include "base/lock_futex.c"
#include "base/lockrank.c"
#include "base/print.c"
#include "base/rand.c"
#include "base/trace.c"

#include "stack/stack.c"

#include "sched/agent.c"
#include "sched/checkdead.c"
#include "sched/error.c"
#include "sched/hostevent.c"
#include "sched/hostg.c"
#include "sched/machine.c"
#include "sched/netpoll.c"
#include "sched/panic.c"
#include "sched/polldesc.c"
#include "sched/preempt.c"
#include "sched/proc.c"
#include "sched/processor.c"
#include "sched/runq.c"
#include "sched/schedule.c"
#include "sched/syscall.c"
#include "sched/sysmon.c"
#include "sched/systematic.c"
#include "sched/time.c"
#include "sched/traceback.c"
#include "sched/tracer.c"

#include "wait/chan.c"
#include "wait/hostflight.c"
#include "wait/hostlock.c"
#include "wait/hostwait.c"
#include "wait/select.c"
#include "wait/sema.c"

#include "lib/errors/errors.c"

#include "lib/poll/fd.c"
#include "lib/poll/fd_mutex.c"
#include "lib/sync/cond.c"
#include "lib/sync/map.c"
#include "lib/sync/mutex.c"
#include "lib/sync/once.c"
#include "lib/sync/oncefunc.c"
#include "lib/sync/pool.c"
#include "lib/sync/poolqueue.c"
#include "lib/sync/rwmutex.c"
#include "lib/sync/value.c"
#include "lib/sync/waitgroup.c"
#include "lib/time/sleep.c"
#include "lib/time/tick.c"

#include "lib/context/context.c"

#include "lib/xsync/errgroup.c"
#include "lib/xsync/semaphore.c"
#include "lib/xsync/singleflight.c"

#include "api/export.c"
#include "api/export_context.c"
#include "api/export_leaks.c"
#include "api/export_panic.c"
#include "api/export_poll.c"
#include "api/export_sync.c"
#include "api/export_trace.c"
#include "api/export_xsync.c"
