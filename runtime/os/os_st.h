/* os_st.h: what the hosts with one thread share with their os_*.c (os_st.c). */
#ifndef GORO_OS_ST_H
#define GORO_OS_ST_H

/* os_ncpu's reason. */
#define OS_ONE_THREAD "this build has one thread and no shared memory"

#endif
