/* hostflight_test.c: which calls of a single flight are under way
 * (wait/hostflight.c).  The package's suite has them on several agents.
 *
 * test: env GORO_MAXPROCS=1 */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "wait/hostflight.h"

static uint32_t owner = 1;

static struct flightkey *key_of(const char *text) {
  uint32_t size = (uint32_t)strlen(text);
  struct flightkey *key = goro__mallocz(sizeof *key + size);
  key->size = size;
  memcpy(key->bytes, text, size);
  return key;
}

static struct hchan *join(struct hostflight *f, const char *text, bool first) {
  bool is_first;
  struct hchan *c = goro__hostflight_join(f, key_of(text), owner, &is_first);
  CHECK(is_first == first);
  return c;
}

static struct hchan *find(struct hostflight *f, const char *text) {
  struct flightkey *key = key_of(text);
  struct hchan *c = goro__hostflight_find(f, key);
  os_free(key);
  return c;
}

static void forget(struct hostflight *f, const char *text) {
  struct flightkey *key = key_of(text);
  goro__hostflight_forget(f, key);
  os_free(key);
}

/* The call is over, and had so many waiters; the channel is freed. */
static bool ends(struct hostflight *f, const char *text, struct hchan *c,
                 uint32_t waiters) {
  struct flightkey *key = key_of(text);
  uint32_t n = goro__hostflight_end(f, key, c);
  CHECK(find(f, text) != c && goro__hostflight_end(f, key, c) == n);
  goro__hostflight_over(f, key, c);
  os_free(key);
  CHECK(c->refs == waiters + 1);
  goro__chanfree(c);
  return n == waiters;
}

static void test_join(void) {
  struct hostflight *f = goro__hostflight();
  CHECK(find(f, "a") == NULL);
  struct hchan *a = join(f, "a", true);
  struct hchan *ab = join(f, "ab", true); /* a key that goes on is another */
  struct hchan *none = join(f, "", true);
  CHECK(a != ab && a != none && find(f, "a") == a && find(f, "") == none);
  CHECK(join(f, "a", false) == a && join(f, "a", false) == a);
  CHECK(a->dataqsiz > 0 && a->elemsize == 8);
  CHECK(ends(f, "a", a, 2) && find(f, "a") == NULL);
  struct hchan *next = join(f, "a", true);
  CHECK(ends(f, "a", next, 0) && ends(f, "ab", ab, 0) && ends(f, "", none, 0));
  goro__hostflight_free(f);
}

static void test_forget(void) {
  struct hostflight *f = goro__hostflight();
  forget(f, "a");
  struct hchan *old = join(f, "a", true);
  CHECK(join(f, "a", false) == old);
  forget(f, "b");
  CHECK(find(f, "a") == old);
  forget(f, "a");
  CHECK(find(f, "a") == NULL);
  struct hchan *new = join(f, "a", true);
  CHECK(new != old &&join(f, "a", false) == new && find(f, "a") == new);
  CHECK(ends(f, "a", old, 1) && find(f, "a") == new);
  CHECK(ends(f, "a", new, 1) && find(f, "a") == NULL);
  goro__hostflight_free(f);
}

/* More calls than buckets, which end in another order. */
static void test_many(void) {
  enum { CALLS = 5 * FLIGHT_BUCKETS };
  static struct hchan *calls[CALLS];
  char text[16];
  struct hostflight *f = goro__hostflight();
  for (int i = 0; i < CALLS; i++) {
    snprintf(text, sizeof text, "key %d", i);
    calls[i] = join(f, text, true);
  }
  for (int i = CALLS - 1; i >= 0; i -= 2) {
    snprintf(text, sizeof text, "key %d", i);
    CHECK(find(f, text) == calls[i] && join(f, text, false) == calls[i]);
    CHECK(ends(f, text, calls[i], 1));
  }
  for (int i = 0; i < CALLS; i += 2) {
    snprintf(text, sizeof text, "key %d", i);
    CHECK(ends(f, text, calls[i], 0) && find(f, text) == NULL);
  }
  goro__hostflight_free(f);
}

/* Calls of an owner that is lost: begun, forgotten, ended and not over. */
static void test_orphan(void) {
  struct hostflight *f = goro__hostflight();
  owner = 7;
  struct hchan *calls[] = {join(f, "a", true), join(f, "b", true), NULL};
  CHECK(join(f, "a", false) == calls[0]);
  forget(f, "a");
  struct flightkey *b = key_of("b");
  CHECK(goro__hostflight_end(f, b, calls[1]) == 0);
  os_free(b);
  calls[2] = join(f, "a", true);
  owner = 8;
  struct hchan *other = join(f, "b", true);
  CHECK(!goro__hostflight_orphan(f, 6));
  int seen = 0;
  for (struct hchan *c; (c = goro__hostflight_orphan(f, 7));) {
    CHECK(c->refs == (c == calls[0] ? 2 : 1));
    for (int i = 0; i < 3; i++) seen += c == calls[i];
    goro__chanfree(c);
  }
  CHECK(seen == 3 && find(f, "a") == NULL && find(f, "b") == other);
  goro__hostflight_free(f);
  goro__chanfree(other);
}

int main(void) {
  test_join();
  test_forget();
  test_many();
  test_orphan();
  return unit_pass();
}
