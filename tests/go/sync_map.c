/* sync_map.go: a map that goroutines count words in, a pool of their buffers,
 * and a once value that all of them wait for. */
#include <goro.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char text[] = "the cat and the dog and the bird saw the cat";

static goro_map *counts;
static goro_pool *pool;
static goro_once_value *words;
static int made;

static void *new_buffer(void *unused) {
  (void)unused;
  return malloc(16);
}

static void drop_buffer(void *unused, void *b) {
  (void)unused;
  free(b);
}

/* The text with a 0 behind each word, and another one at the end. */
static void *split(void *unused) {
  static char copy[sizeof text + 1];
  (void)unused;
  made++;
  memcpy(copy, text, sizeof text);
  for (char *p = copy; *p; p++)
    if (*p == ' ') *p = 0;
  return copy;
}

static void count_word(const char *w) {
  char *b = goro_pool_get(pool);
  int32_t *mine = calloc(1, sizeof *mine);
  void *c;
  strcpy(b, w);
  if (goro_map_load_or_store(counts, b, mine, &c)) free(mine);
  goro_atomic_add_int32(c, 1);
  goro_pool_put(pool, b);
}

static void count(void *unused) {
  (void)unused;
  const char *w = goro_once_value_get(words);
  for (; *w; w += strlen(w) + 1) count_word(w);
}

struct line {
  char word[16];
  int count;
};

struct lines {
  struct line line[16];
  int n;
};

static bool note(void *lines, const void *word, void *c) {
  struct lines *l = lines;
  struct line *line = &l->line[l->n++];
  strcpy(line->word, word);
  line->count = *(int32_t *)c;
  free(c);
  return true;
}

static int compare(const void *a, const void *b) {
  return strcmp(((const struct line *)a)->word, ((const struct line *)b)->word);
}

int main(void) {
  static struct lines lines;
  goro_waitgroup wg = {0};
  void *c;
  counts = goro_map_new(&goro_map_string);
  pool = goro_pool_new(new_buffer, drop_buffer, NULL);
  words = goro_once_value_new(split, NULL);
  for (int i = 0; i < 8; i++) goro_waitgroup_go(&wg, count, NULL);
  goro_waitgroup_wait(&wg);
  if (goro_map_load_and_delete(counts, "and", &c)) free(c);
  goro_map_range(counts, note, &lines);
  qsort(lines.line, (size_t)lines.n, sizeof *lines.line, compare);
  for (int i = 0; i < lines.n; i++)
    printf("%s %d\n", lines.line[i].word, lines.line[i].count);
  printf("%s %d\n", goro_map_load(counts, "and", NULL) ? "true" : "false",
         made);
  goro_map_free(counts);
  goro_pool_free(pool);
  goro_once_value_free(words);
}
