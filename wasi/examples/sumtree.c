/* sumtree.c: the SHA-256 digests of all regular files below a directory.
 *
 * A bounded pipeline, as in the Go blog's "Pipelines and cancellation":
 *
 *     walker --paths--> N workers --results--> collector (main)
 *                  done <-------- closed by the collector
 *
 * The walker sends the path of each file, a worker answers with its digest,
 * the collector keeps the lines, sorts and prints them.  How many files are
 * under way is bounded by N, so memory for contents is too.
 *
 * At the first error the collector closes done.  Everyone who sends waits for
 * done as well, so all stop; the collector receives until they have, and only
 * then reports.  Nothing was printed by then: the output is whole or empty.
 *
 *     goro cc wasi/examples/sumtree.c wasi/examples/sha256.c -o sumtree.wasm
 *     wasmtime run --dir=. sumtree.wasm
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <goro.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sha256.h"

enum { DEFAULT_WORKERS = 4, MAX_WORKERS = 1024, CHUNK = 65536 };

static const char usage[] =
    "usage: sumtree [--exclude NAME]... [-j N] [DIR]\n"
    "\n"
    "Prints a line HASH  PATH for every regular file below DIR (default .),\n"
    "as sha256sum does, sorted by path.  Symbolic links are not followed.\n"
    "\n"
    "  --exclude NAME  leave out files and directories of this name\n"
    "  -j N            hash N files at a time, 1 to 1024 (default 4)\n"
    "  --help          this text\n"
    "\n"
    "Exit: 0 all files hashed, 1 a file could not be read, 2 wrong usage.\n";

/* What is known of a path, or what went wrong with it. */
struct result {
  char *path; /* owned by whoever holds the result */
  int error;  /* an errno, or 0 */
  uint8_t sum[SHA256_SIZE];
};

struct pipeline {
  /* read-only while it runs */
  const char *root;
  const char **exclude; /* names, the last one NULL */

  goro_chan *paths;       /* of char *; the receiver owns it */
  goro_chan *results;     /* of struct result */
  goro_chan *done;        /* closed: give up */
  goro_waitgroup senders; /* on results: the walker and the workers */
};

static void *allocate(size_t n) {
  void *p = malloc(n);
  if (p == NULL) {
    fputs("sumtree: out of memory\n", stderr);
    exit(1);
  }
  return p;
}

/* ---- sending ---- */

/* Send *elem on c; false if the pipeline is cancelled instead. */
static bool send_or_done(struct pipeline *p, goro_chan *c, const void *elem) {
  goro_case cases[] = {GORO_SEND(c, elem), GORO_RECV(p->done, NULL)};
  return goro_select(cases, 2) == 0;
}

/* The same for a result, whose path goes with it. */
static bool send_result(struct pipeline *p, struct result *r) {
  bool sent = send_or_done(p, p->results, r);
  if (!sent) free(r->path);
  return sent;
}

static bool cancelled(struct pipeline *p) {
  return goro_chan_try_recv(p->done, NULL, NULL);
}

/* ---- the walker ---- */

/* Directories still to be read. */
struct dir {
  struct dir *next;
  char *path;
};

static void push_dir(struct dir **stack, char *path) {
  struct dir *d = allocate(sizeof *d);
  *d = (struct dir){*stack, path};
  *stack = d;
}

/* The path of the directory on top, which is taken off. */
static char *pop_dir(struct dir **stack) {
  struct dir *d = *stack;
  char *path = d->path;
  *stack = d->next;
  free(d);
  return path;
}

static char *join(const char *dir, const char *name) {
  size_t n = strlen(dir);
  const char *slash = n > 0 && dir[n - 1] == '/' ? "" : "/";
  size_t size = n + strlen(slash) + strlen(name) + 1;
  char *path = allocate(size);
  snprintf(path, size, "%s%s%s", dir, slash, name);
  return path;
}

static bool left_out(struct pipeline *p, const char *name) {
  if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0) return true;
  for (const char **x = p->exclude; *x != NULL; x++)
    if (strcmp(*x, name) == 0) return true;
  return false;
}

/* lstat, and for a path that ends in a slash, what stands behind a link: POSIX
 * has lstat do so, some WASI hosts do not. */
static int file_status(const char *path, struct stat *st) {
  size_t n = strlen(path);
  return n > 0 && path[n - 1] == '/' ? stat(path, st) : lstat(path, st);
}

/* Send path if it is a file, keep it on the stack if it is a directory.  It is
 * owned from here on.  False: the walk is over. */
static bool visit(struct pipeline *p, struct dir **stack, char *path) {
  struct stat st;
  if (file_status(path, &st) != 0) {
    struct result failure = {.path = path, .error = errno};
    send_result(p, &failure);
    return false;
  }
  if (S_ISDIR(st.st_mode)) {
    push_dir(stack, path);
    return true;
  }
  bool sent = S_ISREG(st.st_mode) && send_or_done(p, p->paths, &path);
  if (!sent) free(path);
  return sent || !S_ISREG(st.st_mode);
}

/* Visit what is in the directory at path, which is owned from here on.  False:
 * the walk is over. */
static bool read_dir(struct pipeline *p, struct dir **stack, char *path) {
  bool on = true;
  struct dirent *entry = NULL;
  DIR *d = opendir(path);
  while (on && d != NULL && (errno = 0, entry = readdir(d)) != NULL)
    if (!left_out(p, entry->d_name))
      on = visit(p, stack, join(path, entry->d_name));
  if (entry == NULL && errno != 0) {
    struct result failure = {.path = path, .error = errno};
    send_result(p, &failure);
    on = false;
  } else {
    free(path);
  }
  if (d != NULL) closedir(d);
  return on;
}

static void walker(void *arg) {
  struct pipeline *p = arg;
  struct dir *stack = NULL;
  char *root = allocate(strlen(p->root) + 1);
  bool on = visit(p, &stack, strcpy(root, p->root));
  while (on && stack != NULL) on = read_dir(p, &stack, pop_dir(&stack));
  while (stack != NULL) free(pop_dir(&stack));
  goro_chan_close(p->paths);
}

/* ---- the workers ---- */

/* Read a file into the digest, by way of buf.  Returns an errno, or 0. */
static int hash_file(struct pipeline *p, const char *path, uint8_t *buf,
                     struct sha256 *h) {
  int error = 0;
  ssize_t n;
  int fd = open(path, O_RDONLY);
  if (fd < 0) return errno;
  while ((n = read(fd, buf, CHUNK)) > 0 && !cancelled(p)) {
    sha256_update(h, buf, (size_t)n);
    goro_gosched(); /* a large file lets the others work, too */
  }
  if (n < 0) error = errno;
  close(fd);
  return error;
}

static void worker(void *arg) {
  struct pipeline *p = arg;
  uint8_t *buf = allocate(CHUNK);
  struct result r;
  do {
    struct sha256 h;
    if (!goro_chan_recv(p->paths, &r.path)) break;
    sha256_init(&h);
    r.error = hash_file(p, r.path, buf, &h);
    sha256_final(&h, r.sum);
  } while (send_result(p, &r));
  free(buf);
}

/* ---- the collector ---- */

/* The files hashed, and the first error. */
struct table {
  struct result *rows;
  size_t n, room;
  struct result failure; /* if its path is not NULL */
};

static void add_row(struct table *t, const struct result *r) {
  if (t->n == t->room) {
    struct result *old = t->rows;
    t->room = t->room > 0 ? 2 * t->room : 256;
    t->rows = allocate(t->room * sizeof *t->rows);
    if (old != NULL) memcpy(t->rows, old, t->n * sizeof *old);
    free(old);
  }
  t->rows[t->n++] = *r;
}

static void close_results(void *arg) {
  struct pipeline *p = arg;
  goro_waitgroup_wait(&p->senders);
  goro_chan_close(p->results);
}

/* Receive all results; on the first error cancel the rest. */
static void collect(struct pipeline *p, struct table *t) {
  struct result r;
  while (goro_chan_recv(p->results, &r)) {
    if (t->failure.path != NULL) {
      free(r.path);
    } else if (r.error != 0) {
      t->failure = r;
      goro_chan_close(p->done);
    } else {
      add_row(t, &r);
    }
  }
}

/* Run the pipeline from its start to the end of its last goroutine. */
static void run(struct pipeline *p, int workers, struct table *t) {
  char *path;
  p->paths = goro_chan_make(sizeof path, 0);
  p->results = goro_chan_make(sizeof(struct result), 0);
  p->done = goro_chan_make(0, 0);
  goro_waitgroup_go(&p->senders, walker, p);
  for (int i = 0; i < workers; i++) goro_waitgroup_go(&p->senders, worker, p);
  GORO_GO(close_results, p);
  collect(p, t);
  goro_chan_free(p->paths);
  goro_chan_free(p->results);
  goro_chan_free(p->done);
}

/* ---- output ---- */

static int by_path(const void *a, const void *b) {
  const struct result *x = a, *y = b;
  return strcmp(x->path, y->path);
}

static void print_escaped(char c) {
  if (c == '\\')
    fputs("\\\\", stdout);
  else if (c == '\n')
    fputs("\\n", stdout);
  else if (c == '\r')
    fputs("\\r", stdout);
  else
    putchar(c);
}

/* One line as sha256sum has it: where the path needs escapes, a backslash in
 * front says so. */
static void print_row(const struct result *r) {
  if (strpbrk(r->path, "\\\n\r") != NULL) putchar('\\');
  for (int i = 0; i < SHA256_SIZE; i++) printf("%02x", r->sum[i]);
  fputs("  ", stdout);
  for (const char *s = r->path; *s != '\0'; s++) print_escaped(*s);
  putchar('\n');
}

/* Print the table or its error.  Returns the exit code. */
static int report(struct table *t) {
  if (t->failure.path != NULL) {
    fprintf(stderr, "sumtree: %s: %s\n", t->failure.path,
            strerror(t->failure.error));
    return 1;
  }
  if (t->n > 0) qsort(t->rows, t->n, sizeof *t->rows, by_path);
  for (size_t i = 0; i < t->n; i++) print_row(&t->rows[i]);
  if (fflush(stdout) == 0 && !ferror(stdout)) return 0;
  fprintf(stderr, "sumtree: standard output: %s\n", strerror(errno));
  return 1;
}

static void free_table(struct table *t) {
  for (size_t i = 0; i < t->n; i++) free(t->rows[i].path);
  free(t->rows);
  free(t->failure.path);
}

/* The pipeline's goroutines have sent all they had; what is left of them ends
 * as soon as it is let, or, on another thread, in a moment. */
static void check_no_goroutine_left(void) {
  for (int tries = 0; tries < 1000 && goro_num_goroutine() > 1; tries++) {
    if (tries < 10)
      goro_gosched();
    else
      goro_sleep(GORO_MILLISECOND);
  }
  if (goro_num_goroutine() == 1) return;
  fputs("sumtree: goroutines left behind\n", stderr);
  goro_dump();
  exit(1);
}

/* ---- the command line ---- */

static int wrong_usage(void) {
  fputs(usage, stderr);
  return 2;
}

/* A number of workers, or 0 if text is none. */
static int parse_workers(const char *text) {
  char *end;
  long n = strtol(text, &end, 10);
  return end != text && *end == '\0' && n >= 1 && n <= MAX_WORKERS ? (int)n : 0;
}

enum { GO_ON = -1 };

/* Fill p and *workers.  Returns GO_ON, or the exit code. */
static int parse_arguments(int argc, char **argv, struct pipeline *p,
                           int *workers) {
  static const struct option options[] = {
      {"exclude", required_argument, NULL, 'x'},
      {"help", no_argument, NULL, 'h'},
      {NULL, 0, NULL, 0},
  };
  const char **exclude = p->exclude;
  int option;
  while ((option = getopt_long(argc, argv, "j:", options, NULL)) != -1) {
    if (option == 'h') return fputs(usage, stdout) < 0;
    if (option == 'x') *exclude++ = optarg;
    if (option == 'j') *workers = parse_workers(optarg);
    if (option == '?' || *workers == 0) return wrong_usage();
  }
  if (argc - optind > 1) return wrong_usage();
  if (optind < argc) p->root = argv[optind];
  return GO_ON;
}

int main(int argc, char **argv) {
  size_t names = ((size_t)argc + 1) * sizeof(char *); /* more than enough */
  struct pipeline p = {.root = ".", .exclude = allocate(names)};
  struct table t = {.n = 0};
  int workers = DEFAULT_WORKERS;
  memset(p.exclude, 0, names);
  int code = parse_arguments(argc, argv, &p, &workers);
  if (code == GO_ON) {
    run(&p, workers, &t);
    check_no_goroutine_left();
    code = report(&t);
  }
  free_table(&t);
  free(p.exclude);
  return code;
}
