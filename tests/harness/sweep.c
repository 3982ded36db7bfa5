/* sweep.c: runs a program once for each of many seeds, a process a seed, and
 * says what came out: a program of 2 ms is over sooner than node could start
 * it.
 *
 *   sweep TIMEOUT_MS PROCS FIRST LAST PROGRAM [ARGUMENT...]
 *
 * Every run has GORO_SEED=n, from FIRST to LAST, and GORO_MAXPROCS=PROCS. An
 * outcome, which is the exit code and what was printed, is reported once, with
 * the first seed that had it:
 *
 *   SEED CODE OUT_BYTES ERR_BYTES\n  and the bytes of stdout and stderr
 *
 * CODE is the exit code, -N for the signal N, or -1000: killed after
 * TIMEOUT_MS.  The last line is "runs N".
 *
 * One thread of such a program runs at a time, so it stays on one processor:
 * to hand the turn to a thread on another one takes several times as long.  And
 * its memory lies where it lay the last time, as its order may depend on that.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
  TIMED_OUT = -1000,
  MAX_OUTPUT = 1 << 20, /* of one stream; what comes after it is dropped */
  MAX_OUTCOMES = 4096   /* from then on every one counts as new */
};

struct stream {
  int fd; /* -1: at its end */
  size_t n;
  char text[MAX_OUTPUT];
};

static struct stream out, err;
static uint64_t known[MAX_OUTCOMES]; /* hashes of reported ones */
static int nknown;

static void die(const char *what) {
  perror(what);
  exit(2);
}

static int64_t now_ms(void) {
  struct timespec ts;
  clock_gettime(CLOCK_MONOTONIC, &ts);
  return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* ---- one run ---- */

static void pin(void) {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) != 0) return;
  int nth = (int)getpid() % CPU_COUNT(&set);
  for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
    if (!CPU_ISSET(cpu, &set) || nth-- > 0) continue;
    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    sched_setaffinity(0, sizeof set, &set);
    return;
  }
}

/* The child: a process group of its own, to be killed as a whole. */
static _Noreturn void become(char **argv, const int *to_out,
                             const int *to_err) {
  setpgid(0, 0);
  dup2(to_out[1], 1);
  dup2(to_err[1], 2);
  execv(argv[0], argv);
  perror(argv[0]);
  _exit(127);
}

/* Read what is there; at the end, and at an error, close. */
static void drain(struct stream *s) {
  char rest[4096];
  size_t room = MAX_OUTPUT - s->n;
  ssize_t got =
      room ? read(s->fd, s->text + s->n, room) : read(s->fd, rest, sizeof rest);
  if (got < 0 && errno == EINTR) return;
  if (got <= 0) {
    close(s->fd);
    s->fd = -1;
  } else if (room) {
    s->n += (size_t)got;
  }
}

/* Both streams to their ends. False: time is over. */
static int read_all(int64_t deadline) {
  while (out.fd >= 0 || err.fd >= 0) {
    struct pollfd p[] = {{out.fd, POLLIN, 0}, {err.fd, POLLIN, 0}};
    int64_t left = deadline - now_ms();
    if (left <= 0) return 0;
    if (poll(p, 2, (int)left) < 0 && errno != EINTR) die("poll");
    if (p[0].revents) drain(&out);
    if (p[1].revents) drain(&err);
  }
  return 1;
}

static int run(char **argv, int64_t timeout_ms) {
  int to_out[2], to_err[2], status;
  if (pipe2(to_out, O_CLOEXEC) || pipe2(to_err, O_CLOEXEC)) die("pipe2");
  pid_t pid = fork();
  if (pid < 0) die("fork");
  if (pid == 0) become(argv, to_out, to_err);
  close(to_out[1]);
  close(to_err[1]);
  out.fd = to_out[0];
  err.fd = to_err[0];
  out.n = err.n = 0;
  int over = read_all(now_ms() + timeout_ms);
  if (!over) {
    kill(-pid, SIGKILL);
    read_all(now_ms() + 1000);
    if (out.fd >= 0) close(out.fd);
    if (err.fd >= 0) close(err.fd);
  }
  if (waitpid(pid, &status, 0) < 0) die("waitpid");
  if (!over) return TIMED_OUT;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

/* ---- what came out ---- */

static uint64_t add_to_hash(uint64_t h, const void *p, size_t n) {
  const unsigned char *bytes = p;
  for (size_t i = 0; i < n; i++) h = (h ^ bytes[i]) * 0x100000001b3u;
  return h ^ n;
}

static int is_new(int code) {
  uint64_t h = add_to_hash(0xcbf29ce484222325u, &code, sizeof code);
  h = add_to_hash(h, out.text, out.n);
  h = add_to_hash(h, err.text, err.n);
  for (int i = 0; i < nknown; i++)
    if (known[i] == h) return 0;
  if (nknown < MAX_OUTCOMES) known[nknown++] = h;
  return 1;
}

static void report(long seed, int code) {
  printf("%ld %d %zu %zu\n", seed, code, out.n, err.n);
  fwrite(out.text, 1, out.n, stdout);
  fwrite(err.text, 1, err.n, stdout);
  fflush(stdout);
}

int main(int argc, char **argv) {
  if (argc < 6) {
    fputs("usage: sweep TIMEOUT_MS PROCS FIRST LAST PROGRAM [ARGUMENT...]\n",
          stderr);
    return 2;
  }
  long timeout = atol(argv[1]), first = atol(argv[3]), last = atol(argv[4]);
  setenv("GORO_MAXPROCS", argv[2], 1);
  pin();
  personality(ADDR_NO_RANDOMIZE);
  for (long seed = first; seed <= last; seed++) {
    char text[32];
    snprintf(text, sizeof text, "%ld", seed);
    setenv("GORO_SEED", text, 1);
    int code = run(argv + 5, timeout);
    if (is_new(code)) report(seed, code);
  }
  printf("runs %ld\n", last - first + 1);
  return 0;
}
