/* export_trace.c: the functions of goro.h for traces.
 */
#include <string.h>

#include "api/export.h"
#include "api/goro.h"

SAME_SIZE(goro_trace_event, struct traceevent);
_Static_assert((int)GORO_TRACE_IDLE == (int)TRACE_IDLE &&
                   (int)GORO_TRACE_CLOSED == (int)TRACE_CLOSED,
               "goro_trace_kind");

static uint64_t lost_events; /* of this trace; the reader's */

bool goro_trace_start(size_t n, bool exact) {
  if (!GORO_TRACE || traceon()) return false;
  lost_events = 0;
  goro__trace_start(n, exact);
  return true;
}

void goro_trace_stop(void) { goro__trace_stop(); }

size_t goro_trace_read(goro_trace_event *events, size_t n, uint64_t *lost) {
  size_t k = goro__trace_read((struct traceevent *)events, n, &lost_events);
  if (lost) *lost = lost_events;
  return k;
}

const char *goro_wait_reason(int reason) {
  return reason >= 0 && reason < waitReasonCount
             ? goro__waitReasonStrings[reason]
             : "";
}
