#include <goro.h>

int main(void) {
  goro_context_after_func(goro_context_background(), NULL, NULL);
}
