/* recursion_shapes.c: recursion of many shapes, for recursion_limit.test.mjs.
 *
 *   recursion_shapes SHAPE DEPTH
 *
 * prints "done" if it came to the end.  The functions differ in what an
 * engine keeps of them on its own stack.
 */
#include <goro.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOINLINE __attribute__((noinline))

static volatile int zero;

/* The end of every recursion suspends, so that asyncify instruments it. */
static NOINLINE int end(void) {
  goro_gosched();
  return 1;
}

static NOINLINE int leaf(int a) { return a + zero; }
static NOINLINE double leafd(double a) { return a * 1.5 + zero; }
static NOINLINE void touch(int *p) { *p += zero; }

static NOINLINE int tiny(int n) {
  return n == 0 ? end() : tiny(n - 1) + leaf(n);
}

static NOINLINE int not_suspending(int n) {
  return n == 0 ? 1 : not_suspending(n - 1) + leaf(n);
}

#define EACH10(X, t) \
  X(t##0)            \
  X(t##1) X(t##2) X(t##3) X(t##4) X(t##5) X(t##6) X(t##7) X(t##8) X(t##9)
#define EACH60(X) \
  EACH10(X, a) EACH10(X, b) EACH10(X, c) EACH10(X, d) EACH10(X, e) EACH10(X, f)
#define MAKE(x) int x = leaf(n);
#define MIX(x) r = r * 31 ^ x;

static NOINLINE int many_locals(int n) {
  if (n == 0) return end();
  EACH60(MAKE)
  int r = many_locals(n - 1);
  EACH60(MIX)
  return r;
}

static NOINLINE int many_locals_not_suspending(int n) {
  if (n == 0) return 1;
  EACH60(MAKE)
  int r = many_locals_not_suspending(n - 1);
  EACH60(MIX)
  return r;
}

static NOINLINE double doubles(int n, double p, double q, int64_t z) {
  if (n == 0) return p + end();
  double a = leafd(p), b = leafd(a), c = leafd(b), d = leafd(q), e = leafd(d);
  int64_t s = z * 3 + leaf(n), t = s * 5 + leaf(n), u = t * 7 + leaf(n);
  double r = doubles(n - 1, c, e, u);
  return r + a + b * c + d * e + (double)(s ^ t ^ u ^ z);
}

static NOINLINE int parameters(int n, int a, int b, int c, int d, int e, int f,
                               double g, double h, int64_t i, int64_t j, int k,
                               int l, int m, int o, int p, int q) {
  if (n == 0) return end();
  int r = parameters(n - 1, b, c, d, e, f, a, h, g, j, i, l, m, o, p, q, k);
  return r ^ a ^ b ^ c ^ d ^ e ^ f ^ (int)(g + h) ^ (int)(i ^ j) ^ k ^ l ^ m ^
         o ^ p ^ q;
}

static NOINLINE int operands(int n, int a) {
  if (n == 0) return 1;
  return leaf(1) +
         (a * 3 ^
          (leaf(2) +
           (a * 5 ^
            (leaf(3) +
             (a * 7 ^
              (leaf(4) + (a * 11 ^ (leaf(5) + operands(n - 1, a + 1)))))))));
}

static NOINLINE int frame_1000(int n) {
  volatile char b[1000];
  b[n % 1000] = (char)n;
  return n == 0 ? end() : frame_1000(n - 1) + b[n % 1000];
}

static NOINLINE int frame_small(int n) {
  int b = n;
  touch(&b);
  return n == 0 ? end() : frame_small(n - 1) + b;
}

static NOINLINE int frame_aligned(int n) {
  _Alignas(128) char b[64];
  memset(b, n, sizeof b);
  touch((int *)b);
  return n == 0 ? end() : frame_aligned(n - 1) + b[n % 64];
}

static NOINLINE int frame_variable(int n) {
  char b[8 + n % 5 * 16];
  memset(b, n, sizeof b);
  touch((int *)b);
  return n == 0 ? end() : frame_variable(n - 1) + b[n % 8];
}

static NOINLINE int ping(int n);
static NOINLINE int pong(int n) { return n == 0 ? end() : ping(n - 1) ^ n; }
static NOINLINE int pang(int n) { return n == 0 ? end() : pong(n - 1) + 2; }
static NOINLINE int ping(int n) { return n == 0 ? end() : pang(n - 1) * 3; }

typedef int (*step)(int n, void *x);
static step volatile steps[2];
static NOINLINE int step0(int n, void *x) {
  return n == 0 ? end() : steps[n & 1](n - 1, x) + 1;
}
static NOINLINE int step1(int n, void *x) {
  return n == 0 ? end() : steps[n & 1](n - 1, x) * 3;
}
static int pointers(int n) {
  steps[0] = step0;
  steps[1] = step1;
  return step0(n, NULL);
}

static int lowest;

/* Goes down once for each depth: sorting compares more than once. */
static int compare(const void *a, const void *b) {
  int n = *(const int *)a - 1;
  if (n >= lowest) return *(const int *)b * 0;
  lowest = n;
  if (n <= 0) return end() & 0;
  int v[2] = {n, n};
  qsort(v, 2, sizeof *v, compare); /* recursion through libc */
  return v[0] - v[1];
}

static int through_libc(int n) {
  int v[2] = {n, n};
  lowest = n;
  qsort(v, 2, sizeof *v, compare);
  return v[0];
}

static void call_again(void *n) {
  if (*(int *)n > 0) {
    *(int *)n -= 1;
    goro_call(call_again, n);
  } else
    end();
}
static int through_runtime(int n) {
  call_again(&n);
  return n;
}

/* A goroutine's first function comes round by its pointer. */
static void (*volatile first)(void *);
static void entry(void *n) {
  if (--*(int *)n > 0)
    first(n);
  else
    end();
  touch(n);
}
static int entries(int n) {
  first = entry;
  GORO_GO(entry, &n);
  while (n > 0) goro_gosched();
  return n;
}

static int many_shape(int n) { return many_locals(n); }
static int doubles_shape(int n) { return doubles(n, 1, 2, 3) > 0; }
static int parameters_shape(int n) {
  return parameters(n, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16);
}
static int operands_shape(int n) { return operands(n, 3); }

static const struct shape {
  const char *name;
  int (*run)(int n);
} shapes[] = {
    {"tiny", tiny},
    {"not_suspending", not_suspending},
    {"many_locals", many_shape},
    {"many_locals_not_suspending", many_locals_not_suspending},
    {"doubles", doubles_shape},
    {"parameters", parameters_shape},
    {"operands", operands_shape},
    {"frame_1000", frame_1000},
    {"frame_small", frame_small},
    {"frame_aligned", frame_aligned},
    {"frame_variable", frame_variable},
    {"mutual", ping},
    {"pointers", pointers},
    {"through_libc", through_libc},
    {"through_runtime", through_runtime},
    {"entries", entries},
};

int main(int argc, char **argv) {
  if (argc != 3) return 1;
  for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
    if (strcmp(argv[1], shapes[i].name) != 0) continue;
    printf("%d\n", shapes[i].run(atoi(argv[2])));
    puts("done");
    return 0;
  }
  return 1;
}
