/* Files that one thread opens are open in the others, and buffers may lie in
 * memory that was added since; arguments and environment are there.
 * test: dirs tests/wasi
 * test: args one two
 * test: env COLOUR=blue */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LARGE = 4 << 20 };

static int file;

static void *open_it(void *name) {
  file = open(name, O_RDONLY);
  return NULL;
}

static void *read_it(void *unused) {
  char *large = malloc(LARGE); /* more than the memory had at the start */
  if (!large) exit(1);
  char *end = large + LARGE - 32;
  if (lseek(file, 3, SEEK_SET) != 3) perror("lseek");
  ssize_t size = read(file, end, 5);
  printf("%zd bytes: %.*s\n", size, (int)size, end);
  free(large);
  return unused;
}

static void in_thread(void *(*run)(void *), void *argument) {
  pthread_t thread;
  if (pthread_create(&thread, NULL, run, argument)) exit(1);
  pthread_join(thread, NULL);
}

int main(int argc, char **argv) {
  struct stat about;
  for (int i = 1; i < argc; i++) printf("%s ", argv[i]);
  printf("%s %s\n", getenv("COLOUR"), getenv("HOME") ? "HOME" : "no HOME");
  in_thread(open_it, "tests/wasi/files.c");
  if (file < 0) perror("open");
  in_thread(read_it, NULL);
  printf("fstat %d\n", fstat(file, &about));
  printf("close %d\n", close(file));
  printf("again %d\n", close(file));
  printf("outside %d\n", open("tests/README.md", O_RDONLY));
  return 0;
}
