/* os_npm_mt.h: the threads of the npm package's module (os_npm_mt.c). */
#ifndef GORO_OS_NPM_MT_H
#define GORO_OS_NPM_MT_H

/* The C stack and the thread-locals of a thread that the package starts; kept
 * for the next one when it has ended.  NULL: there is no memory. */
struct npm_thread;
struct npm_thread *goro__npm_thread_new(void);
void goro__npm_thread_free(struct npm_thread *t);

/* The calling instance runs on t from now on.  It has no frame, nor may its
 * caller have one. */
void goro__npm_thread_enter(struct npm_thread *t);

#endif
