/* Skynet: a tree of goroutines, ten children each, with 10,000 leaves.  Every
 * leaf sends its number, every node the sum of its children. */
#include <goro.h>
#include <stdio.h>

enum { CHILDREN = 10, LEAVES = 10000 };

struct node {
  goro_chan *up;
  int first, size;
};

static void node(void *arg);

/* The sum of a node's children, which live in its own frame. */
static int sum_of_children(const struct node *n) {
  struct node kids[CHILDREN];
  int sum = 0, part;
  goro_chan *down = goro_chan_make(sizeof(int), 0);
  for (int i = 0; i < CHILDREN; i++) {
    int size = n->size / CHILDREN;
    kids[i] = (struct node){down, n->first + i * size, size};
    GORO_GO(node, &kids[i]);
  }
  for (int i = 0; i < CHILDREN; i++) {
    goro_chan_recv(down, &part);
    sum += part;
  }
  goro_chan_free(down);
  return sum;
}

static void node(void *arg) {
  const struct node *n = arg;
  int sum = n->size == 1 ? n->first : sum_of_children(n);
  goro_chan_send(n->up, &sum);
}

int main(void) {
  struct node root = {goro_chan_make(sizeof(int), 0), 0, LEAVES};
  int sum;
  GORO_GO(node, &root);
  goro_chan_recv(root.up, &sum);
  printf("%d\n", sum);
  goro_chan_free(root.up);
}
