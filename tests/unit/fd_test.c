/* fd_test.c: descriptors read, written, accepted on and closed by goroutines.
 *
 * Under WASI and on JavaScript hosts a program can make no socket: what is
 * tested there is in tests/wasi/echo.test.mjs.
 * test: hosts native
 */
#include "unit.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "api/goro.h"
#include "lib/poll/fd.h"

static void alone(void) { UNIT_UNTIL(goro__gcount() == 1); }

static bool refers_to(int fd) { return fcntl(fd, F_GETFD) >= 0; }

/* ---- reading and writing ---- */

static int pair[2];

static void open_pair(void) {
  CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
}

static void close_pair(void) {
  CHECK(goro_close(pair[0]) == 0 && goro_close(pair[1]) == 0);
  CHECK(!refers_to(pair[0]) && !refers_to(pair[1]));
}

static void reads(void *unused) {
  (void)unused;
  char c = 0;
  ptrdiff_t n = goro_read(pair[0], &c, 1);
  unit_note(n == 1 ? c : n == 0 ? '.' : n == GORO_ECLOSED ? 'C' : '?');
}

static void test_read(void) {
  open_pair();
  struct g *gp = unit_go(reads, NULL);
  UNIT_UNTIL(unit_waits(gp, waitReasonIOWait));
  CHECK(goro_write(pair[1], "a", 1) == 1);
  alone();
  CHECK(unit_said("a"));
  char none;
  CHECK(goro_read(pair[0], &none, 0) == 0 && goro_write(pair[0], "", 0) == 0);
  close_pair();
}

/* They take turns: one waits for the descriptor, others for it. */
static void test_many_readers(void) {
  enum { n = 5 };
  struct g *gp[n];
  open_pair();
  gp[0] = unit_go(reads, NULL);
  UNIT_UNTIL(unit_waits(gp[0], waitReasonIOWait));
  for (int i = 1; i < n; i++) gp[i] = unit_go(reads, NULL);
  for (int i = 1; i < n; i++)
    UNIT_UNTIL(unit_waits(gp[i], waitReasonSemacquire));
  CHECK(goro_write(pair[1], "aaaaa", n) == n);
  alone();
  CHECK(unit_said("aaaaa"));
  close_pair();
}

/* More than there is room for, in both directions, byte for byte. */
enum { MUCH = 1 << 20 };

static void writes_much(void *fd) {
  uint8_t *buf = malloc(MUCH);
  for (int i = 0; i < MUCH; i++) buf[i] = (uint8_t)(i * 31 + (i >> 8));
  CHECK(goro_write(*(int *)fd, buf, MUCH) == MUCH);
  free(buf);
}

static void reads_much(void *fd) {
  uint8_t buf[1000];
  for (int at = 0; at < MUCH;) {
    ptrdiff_t n = goro_read(*(int *)fd, buf, sizeof buf);
    CHECK(n > 0);
    for (ptrdiff_t i = 0; i < n; i++, at++)
      CHECK(buf[i] == (uint8_t)(at * 31 + (at >> 8)));
  }
}

static void test_much(void) {
  open_pair();
  for (int i = 0; i < 2; i++) {
    unit_go(writes_much, &pair[i]);
    unit_go(reads_much, &pair[i]);
  }
  alone();
  close_pair();
}

static void test_end(void) {
  open_pair();
  CHECK(goro_close(pair[1]) == 0);
  char c;
  CHECK(goro_read(pair[0], &c, 1) == 0);
  CHECK(goro_write(pair[0], &c, 1) == -EPIPE);
  CHECK(goro_close(pair[0]) == 0);
}

/* ---- closing ---- */

static void test_close_wakes(void) {
  open_pair();
  struct g *gp[4];
  for (int i = 0; i < 4; i++) gp[i] = unit_go(reads, NULL);
  for (int i = 0; i < 4; i++) UNIT_UNTIL(unit_parked(gp[i]));
  CHECK(goro_close(pair[0]) == 0 && !refers_to(pair[0]));
  alone();
  CHECK(unit_said("CCCC"));
  char c;
  CHECK(goro_read(pair[0], &c, 1) == -EBADF); /* the number is free again */
  CHECK(goro_close(pair[0]) == -EBADF);
  CHECK(goro_close(pair[1]) == 0);
  CHECK(goro__FD_record(pair[0])->phase == FD_UNUSED);
}

/* The last to leave has closed it in the host, and takes the number anew before
 * the closer runs: nothing of the old descriptor is there any more. */
static void reads_then_opens(void *unused) {
  (void)unused;
  int old = pair[0], other = pair[1];
  char c = 0;
  CHECK(goro_read(old, &c, 1) == GORO_ECLOSED);
  UNIT_UNTIL(!refers_to(old));
  open_pair();
  CHECK(pair[0] == old);
  CHECK(goro_write(pair[0], "b", 1) == 1 && goro_read(pair[1], &c, 1) == 1);
  CHECK(c == 'b' && goro_close(other) == 0);
  close_pair();
}

static void test_close_and_open(void) {
  open_pair();
  struct g *gp = unit_go(reads_then_opens, NULL);
  UNIT_UNTIL(unit_waits(gp, waitReasonIOWait));
  CHECK(goro_close(pair[0]) == 0);
  alone();
}

static void closes(void *unused) {
  (void)unused;
  int err = goro_close(pair[0]);
  unit_note(err == 0 ? 'c' : err == GORO_ECLOSED || err == -EBADF ? 'x' : '?');
}

/* Who waits for another reader is gone when the descriptor is closed, so the
 * next one of that number has no waiters. */
static void test_close_wakes_all(void) {
  enum { n = 4 };
  struct g *gp[n];
  for (int turn = 0; turn < 3; turn++) {
    open_pair();
    gp[0] = unit_go(reads, NULL);
    UNIT_UNTIL(unit_waits(gp[0], waitReasonIOWait));
    for (int i = 1; i < n; i++) gp[i] = unit_go(reads, NULL);
    for (int i = 1; i < n; i++)
      UNIT_UNTIL(unit_waits(gp[i], waitReasonSemacquire));
    CHECK(goro_close(pair[0]) == 0);
    struct fdMutex *mu = &goro__FD_record(pair[0])->fdmu;
    CHECK(mu->rsema == 0 && (mu->state & ~UINT64_C(1)) == 0);
    alone();
    CHECK(unit_said("CCCC"));
    CHECK(goro_close(pair[1]) == 0);
  }
}

/* A number that the host does not know costs nothing. */
static void test_far(void) {
  char c;
  CHECK(goro_read(100000000, &c, 1) == -EBADF && goro_close(5000000) == -EBADF);
}

static void test_close_twice(void) {
  open_pair();
  struct g *gp = unit_go(reads, NULL);
  UNIT_UNTIL(unit_waits(gp, waitReasonIOWait));
  unit_go(closes, NULL);
  unit_go(closes, NULL);
  alone();
  int c = 0, x = 0, r = 0;
  for (const char *p = unit_log; *p; p++)
    c += *p == 'c', x += *p == 'x', r += *p == 'C';
  CHECK(c == 1 && x == 1 && r == 1);
  memset(unit_log, 0, sizeof unit_log);
  unit_nlog = 0;
  CHECK(goro_close(pair[1]) == 0);
}

static void test_bad(void) {
  char c;
  CHECK(goro_read(-1, &c, 1) == -EBADF && goro_write(-1, &c, 1) == -EBADF);
  CHECK(goro_accept(-1) == -EBADF && goro_close(-1) == -EBADF);
  CHECK(goro_read(9999, &c, 1) == -EBADF && goro_close(9999) == -EBADF);
  CHECK(goro_set_deadline(9999, 1) == -EBADF);
  CHECK(goro_set_deadline(-1, 1) == -EBADF);
}

/* ---- kinds ---- */

static void test_file(void) {
  char name[] = "/tmp/goro-fd-test-XXXXXX", buf[8] = "";
  int fd = mkstemp(name);
  CHECK(fd >= 0 && unlink(name) == 0);
  CHECK(goro_write(fd, "words", 5) == 5 && lseek(fd, 0, SEEK_SET) == 0);
  CHECK(goro_read(fd, buf, sizeof buf) == 5 && strcmp(buf, "words") == 0);
  CHECK(goro_read(fd, buf, sizeof buf) == 0);
  CHECK(goro__FD_record(fd)->kind == OS_FD_PLAIN);
  CHECK(goro_set_deadline(fd, goro_now()) == GORO_ENODEADLINE);
  CHECK(goro_accept(fd) == -ENOTSOCK);
  CHECK(goro_close(fd) == 0 && !refers_to(fd));
}

/* A standard stream is left as it is, and waited for all the same. */
static void test_stdin(void) {
  int old = dup(0), ends[2];
  char c;
  CHECK(old >= 0 && pipe(ends) == 0 && dup2(ends[0], 0) == 0);
  CHECK(goro_set_read_deadline(0, goro_now() + 2000000) == 0);
  CHECK(goro_read(0, &c, 1) == GORO_ETIMEOUT);
  CHECK(goro_set_read_deadline(0, 0) == 0 && write(ends[1], "s", 1) == 1);
  CHECK(goro_read(0, &c, 1) == 1 && c == 's');
  CHECK(goro__FD_record(0)->kind == OS_FD_WAITFIRST);
  CHECK((fcntl(0, F_GETFL) & O_NONBLOCK) == 0);
  CHECK(goro_close(0) == 0 && !refers_to(0) && dup2(old, 0) == 0);
  close(ends[0]), close(ends[1]), close(old);
}

/* ---- deadlines ---- */

static void test_deadlines(void) {
  open_pair();
  char c;
  CHECK(goro_set_deadline(pair[0], goro_now() + 3000000) == 0);
  CHECK(goro_read(pair[0], &c, 1) == GORO_ETIMEOUT);
  CHECK(goro_write(pair[0], "x", 1) == GORO_ETIMEOUT);
  CHECK(goro_set_write_deadline(pair[0], 0) == 0);
  CHECK(goro_write(pair[0], "x", 1) == 1);
  CHECK(goro_read(pair[0], &c, 1) == GORO_ETIMEOUT);
  CHECK(goro_set_read_deadline(pair[0], 0) == 0);
  struct g *gp = unit_go(reads, NULL);
  UNIT_UNTIL(unit_waits(gp, waitReasonIOWait));
  CHECK(goro_write(pair[1], "r", 1) == 1);
  alone();
  CHECK(unit_said("r"));
  /* Some is written before it passes, if the machine is fast enough. */
  uint8_t *buf = calloc(1, 4 * MUCH);
  ptrdiff_t n = GORO_ETIMEOUT;
  for (int64_t ns = 2000000; n == GORO_ETIMEOUT; ns *= 2) {
    CHECK(goro_set_write_deadline(pair[0], goro_now() + ns) == 0);
    n = goro_write(pair[0], buf, 4 * MUCH);
  }
  CHECK(n > 0 && n < 4 * MUCH);
  CHECK(goro_write(pair[0], buf, 1) == GORO_ETIMEOUT);
  free(buf);
  close_pair();
}

static void test_strerror(void) {
  CHECK(strcmp(goro_strerror(GORO_ECLOSED), "use of closed file") == 0);
  CHECK(strcmp(goro_strerror(GORO_ETIMEOUT), "i/o timeout") == 0);
  CHECK(strcmp(goro_strerror(GORO_ENODEADLINE),
               "file type does not support deadline") == 0);
  CHECK(strcmp(goro_strerror(-EBADF), strerror(EBADF)) == 0);
  CHECK(strcmp(goro_strerror(0), "no error") == 0);
}

/* ---- accepting ---- */

static int listen_here(struct sockaddr_in *a) {
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  socklen_t len = sizeof *a;
  *a = (struct sockaddr_in){.sin_family = AF_INET,
                            .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  CHECK(bind(fd, (struct sockaddr *)a, len) == 0 && listen(fd, 64) == 0);
  CHECK(getsockname(fd, (struct sockaddr *)a, &len) == 0);
  return fd;
}

static void echoes(void *fdv) {
  int fd = (int)(intptr_t)fdv;
  char buf[64];
  ptrdiff_t n;
  while ((n = goro_read(fd, buf, sizeof buf)) > 0)
    CHECK(goro_write(fd, buf, (size_t)n) == n);
  CHECK(n == 0 && goro_close(fd) == 0);
}

static void serves(void *fd) {
  int s;
  while ((s = goro_accept(*(int *)fd)) >= 0)
    unit_go(echoes, (void *)(intptr_t)s);
  unit_note(s == GORO_ECLOSED ? 'C' : '?');
}

static void asks(void *a) {
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  CHECK(connect(fd, a, sizeof(struct sockaddr_in)) == 0);
  for (int i = 0; i < 10; i++) {
    char buf[5] = {0};
    CHECK(goro_write(fd, "ping", 4) == 4);
    for (ptrdiff_t at = 0; at < 4;) {
      ptrdiff_t n = goro_read(fd, buf + at, (size_t)(4 - at));
      CHECK(n > 0);
      at += n;
    }
    CHECK(strcmp(buf, "ping") == 0);
  }
  CHECK(goro_close(fd) == 0);
}

static void test_accept(void) {
  struct sockaddr_in a;
  int fd = listen_here(&a), n = unit_much(30, 4);
  unit_go(serves, &fd);
  for (int i = 0; i < n; i++) unit_go(asks, &a);
  UNIT_UNTIL(goro__gcount() == 2);
  CHECK(goro_close(fd) == 0);
  alone();
  CHECK(unit_said("C"));
}

int main(void) {
  test_read();
  test_many_readers();
  test_much();
  test_end();
  test_close_wakes();
  test_close_wakes_all();
  test_close_and_open();
  test_far();
  test_close_twice();
  test_bad();
  test_file();
  test_stdin();
  test_deadlines();
  test_strerror();
  test_accept();
  return unit_pass();
}
