/* A value goes to another goroutine and back, unbuffered: ns a round trip. */
#include "pingpong.h"

int main(void) { bench_ns(pingpong, 1000000); }
