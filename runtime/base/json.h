/* json.h: JSON to a descriptor, without libc's streams.
 *
 * Go: none.
 */
#ifndef GORO_JSON_H
#define GORO_JSON_H

#include <stddef.h>
#include <stdint.h>

/* One text under way; on the C stack of whoever writes it. */
struct json {
  int fd;
  int err; /* a negative errno: nothing more is written */
  size_t len;
  char buf[512];
};

/* Write s as it is; as a string, NULL as ""; a number. */
void goro__json_raw(struct json *j, const char *s);
void goro__json_string(struct json *j, const char *s);
void goro__json_int(struct json *j, int64_t v);
/* Nanoseconds, not negative, as microseconds. */
void goro__json_us(struct json *j, int64_t ns);
/* Write what is left, and tell what went wrong: 0, or a negative errno. */
int goro__json_end(struct json *j);

#endif
