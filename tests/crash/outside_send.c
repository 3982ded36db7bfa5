/* A constructor runs before there is a goroutine: it cannot wait. */
#include <goro.h>
#include <stdio.h>

__attribute__((constructor)) static void too_early(void) {
  goro_chan_send(goro_chan_make(sizeof(int), 0), &(int){1});
}

int main(void) { printf("not reached\n"); }
