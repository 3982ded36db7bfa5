#include <goro.h>

int main(void) { goro_ticker_reset(goro_ticker_new(GORO_HOUR), -1); }
