#include <goro.h>

int main(void) { goro_chan_free(goro_timer_chan(goro_timer_new(GORO_HOUR))); }
