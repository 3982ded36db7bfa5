#include <goro.h>

int main(void) {
  goro_context_with_value(goro_context_background(), NULL, NULL);
}
