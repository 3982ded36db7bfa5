/* An asynchronous message producer as a chain of goroutines:
 *
 *     feed -> dispatcher -> topic -> partition -> broker -> results
 *                 ^--------- retry queue <----------'
 *
 * A message that the broker refuses goes round again, up to three times.  The
 * retry queue takes whatever comes, so that the ring cannot block itself.  To
 * shut down, wait until no message is under way, then close the chain from its
 * beginning; each goroutine passes the close on. */
#include <goro.h>
#include <stdio.h>

enum { TOPICS = 2, PARTITIONS = 2, MAX_ATTEMPTS = 3, MESSAGES = 30 };

struct message {
  int id, attempts;
  bool delivered;
};

static goro_chan *input, *retries, *broker, *results;
static goro_waitgroup in_flight, senders; /* to broker */

/* ---- the chain ---- */

/* Pass each message on to one of n new goroutines. */
static void split(goro_chan *in, int n, int (*to)(struct message),
                  goro_func run) {
  goro_chan *out[TOPICS > PARTITIONS ? TOPICS : PARTITIONS];
  struct message m;
  for (int i = 0; i < n; i++) {
    out[i] = goro_chan_make(sizeof m, 0);
    GORO_GO(run, out[i]);
  }
  while (goro_chan_recv(in, &m)) goro_chan_send(out[to(m)], &m);
  for (int i = 0; i < n; i++) goro_chan_close(out[i]);
}

static int topic_of(struct message m) { return m.id % TOPICS; }

static int partition_of(struct message m) { return m.id / TOPICS % PARTITIONS; }

static void partition(void *in) {
  struct message m;
  while (goro_chan_recv(in, &m)) goro_chan_send(broker, &m);
  goro_waitgroup_done(&senders);
}

static void topic(void *in) { split(in, PARTITIONS, partition_of, partition); }

static void dispatcher(void *in) { split(in, TOPICS, topic_of, topic); }

/* Every fifth message at the second attempt, every seventh never. */
static bool accepts(struct message m) {
  return m.id % 7 != 0 && (m.id % 5 != 0 || m.attempts > 1);
}

static void run_broker(void *unused) {
  struct message m;
  (void)unused;
  while (goro_chan_recv(broker, &m)) {
    m.attempts++;
    m.delivered = accepts(m);
    if (m.delivered || m.attempts == MAX_ATTEMPTS) {
      goro_chan_send(results, &m);
      goro_waitgroup_done(&in_flight);
    } else {
      goro_chan_send(retries, &m);
    }
  }
  goro_chan_close(retries);
  goro_chan_close(results);
}

/* ---- around it ---- */

static void retry_queue(void *unused) {
  struct message queue[MESSAGES], m;
  int first = 0, n = 0;
  (void)unused;
  for (;;) {
    goro_chan *out = n > 0 ? input : NULL; /* NULL: nothing to send */
    goro_case cases[] = {GORO_RECV(retries, &m), GORO_SEND(out, &queue[first])};
    if (goro_select(cases, 2) == 1) {
      first = (first + 1) % MESSAGES;
      n--;
    } else if (cases[0].ok) {
      queue[(first + n++) % MESSAGES] = m;
    } else {
      return;
    }
  }
}

static void feed(void *unused) {
  (void)unused;
  for (int id = 1; id <= MESSAGES; id++) {
    struct message m = {.id = id};
    goro_waitgroup_add(&in_flight, 1);
    goro_chan_send(input, &m);
  }
  goro_waitgroup_wait(&in_flight);
  goro_chan_close(input);
  goro_waitgroup_wait(&senders);
  goro_chan_close(broker);
}

int main(void) {
  struct message all[MESSAGES + 1] = {0}, m;
  goro_chan **chans[] = {&input, &retries, &broker, &results};
  for (int i = 0; i < 4; i++) *chans[i] = goro_chan_make(sizeof m, 0);
  goro_waitgroup_add(&senders, TOPICS * PARTITIONS);
  GORO_GO(dispatcher, input);
  GORO_GO(run_broker, NULL);
  GORO_GO(retry_queue, NULL);
  GORO_GO(feed, NULL);
  while (goro_chan_recv(results, &m)) all[m.id] = m;
  for (int id = 1; id <= MESSAGES; id++)
    printf("message %d: attempts %d, delivered %s\n", id, all[id].attempts,
           all[id].delivered ? "true" : "false");
}
