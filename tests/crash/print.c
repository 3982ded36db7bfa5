/* Not a crash: what the runtime's own printing writes, longer than its buffer.
 * Twice, with a dump in between that begins after it.
 * test: flags -Itests/unit */
#include "base/print.h"

int main(void) {
  for (int i = 0; i < 150; i++) {
    goro__prints("line ");
    goro__printint(i - 75);
    goro__prints(" ");
    goro__printuint(UINT64_MAX - (uint64_t)i);
    goro__prints(" ");
    goro__printhex((uint64_t)i << 56 | 0xabcdef);
    goro__prints("\n");
  }
  goro__printsn("half of this", 4);
  goro__prints("\n");
  goro__printhex(0);
  goro__prints("\n");
  goro__printflush();
  goro__printflush();
}
