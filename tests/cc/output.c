/* output.c: bytes of all kinds on stdout and stderr, by libc and by the
 * runtime, without a newline at the end (output.test.mjs). */
#include <goro.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static char bytes[256];

static void write_all(FILE *f, int fd) {
  for (int k = 0; k < 3; k++) {
    fwrite(bytes, 1, sizeof bytes, f);
    for (size_t i = sizeof bytes; i > 0; i--) putc(bytes[i - 1], f);
    fflush(f);
    if (write(fd, bytes, sizeof bytes) != (ssize_t)sizeof bytes) return;
  }
}

/* A character in two writes, a mark for the order of bytes, and a 0. */
static void write_text(void) {
  printf("%s", "\xef\xbb\xbfone \xe2\x82");
  fflush(stdout);
  printf("%s%c%s", "\xac two", 0, "three\nfour");
}

#ifdef FILES
/* stdout is a file for a while. */
static void write_file(void) {
  char text[16] = "";
  fflush(stdout);
  int kept = dup(1);
  if (!freopen("/tmp/output", "w", stdout)) return;
  printf("in a file");
  fflush(stdout);
  dup2(kept, 1);
  FILE *f = fopen("/tmp/output", "r");
  size_t n = f ? fread(text, 1, sizeof text - 1, f) : 0;
  printf("%zu %s\n", n, text);
}
#endif

int main(int argc, char **argv) {
  for (int i = 0; i < 256; i++) bytes[i] = (char)i;
  if (argc < 2) return 9;
  if (strcmp(argv[1], "bytes") == 0) {
    write_all(stdout, 1);
    write_all(stderr, 2);
  }
  if (strcmp(argv[1], "text") == 0) write_text();
#ifdef FILES
  if (strcmp(argv[1], "file") == 0) write_file();
#endif
  return 0;
}
