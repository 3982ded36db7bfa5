/* The module of bindings/README.md: primes, as long as there is interest. */
#include <goro.h>
#include <goro_module.h>

GORO_IMPORT(app, found) bool found(int n);

static bool is_prime(int n) {
  for (int d = 2; d * d <= n; d++)
    if (n % d == 0) return false;
  return true;
}

/* Sends the primes up to there that found() is true for, and closes out. */
GORO_EXPORT int primes(goro_chan *out, int upto) {
  int count = 0;
  for (int n = 2; n <= upto; n++) {
    if (!is_prime(n)) continue;
    if (!found(n)) break;
    goro_chan_send(out, &n);
    count++;
  }
  goro_chan_close(out);
  return count;
}
