/* json.c: see json.h.
 *
 * Go: none.
 * Invariant: len <= sizeof buf.
 */
#include "base/json.h"

#include <string.h>

#include "base/base.h"
#include "base/print.h"
#include "os/os.h"

static void json_flush(struct json *j) {
  const char *p = j->buf;
  while (j->len > 0 && j->err == 0) {
    ptrdiff_t n = os_fd_write(j->fd, p, j->len);
    if (n < 0) {
      j->err = (int)n;
      break;
    }
    p += n;
    j->len -= (size_t)n;
  }
  j->len = 0;
}

static void json_bytes(struct json *j, const char *s, size_t n) {
  while (n > 0) {
    if (j->len == sizeof j->buf) json_flush(j);
    size_t k = GORO_MIN(sizeof j->buf - j->len, n);
    memcpy(j->buf + j->len, s, k);
    j->len += k;
    s += k;
    n -= k;
  }
}

void goro__json_raw(struct json *j, const char *s) {
  json_bytes(j, s, strlen(s));
}

static void json_char(struct json *j, char c) {
  char u[] = "\\u0000";
  if (c == '"' || c == '\\') json_bytes(j, "\\", 1);
  if ((unsigned char)c >= ' ') {
    json_bytes(j, &c, 1);
    return;
  }
  u[4] = (char)('0' + (c >> 4));
  u[5] = "0123456789abcdef"[c & 15];
  json_bytes(j, u, 6);
}

void goro__json_string(struct json *j, const char *s) {
  json_bytes(j, "\"", 1);
  for (; s && *s; s++) json_char(j, *s);
  json_bytes(j, "\"", 1);
}

void goro__json_int(struct json *j, int64_t v) {
  char d[24];
  json_bytes(j, d, goro__itoa(d, v));
}

void goro__json_us(struct json *j, int64_t ns) {
  char d[24];
  size_t n = goro__itoa(d, 1000 + ns % 1000);
  d[0] = '.';
  goro__json_int(j, ns / 1000);
  json_bytes(j, d, n);
}

int goro__json_end(struct json *j) {
  json_flush(j);
  return j->err;
}
