/* export_leaks.c: the functions of goro.h that look at all goroutines.
 */
#include <errno.h>
#include <string.h>

#include "api/export.h"
#include "api/goro.h"
#include "base/json.h"
#include "base/print.h"
#include "lib/time/time.h"

SAME_SIZE(goro_goroutine, struct ginfo);

size_t goro_goroutines(goro_goroutine *list, size_t n) {
  bool others = GORO_THREADS && goro__on_gstack();
  if (others) goro__stopTheWorld();
  size_t k = goro__ginfos((struct ginfo *)list, n);
  if (others) goro__startTheWorld();
  return k;
}

/* All of them, in memory of os_alloc; NULL: there is none. */
static goro_goroutine *all_goroutines(size_t *n) {
  for (size_t room = 64;; room = *n + 64) {
    goro_goroutine *list = os_alloc(room * sizeof *list);
    if (!list) return NULL;
    *n = goro_goroutines(list, room);
    if (*n <= room) return list;
    os_free(list);
  }
}

/* ---- as JSON ---- */

static void json_place(struct json *j, const goro_goroutine *g) {
  goro__json_raw(j, "\"createdBy\":{\"id\":");
  goro__json_int(j, (int64_t)g->parent);
  goro__json_raw(j, ",\"fn\":");
  goro__json_string(j, g->site ? g->site->caller : "");
  goro__json_raw(j, ",\"file\":");
  goro__json_string(j, g->site ? g->site->file : "");
  goro__json_raw(j, ",\"line\":");
  goro__json_int(j, g->site ? g->site->line : 0);
  goro__json_raw(j, "}");
}

static void json_goroutine(struct json *j, const goro_goroutine *g) {
  goro__json_raw(j, "{\"id\":");
  goro__json_int(j, (int64_t)g->id);
  goro__json_raw(j, ",\"name\":");
  goro__json_string(j, g->name);
  goro__json_raw(j, ",\"fn\":");
  goro__json_string(j, g->site ? g->site->fn : "");
  goro__json_raw(j, ",\"state\":");
  goro__json_string(j, g->state);
  goro__json_raw(j, ",\"reason\":");
  goro__json_string(j, g->reason);
  goro__json_raw(j, ",\"object\":");
  goro__json_int(j, (int64_t)g->object);
  goro__json_raw(j, ",\"waitedMs\":");
  goro__json_int(j, g->waited_ms);
  goro__json_raw(j, ",");
  json_place(j, g);
  goro__json_raw(j, "}");
}

int goro_dump_json(int fd) {
  size_t n;
  goro_goroutine *list = all_goroutines(&n);
  if (!list) return -ENOMEM;
  struct json j = {.fd = fd};
  for (size_t i = 0; i < n; i++) {
    goro__json_raw(&j, i ? ",\n" : "[");
    json_goroutine(&j, &list[i]);
  }
  goro__json_raw(&j, "]\n");
  os_free(list);
  return goro__json_end(&j);
}

/* ---- leaks ---- */

static bool is_ignored(const goro_goroutine *g, const char *const *ignore) {
  if (g->id == goro_goid()) return true;
  for (; ignore && *ignore && g->site && g->site->fn; ignore++)
    if (strcmp(*ignore, g->site->fn) == 0) return true;
  return false;
}

/* Those that leak, at the front of the list; how many. */
static goro_goroutine *leaks_now(const char *const *ignore, size_t *leaks) {
  size_t n;
  goro_goroutine *list = all_goroutines(&n);
  if (!list) goro__oom(sizeof *list);
  *leaks = 0;
  for (size_t i = 0; i < n; i++)
    if (!is_ignored(&list[i], ignore)) list[(*leaks)++] = list[i];
  return list;
}

/* The same place, and the same wait. */
static bool same_origin(const goro_goroutine *a, const goro_goroutine *b) {
  return a->site == b->site && a->state == b->state && a->reason == b->reason;
}

static void print_origin(const goro_goroutine *g, size_t n) {
  const goro_site *site = g->site;
  goro__printuint(n);
  goro__prints(" of ");
  goro__prints(site && site->fn ? site->fn : "?");
  goro__prints(" [");
  goro__prints(*g->reason ? g->reason : g->state);
  goro__prints("]");
  if (site && site->file) {
    goro__prints(", created by ");
    goro__prints(site->caller ? site->caller : "?");
    goro__prints(" at ");
    goro__prints(site->file);
    goro__prints(":");
    goro__printint(site->line);
  }
  goro__prints(":");
}

/* Print those of list[0]'s origin, and keep the others, which are counted. */
static size_t print_group(goro_goroutine *list, size_t n) {
  goro_goroutine first = list[0];
  size_t same = 0, kept = 0;
  for (size_t i = 0; i < n; i++) same += same_origin(&list[i], &first);
  print_origin(&first, same);
  for (size_t i = 0; i < n; i++) {
    if (!same_origin(&list[i], &first)) {
      list[kept++] = list[i];
      continue;
    }
    goro__prints(" ");
    goro__printuint(list[i].id);
  }
  goro__prints("\n");
  return kept;
}

static void print_leaks(goro_goroutine *list, size_t n) {
  goro__prints("goro: ");
  goro__printuint(n);
  goro__prints(n == 1 ? " goroutine leaked\n" : " goroutines leaked\n");
  while (n > 0) n = print_group(list, n);
  goro__printflush();
}

/* goleak: 20 tries, with 1 us, 2 us, ... 100 ms between them. */
size_t goro_leaks(const char *const *ignore) {
  enum { TRIES = 20, SLEEP_MAX = 100 * 1000 * 1000 };
  goro__needg("goro_leaks");
  for (int i = 0;; i++) {
    size_t n;
    goro_goroutine *list = leaks_now(ignore, &n);
    if (n > 0 && i == TRIES - 1) print_leaks(list, n);
    os_free(list);
    if (n == 0 || i == TRIES - 1) return n;
    goro__timeSleep(GORO_MIN(INT64_C(1000) << i, SLEEP_MAX));
  }
}
