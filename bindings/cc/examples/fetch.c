/* fetch.c: fetch pages URL/0 ... URL/N-1 from a server, 20 at a time, and print
 * the length and a checksum of each.
 *
 *     goro cc fetch.c -o fetch.mjs && node fetch.mjs URL N
 *
 * A goroutine deals out numbers over a channel, 20 workers fetch, and main
 * collects and prints in the order of the numbers.
 */
#include <goro.h>
#include <goro_js.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORKERS = 20 };

// clang-format off
EM_JS(goro_js, js_fetch, (const char *url), {
  const text = async (url) => {
    const response = await fetch(url);
    if (!response.ok) throw new Error(`HTTP status ${response.status}`);
    return response.text();
  };
  return goro.hold(text(UTF8ToString(url)));
})
// clang-format on

struct page {
  int number;
  char url[256];
  goro_js promise;
  bool ok;
  char *text; /* the page, or why there is none */
};

static const char *base;
static goro_chan *todo;    /* of struct page * */
static goro_chan *fetched; /* likewise */

/* On the main thread, where fetch's promises live. */
static void begin(void *v) {
  struct page *p = v;
  p->promise = js_fetch(p->url);
}

static void fetch_page(struct page *p) {
  goro_js result;
  snprintf(p->url, sizeof p->url, "%s/%d", base, p->number);
  goro_on_main(begin, p);
  p->ok = goro_await(p->promise, &result);
  p->text = goro_js_text(result);
  goro_js_release(result);
  goro_js_release(p->promise);
}

static void worker(void *unused) {
  struct page *p;
  (void)unused;
  while (goro_chan_recv(todo, &p)) {
    fetch_page(p);
    goro_chan_send(fetched, &p);
  }
}

struct pages {
  int n;
  struct page page[];
};

static void deal(void *v) {
  struct pages *all = v;
  for (int i = 0; i < all->n; i++) {
    struct page *p = &all->page[i];
    p->number = i;
    goro_chan_send(todo, &p);
  }
  goro_chan_close(todo);
}

/* FNV-1a. */
static uint32_t checksum(const char *s) {
  uint32_t h = 2166136261;
  while (*s) h = (h ^ (unsigned char)*s++) * 16777619;
  return h;
}

static int print(struct pages *all) {
  int failed = 0;
  for (int i = 0; i < all->n; i++) {
    struct page *p = &all->page[i];
    if (p->ok)
      printf("%d %zu %08x\n", i, strlen(p->text), (unsigned)checksum(p->text));
    else
      printf("%d %s\n", i, p->text);
    failed += !p->ok;
    free(p->text);
  }
  return failed;
}

int main(int argc, char **argv) {
  if (argc != 3) {
    fprintf(stderr, "usage: fetch URL N\n");
    return 2;
  }
  int n = atoi(argv[2]);
  struct pages *all = calloc(1, sizeof *all + (size_t)n * sizeof *all->page);
  base = argv[1];
  all->n = n;
  todo = goro_chan_make(sizeof(struct page *), 0);
  fetched = goro_chan_make(sizeof(struct page *), 0);
  for (int i = 0; i < WORKERS; i++) GORO_GO(worker, NULL);
  GORO_GO(deal, all);
  for (int i = 0; i < n; i++) goro_chan_recv(fetched, NULL);
  int failed = print(all);
  free(all);
  return failed > 0;
}
