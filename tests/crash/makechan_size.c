#include <goro.h>

int main(void) { goro_chan_make(8, SIZE_MAX / 8); }
