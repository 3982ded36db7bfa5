/* export_trace.c: the functions of goro.h for traces.
 */
#include <string.h>

#include "api/export.h"
#include "api/goro.h"
#include "base/json.h"

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

/* ---- as JSON: bindings/src/trace-events.ts makes the same, and reads it ----
 */

/* What is the same for all events of a kind. */
static const struct {
  const char *kind, *ph;
} kinds[] = {
    [TRACE_CREATE] = {"create", "i"}, [TRACE_START] = {"start", "B"},
    [TRACE_PARK] = {"park", "E"},     [TRACE_READY] = {"ready", "s"},
    [TRACE_YIELD] = {"yield", "E"},   [TRACE_SYSCALL] = {"syscall", "E"},
    [TRACE_END] = {"end", "E"},       [TRACE_NAME] = {"name", "i"},
    [TRACE_SEND] = {"send", "i"},     [TRACE_RECV] = {"recv", "i"},
    [TRACE_STEAL] = {"steal", "i"},   [TRACE_TIMER] = {"timer", "i"},
    [TRACE_IDLE] = {"idle", "i"},
};

static void field_int(struct json *j, const char *key, int64_t v) {
  goro__json_raw(j, key);
  goro__json_int(j, v);
}

static void field_string(struct json *j, const char *key, const char *s) {
  goro__json_raw(j, key);
  goro__json_string(j, s);
}

static void write_site(struct json *j, const goro_site *site) {
  static const goro_site none;
  if (!site) site = &none;
  field_string(j, ",\"site\":{\"fn\":", site->fn);
  field_string(j, ",\"file\":", site->file);
  field_int(j, ",\"line\":", site->line);
  field_string(j, ",\"caller\":", site->caller);
  goro__json_raw(j, "}");
}

/* What only some kinds have. */
static void write_more(struct json *j, const goro_trace_event *e) {
  static const char *const values[] = {"", "in", "out", "closed"};
  switch (e->kind) {
  case GORO_TRACE_CREATE:
    write_site(j, (const goro_site *)e->object);
    return;
  case GORO_TRACE_NAME:
    field_string(j, ",\"name\":", (const char *)e->object);
    return;
  case GORO_TRACE_STEAL:
    field_int(j, ",\"from\":", e->reason);
    field_int(j, ",\"n\":", (int64_t)e->object);
    return;
  case GORO_TRACE_PARK:
    field_string(j, ",\"reason\":", goro_wait_reason(e->reason));
    break;
  case GORO_TRACE_READY:
    field_string(j, ",\"value\":", values[e->reason & 3]);
    break;
  case GORO_TRACE_SEND:
  case GORO_TRACE_RECV:
  case GORO_TRACE_TIMER:
    break;
  default:
    return;
  }
  field_int(j, ",\"object\":", (int64_t)e->object);
}

/* {"ph":..,"ts":..,"pid":1,"tid":.. and the rest of an arrow's end. */
static void write_head(struct json *j, const goro_trace_event *e,
                       const char *ph) {
  field_string(j, "{\"ph\":", ph);
  goro__json_raw(j, ",\"pid\":1");
  field_int(j, ",\"tid\":", e->m + 1);
  goro__json_raw(j, ",\"ts\":");
  goro__json_us(j, e->when);
  if (*ph == 's' || *ph == 'f') field_int(j, ",\"id\":", e->g);
}

/* Functions of goroutines that have been told of: of those with the same place
 * in the table, the last. */
enum { TITLES = 1024 };
struct title {
  uint32_t g;
  const char *fn;
};

static const char *title_of(struct title *titles, const goro_trace_event *e) {
  if (!titles) return "goroutine";
  struct title *t = &titles[e->g % TITLES];
  const goro_site *site = (const goro_site *)e->object;
  if (e->kind == GORO_TRACE_CREATE)
    *t = (struct title){e->g, site ? site->fn : NULL};
  return t->g == e->g && t->fn ? t->fn : "goroutine";
}

static void write_event(struct json *j, const goro_trace_event *e,
                        struct title *titles) {
  const char *kind = kinds[e->kind].kind, *ph = kinds[e->kind].ph;
  const char *title = title_of(titles, e);
  write_head(j, e, ph);
  field_string(j, ",\"name\":", *ph == 'B' ? title : kind);
  field_string(j, ",\"cat\":", *ph == 's' ? "ready" : "goroutine");
  if (*ph == 'i') goro__json_raw(j, ",\"s\":\"t\"");
  field_string(j, ",\"args\":{\"kind\":", kind);
  field_int(j, ",\"g\":", e->g);
  field_int(j, ",\"by\":", e->by);
  write_more(j, e);
  goro__json_raw(j, "}},\n");
  if (e->kind != GORO_TRACE_START) return;
  write_head(j, e, "f");
  goro__json_raw(j, ",\"name\":\"ready\",\"cat\":\"ready\",\"bp\":\"e\"},\n");
}

int goro_trace_write(int fd) {
  enum { N = 32 };
  goro_trace_event events[N];
  struct json j = {.fd = fd};
  struct title *titles = os_alloc(TITLES * sizeof *titles);
  goro__json_raw(&j, "{\"traceEvents\":[\n");
  for (size_t n; (n = goro_trace_read(events, N, NULL)) > 0;)
    for (size_t i = 0; i < n; i++) write_event(&j, &events[i], titles);
  goro__json_raw(&j, "{\"ph\":\"M\",\"pid\":1,\"name\":\"process_name\","
                     "\"args\":{\"name\":\"goro\"}}]}\n");
  os_free(titles);
  return goro__json_end(&j);
}
