/* print.h: the runtime's own printing, for reports on standard error.
 *
 * Go: runtime/print.go.
 *
 * Works while everything else is broken: no allocation, no libc streams, no
 * locks.  Text is gathered and written to fd 2 at goro__printflush or when
 * the buffer is full, so that a report stays in one piece.
 */
#ifndef GORO_PRINT_H
#define GORO_PRINT_H

#include <stddef.h>
#include <stdint.h>

void goro__prints(const char *s);
void goro__printsn(const char *s, size_t n);
void goro__printint(int64_t v);
void goro__printuint(uint64_t v);
void goro__printhex(uint64_t v);
void goro__printflush(void);

/* Write v in decimal at p (room for 21 bytes, no NUL); returns the length. */
size_t goro__itoa(char *p, int64_t v);

#endif
