/* os_wasip1.h: between os_wasip1.c and what depends on threads there. */
#ifndef GORO_OS_WASIP1_H
#define GORO_OS_WASIP1_H

/* What libc needs before constructors run. */
void goro__wasip1_init(void);

#endif
