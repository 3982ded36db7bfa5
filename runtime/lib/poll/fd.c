/* fd.c: descriptors that goroutines read, write, accept on and close.
 *
 * Go: internal/poll/fd_unix.go (FD), fd_poll_runtime.go, fd_mutex.go (destroy).
 *
 * A descriptor is known by its number, as in C.  Its record is made at the
 * first call on it, and says how it is waited for (enum os_fdkind).
 *
 * Invariants:
 *  1. The record of a number stays where it is for ever; chunk k of the table
 *     has CHUNK_FIRST << k records.
 *  2. While the descriptor is open in the host, or about to be closed, nobody
 *     else gets its number; so who has just got it may find FD_GONE there, for
 *     no longer than the host's close takes, but no other trace of the last.
 *  3. Calls that may block the M are between entersyscall and exitsyscall.
 *
 * Differs from Go: the object is found by number, so who uses a number after it
 * was closed may hit another descriptor, as in C.  Write says how much it has
 * written if that is more than nothing, and leaves the error to the next call.
 */
#include "lib/poll/fd.h"

#include <errno.h>

#include "wait/sema.h"

enum {
  CHUNK_FIRST = 64,
  CHUNKS = 22,
  MAX_RW = 1 << 30 /* Go: maxRW; some systems take no more at once */
};

static struct FD *fd_chunks[CHUNKS]; /* atomic: set once */

/* ---- the table ---- */

static struct FD *chunk_of(uint32_t k) {
  struct FD *c = Load(&fd_chunks[k]);
  if (c) return c;
  c = goro__mallocz(((size_t)CHUNK_FIRST << k) * sizeof *c);
  if (Cas(&fd_chunks[k], (struct FD *)NULL, c)) return c;
  os_free(c); /* another M was faster */
  return Load(&fd_chunks[k]);
}

/* A number that is none of the host's gets no memory for its record. */
struct FD *goro__FD_record(int fd) {
  if (fd < 0 || fd >= CHUNK_FIRST << (CHUNKS - 1)) return NULL;
  uint32_t at = (uint32_t)fd + CHUNK_FIRST;
  uint32_t k = 25 - (uint32_t)__builtin_clz(at); /* log2(at / CHUNK_FIRST) */
  if (unlikely(!Load(&fd_chunks[k])) && os_fd_kind(fd) < 0) return NULL;
  return &chunk_of(k)[at - ((uint32_t)CHUNK_FIRST << k)];
}

/* ---- the beginning ---- */

/* The record is the caller's alone. */
static void fd_init(struct FD *f, int fd, int kind) {
  f->sysfd = fd;
  f->kind = (uint8_t)kind;
  f->pd = kind == OS_FD_PLAIN ? NULL : goro__pollOpen(fd);
  goro_assert(f->fdmu.rsema == 0 && f->fdmu.wsema == 0);
  Store(&f->fdmu.state, 0);
  Store(&f->phase, FD_OPEN);
}

/* Make f's record, if it is not there.  0 or an error. */
static int fd_open(struct FD *f, int fd) {
  for (;;) {
    uint32_t phase = Load(&f->phase);
    if (likely(phase == FD_OPEN)) return 0;
    if (phase == FD_CLOSING) return FD_ECLOSED;
    if (phase == FD_UNUSED && Cas(&f->phase, FD_UNUSED, FD_OPENING)) break;
    goro__yield_m(); /* another M looks what it is, or closes it */
  }
  int kind = os_fd_kind(fd);
  if (kind < 0)
    Store(&f->phase, FD_UNUSED);
  else
    fd_init(f, fd, kind);
  return GORO_MIN(kind, 0);
}

/* The same for what accept has returned. */
static void fd_accepted(struct FD *f, int fd) {
  while (Load(&f->phase) == FD_GONE) goro__yield_m(); /* invariant 2 */
  if (Cas(&f->phase, FD_UNUSED, FD_OPENING)) fd_init(f, fd, OS_FD_NONBLOCK);
}

/* ---- the end ---- */

/* f is closed, and nobody uses it: close it in the host.  Returns what that
 * says; after this the record may be another descriptor's. */
static int destroy(struct FD *f) {
  struct closer *c = f->closer;
  if (f->pd) goro__pollClose(f->pd);
  f->pd = NULL;
  Store(&f->phase, FD_GONE);
  int err = os_fd_close(f->sysfd);
  Store(&f->phase, FD_UNUSED);
  if (!c) return err;
  c->err = err;
  goro__semrelease(&c->sema);
  return err;
}

static GORO_UNWINDS bool rwlock(struct FD *f, bool read) {
  bool last;
  if (goro__fdMutex_rwlock(&f->fdmu, read, &last)) return true;
  if (last) destroy(f);
  return false;
}

static void rwunlock(struct FD *f, bool read) {
  if (goro__fdMutex_rwunlock(&f->fdmu, read)) destroy(f);
}

/* Others leave as soon as they have been woken, so Close can wait for them:
 * when it returns, the descriptor is closed in the host.  It does not wait for
 * a call that blocks there. */
int goro__FD_Close(int fd) {
  struct FD *f = goro__FD_record(fd);
  if (!f) return -EBADF;
  int err = fd_open(f, fd);
  if (err) return err;
  struct closer c = {0};
  bool awaited = f->kind == OS_FD_NONBLOCK;
  if (!goro__fdMutex_increfAndClose(&f->fdmu)) return FD_ECLOSED;
  f->closer = awaited ? &c : NULL;
  Store(&f->phase, FD_CLOSING);
  if (f->pd) goro__pollUnblock(f->pd);
  bool last = goro__fdMutex_decref(&f->fdmu);
  err = last ? destroy(f) : 0;
  if (!awaited) return err;
  goro__semacquire1(&c.sema, false, waitReasonSemacquire);
  return c.err;
}

/* ---- waiting ---- */

static int convertErr(enum pollErr err) {
  if (err == pollNoError) return 0;
  return err == pollErrClosing ? FD_ECLOSED : FD_ETIMEOUT;
}

static int prepare(struct FD *f, enum pollMode mode) {
  return f->pd ? convertErr(goro__pollReset(f->pd, mode)) : 0;
}

static GORO_UNWINDS int wait_for(struct FD *f, enum pollMode mode) {
  return convertErr(goro__pollWait(f->pd, mode));
}

/* ---- reading ---- */

static GORO_UNWINDS ptrdiff_t read_some(struct FD *f, void *p, size_t n) {
  if (f->kind == OS_FD_NONBLOCK) return os_fd_read(f->sysfd, p, n);
  goro__entersyscall();
  ptrdiff_t r = os_fd_read(f->sysfd, p, n);
  goro__exitsyscall();
  return r;
}

static GORO_UNWINDS ptrdiff_t fd_read(struct FD *f, void *p, size_t n) {
  int err = prepare(f, pollRead);
  for (bool wait = f->kind == OS_FD_WAITFIRST; !err; wait = true) {
    if (wait) err = wait_for(f, pollRead);
    if (err) break;
    ptrdiff_t r = read_some(f, p, n);
    if (r != -EAGAIN || !f->pd) return r;
  }
  return err;
}

ptrdiff_t goro__FD_Read(int fd, void *p, size_t n) {
  struct FD *f = goro__FD_record(fd);
  if (!f) return -EBADF;
  int err = fd_open(f, fd);
  if (err) return err;
  if (!rwlock(f, true)) return FD_ECLOSED;
  ptrdiff_t r = n == 0 ? 0 : fd_read(f, p, GORO_MIN(n, MAX_RW));
  rwunlock(f, true);
  return r;
}

/* ---- accepting ---- */

static GORO_UNWINDS int fd_accept(struct FD *f) {
  int err = prepare(f, pollRead);
  for (bool wait = f->kind == OS_FD_WAITFIRST; !err; wait = true) {
    if (wait) err = wait_for(f, pollRead);
    if (err) break;
    int s = os_fd_accept(f->sysfd);
    if (s != -EAGAIN || !f->pd) return s;
  }
  return err;
}

int goro__FD_Accept(int fd) {
  struct FD *f = goro__FD_record(fd);
  if (!f) return -EBADF;
  int s = fd_open(f, fd);
  if (s) return s;
  if (!rwlock(f, true)) return FD_ECLOSED;
  s = fd_accept(f);
  rwunlock(f, true);
  struct FD *made = s < 0 ? NULL : goro__FD_record(s);
  if (made) fd_accepted(made, s);
  return s;
}

/* ---- writing ---- */

static GORO_UNWINDS ptrdiff_t write_some(struct FD *f, const char *p,
                                         size_t n) {
  if (f->kind == OS_FD_NONBLOCK) return os_fd_write(f->sysfd, p, n);
  goro__entersyscall();
  ptrdiff_t r = os_fd_write(f->sysfd, p, n);
  goro__exitsyscall();
  return r;
}

static GORO_UNWINDS ptrdiff_t fd_write(struct FD *f, const char *p, size_t n) {
  size_t done = 0;
  ptrdiff_t r = prepare(f, pollWrite);
  while (r == 0) {
    r = write_some(f, p + done, GORO_MIN(n - done, MAX_RW));
    if (r >= 0) done += (size_t)r;
    if (r >= 0 && done == n) return (ptrdiff_t)n;
    if (r == 0) r = -EIO;
    if (r > 0) r = 0;
    if (r == -EAGAIN && f->pd) r = wait_for(f, pollWrite);
  }
  return done > 0 ? (ptrdiff_t)done : r;
}

ptrdiff_t goro__FD_Write(int fd, const void *p, size_t n) {
  struct FD *f = goro__FD_record(fd);
  if (!f) return -EBADF;
  int err = fd_open(f, fd);
  if (err) return err;
  if (!rwlock(f, false)) return FD_ECLOSED;
  ptrdiff_t r = fd_write(f, p, GORO_MIN(n, (size_t)PTRDIFF_MAX));
  rwunlock(f, false);
  return r;
}

/* ---- deadlines ---- */

int goro__FD_SetDeadline(int fd, int64_t when, unsigned modes) {
  struct FD *f = goro__FD_record(fd);
  if (!f) return -EBADF;
  int err = fd_open(f, fd);
  if (err) return err;
  if (!goro__fdMutex_incref(&f->fdmu)) return FD_ECLOSED;
  if (f->pd)
    goro__pollSetDeadline(f->pd, when, modes);
  else
    err = FD_ENODEADLINE;
  if (goro__fdMutex_decref(&f->fdmu)) destroy(f);
  return err;
}
