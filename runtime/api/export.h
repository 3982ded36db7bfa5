/* export.h: what the files that export goro.h's functions share. */
#ifndef GORO_EXPORT_H
#define GORO_EXPORT_H

#include "os/flatten.h"
#include "sched/runtime2.h"

#define SAME_SIZE(a, b) _Static_assert(sizeof(a) == sizeof(b), #a " and " #b)

/* A goroutine that waits here keeps one frame, not two. */
#define FLAT GORO_FLATTEN

/* Where a goroutine that was asked to gives way (preempt.c). */
#define SAFEPOINT() goro__safepoint(getg())

#endif
