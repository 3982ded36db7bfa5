/* What is called as a call of the host must not wait for other goroutines. */
#include <goro.h>

static void waits(void *unused) {
  (void)unused;
  goro_gosched();
}

int main(void) { goro_syscall(waits, NULL); }
