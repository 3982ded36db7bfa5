/* eventloop.c: goroutines that never stop leave the event loop its turns.
 *
 * Runs 101 of them for a second, and prints how many ticks of a 10 ms interval
 * and how many frames of the page came through, and which sleeps were late.
 */
#include <emscripten.h>
#include <goro.h>
#include <stdio.h>

static bool stop;

static void spin(void *unused) {
  (void)unused;
  while (!stop) goro_gosched();
}

/* Never yields by itself: its slice ends all the same. */
static void tries(void *nobody) {
  while (!stop) goro_chan_try_recv(nobody, NULL, NULL);
}

int main(void) {
  goro_lock_os_thread(); /* its JavaScript is the main thread's */
  EM_ASM({
    globalThis.counts = ({ticks : 0, frames : 0});
    counts.timer = setInterval(function() { counts.ticks++; }, 10);
    function frame() {
      counts.frames++;
      requestAnimationFrame(frame);
    }
    if (globalThis.requestAnimationFrame) frame();
  });
  for (int i = 0; i < 100; i++) GORO_GO(spin, NULL);
  GORO_GO(tries, goro_chan_make(0, 0));
  goro_time start = goro_now();
  goro_sleep(GORO_SECOND);
  int late = (int)((goro_now() - start - GORO_SECOND) / GORO_MILLISECOND);
  stop = true;
  int ticks = EM_ASM_INT({
    clearInterval(counts.timer);
    return counts.ticks;
  });
  int frames = EM_ASM_INT({ return counts.frames; });
  printf("{\"ticks\": %d, \"frames\": %d, \"late\": %d}\n", ticks, frames,
         late);
  return 0;
}
