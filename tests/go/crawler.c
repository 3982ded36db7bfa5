/* A web crawler: a goroutine for each page, each page once, and no more than
 * three fetches at a time.  The web is a table. */
#include <goro.h>
#include <stdio.h>

enum { MAX_FETCHES = 3, PAGES = 10 };

static struct page {
  const char *url;
  int links[4];
  int nlinks;
  bool seen; /* under mu */
} web[PAGES] = {
    {"/", {1, 2, 3}, 3, false},       {"/docs", {0, 4, 5, 8}, 4, false},
    {"/blog", {0, 6, 7}, 3, false},   {"/about", {0, 2}, 2, false},
    {"/docs/chan", {1, 5}, 2, false}, {"/docs/select", {1, 4, 6}, 3, false},
    {"/blog/1", {2, 7, 8}, 3, false}, {"/blog/2", {2, 6}, 2, false},
    {"/missing", {0}, 0, false},      {"/island", {0}, 1, false},
};

static goro_waitgroup wg;
static goro_chan *fetching; /* holds a token for each fetch going on */
static goro_mutex mu;
static int busy;      /* under mu: fetches going on */
static bool too_busy; /* under mu */

static bool first(struct page *page) {
  goro_mutex_lock(&mu);
  bool yes = !page->seen;
  page->seen = true;
  goro_mutex_unlock(&mu);
  return yes;
}

static void count(int delta) {
  goro_mutex_lock(&mu);
  busy += delta;
  too_busy = too_busy || busy > MAX_FETCHES;
  goro_mutex_unlock(&mu);
}

static void fetch(void) {
  goro_chan_send(fetching, NULL);
  count(1);
  goro_gosched(); /* the network is slow */
  count(-1);
  goro_chan_recv(fetching, NULL);
}

static void crawl(void *arg) {
  struct page *page = arg;
  if (!first(page)) return;
  fetch();
  for (int i = 0; i < page->nlinks; i++)
    goro_waitgroup_go(&wg, crawl, &web[page->links[i]]);
}

int main(void) {
  fetching = goro_chan_make(0, MAX_FETCHES);
  goro_waitgroup_go(&wg, crawl, &web[0]);
  goro_waitgroup_wait(&wg);
  for (struct page *p = web; p < web + PAGES; p++) {
    const char *state = !p->seen         ? "not found by links"
                        : p->nlinks == 0 ? "broken"
                                         : "crawled";
    printf("%s: %s\n", state, p->url);
  }
  printf("too many fetches at a time: %s\n", too_busy ? "true" : "false");
}
