/* print.c: see print.h.
 *
 * Go: runtime/print.go.
 * Invariant: len <= sizeof buf; buf is written only by the M that reports
 * (reports are serialised by panic.c, or come before there are other Ms).
 */
#include "base/print.h"

#include <string.h>

#include "os/os.h"

static char buf[1024];
static size_t len;

void goro__printflush(void) {
  if (len) os_write(2, buf, len);
  len = 0;
}

void goro__printsn(const char *s, size_t n) {
  while (n > 0) {
    if (len == sizeof buf) goro__printflush();
    size_t k = sizeof buf - len < n ? sizeof buf - len : n;
    memcpy(buf + len, s, k);
    len += k;
    s += k;
    n -= k;
  }
}

void goro__prints(const char *s) { goro__printsn(s, strlen(s)); }

/* Digits of v in the given base, most significant first. */
static size_t digits(char *p, uint64_t v, unsigned base) {
  char rev[24];
  size_t n = 0;
  do {
    rev[n++] = "0123456789abcdef"[v % base];
    v /= base;
  } while (v != 0);
  for (size_t i = 0; i < n; i++) p[i] = rev[n - 1 - i];
  return n;
}

void goro__printuint(uint64_t v) {
  char d[24];
  goro__printsn(d, digits(d, v, 10));
}

size_t goro__itoa(char *p, int64_t v) {
  if (v >= 0) return digits(p, (uint64_t)v, 10);
  *p = '-';
  return 1 + digits(p + 1, -(uint64_t)v, 10);
}

void goro__printint(int64_t v) {
  char d[24];
  goro__printsn(d, goro__itoa(d, v));
}

void goro__printhex(uint64_t v) {
  char d[24];
  goro__prints("0x");
  goro__printsn(d, digits(d, v, 16));
}
