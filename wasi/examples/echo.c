/* echo: a TCP server that sends back what it gets, with a goroutine for each
 * connection.
 *
 *     goro cc wasi/examples/echo.c -O2 -o echo.wasm
 *     wasmtime run -S preview2=n,tcplisten=127.0.0.1:7000 echo.wasm
 *
 * The host has opened the listening socket, wasmtime as descriptor 3.  Each
 * goroutine reads and writes as if it were alone: where it would block, it
 * parks, and the thread runs others.  When all are parked the thread waits in
 * poll_oneoff for all descriptors at once.
 */
#include <errno.h>
#include <goro.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

enum { LISTENER = 3, BUFFER = 4096 };

static atomic_ullong bytes; /* sent back */
static atomic_uint open_now;
static atomic_uint failed; /* connections that ended with an error */
static goro_waitgroup connections;

/* Owns its descriptor. */
static void serve(void *arg) {
  int fd = (int)(intptr_t)arg;
  char *buf = malloc(BUFFER);
  ptrdiff_t n = -ENOMEM;
  while (buf && (n = goro_read(fd, buf, BUFFER)) > 0) {
    n = goro_write(fd, buf, (size_t)n);
    if (n < 0) break;
    bytes += (unsigned long long)n;
  }
  if (n < 0) {
    failed++;
    fprintf(stderr, "echo: descriptor %d: %s\n", fd, goro_strerror((int)n));
  }
  free(buf);
  goro_close(fd);
  open_now--;
  goro_waitgroup_done(&connections);
}

static void start(int fd) {
  goro_waitgroup_add(&connections, 1);
  GORO_GO(serve, (void *)(intptr_t)fd);
}

/* Accept `limit` connections, or for ever if that is 0.  Returns the last
 * error, or 0; *most is how many were open at the same time. */
static int accept_all(int listener, unsigned limit, unsigned *most) {
  for (unsigned i = 0; limit == 0 || i < limit; i++) {
    int fd = goro_accept(listener);
    if (fd < 0) return fd;
    unsigned now = ++open_now;
    if (now > *most) *most = now;
    start(fd);
  }
  return 0;
}

static int usage(void) {
  fprintf(stderr,
          "usage: echo [CONNECTIONS [DESCRIPTOR]]\n"
          "Serves that many connections, without it for ever, on a listening\n"
          "socket that the host has opened, as descriptor 3 without it.\n");
  return 2;
}

static bool number(const char *s, int *to) {
  char *end;
  long n = strtol(s, &end, 10);
  *to = (int)n;
  return *s && !*end && n >= 0 && n <= 1000000;
}

int main(int argc, char **argv) {
  int limit = 0, listener = LISTENER;
  unsigned most = 0;
  if (argc > 3 || (argc > 1 && !number(argv[1], &limit)) ||
      (argc > 2 && !number(argv[2], &listener)))
    return usage();
  int err = accept_all(listener, (unsigned)limit, &most);
  int goroutines = goro_num_goroutine();
  if (err) fprintf(stderr, "echo: accept: %s\n", goro_strerror(err));
  goro_close(listener);
  goro_waitgroup_wait(&connections);
  while (goro_num_goroutine() > 1) goro_gosched(); /* they are about to end */
  printf("%u connections at once, %d goroutines, %llu bytes\n", most,
         goroutines, (unsigned long long)bytes);
  return err || failed ? 1 : 0;
}
