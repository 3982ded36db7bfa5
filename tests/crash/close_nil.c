#include <goro.h>

int main(void) { goro_chan_close(NULL); }
