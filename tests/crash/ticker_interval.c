#include <goro.h>

int main(void) { goro_ticker_new(0); }
