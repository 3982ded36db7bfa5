/* Copyright 2019 The Go Authors. All rights reserved.
 * Use of this source code is governed by a BSD-style
 * license that can be found in the LICENSE-GO file.
 *
 * The order in which deferred calls run, and what they recover, where panics,
 * deferred calls and Goexit meet.  Written after runtime/defer_test.go and
 * runtime/testdata/testprog/deadlock.go.
 *
 * Deferred calls of frames and of blocks take turns here. */
#include <goro_scope.h>
#include <stdio.h>

static void say(void *text) { puts(text); }
static void panic_with(void *msg) { goro_panic(msg); }

static const char *or_nil(const char *msg) { return msg ? msg : "<nil>"; }

GORO_DEFERRED(expect, where) {
  printf("%s: %s\n", (const char *)where, or_nil(GORO_RECOVER()));
}

static void conditional(void *arg) {
  int n = (int)(intptr_t)arg;
  GORO_DEFER(expect, "conditional");
  GORO_DEFER(say, "1");
  if (n > 5) {
    goro_defer(say, "2");
    goro_defer(say, n > 8 ? "3" : "4");
  }
  goro_panic("testConditional");
}

static void aborted(void *unused) {
  (void)unused;
  GORO_DEFER(expect, "nothing left");
  goro_defer(expect, "aborted");
  GORO_DEFER(panic_with, "panic2");
  goro_panic("panic1");
}

static void defer_expect(void *where) { goro_defer(expect, where); }

static void matching(void *unused) {
  (void)unused;
  GORO_DEFER(expect, "matching");
  GORO_DEFER(defer_expect, "not directly called by the panic");
  goro_panic("panic1");
}

struct interpreter {
  int level, maxlevel, rec;
};

GORO_DEFERRED(interpreter_recovers, arg) {
  struct interpreter *in = arg;
  goro_panic_info info;
  if (!GORO_RECOVER_INFO(&info)) return;
  if (in->level != (int)(intptr_t)info.value) {
    printf("re-panicking, level %d\n", in->level);
    goro_panic_value(info.msg, info.value);
  }
  printf("recovered, level %d\n", in->level);
}

static void interpret(void *arg) {
  struct interpreter *in = arg;
  GORO_DEFER(interpreter_recovers, in);
  struct interpreter inner = {in->level + 1, in->maxlevel, in->rec};
  if (inner.level < in->maxlevel)
    goro_call(interpret, &inner);
  else
    goro_panic_value("a level", (void *)(intptr_t)in->rec);
}

static void interpreter(int maxlevel, int rec) {
  struct interpreter in = {0, maxlevel, rec};
  goro_call(interpret, &in);
}

static void issue43921_deferred(void *unused) {
  (void)unused;
  GORO_DEFER(expect, "inner");
  goro_panic("4");
}

static void issue43921_inner(void *unused) {
  GORO_DEFER(issue43921_deferred, unused);
  goro_panic("1");
}

static void issue43921(void *unused) {
  GORO_DEFER(expect, "outer");
  goro_call(issue43921_inner, unused);
}

static void issue43920_third(void *unused) {
  (void)unused;
  GORO_DEFER(expect, "third");
  GORO_DEFER(panic_with, "5");
  goro_call(panic_with, "4");
}

static void issue43920_second(void *unused) {
  GORO_DEFER(issue43920_third, unused);
  GORO_DEFER(expect, "second");
  GORO_DEFER(panic_with, "3");
}

static void issue43920_inner(void *unused) {
  (void)unused;
  GORO_DEFER(say, "step 1");
  goro_panic("1");
}

static void issue43920(void *unused) {
  GORO_DEFER(expect, "last");
  goro_defer(issue43920_second, unused);
  goro_call(issue43920_inner, unused);
}

static void issue43941_2(void *unused) {
  (void)unused;
  goro_defer(expect, "of 2 and 3");
  GORO_DEFER(panic_with, "3");
  goro_panic("2");
}

static void issue43941_1(void *unused) {
  GORO_DEFER(issue43941_2, unused);
  GORO_DEFER(expect, "of 1");
  GORO_DEFER(panic_with, "1");
}

static void issue43941_steps(void *unused) {
  goro_call(issue43941_1, unused);
  goro_defer(say, "step 10");
  goro_defer(say, "step 9");
  say("step 8");
}

static void issue43941_4(void *unused) {
  (void)unused;
  GORO_DEFER(say, "step 11");
  goro_panic("4");
}

static void issue43941_more(void *unused) {
  GORO_DEFER(say, "step 13");
  GORO_DEFER(say, "step 12");
  goro_call(issue43941_4, unused);
  GORO_DEFER(panic_with, "-1");
}

static void issue43941(void *unused) {
  goro_defer(expect, "at the end");
  goro_call(issue43941_steps, unused);
  goro_call(issue43941_more, unused);
}

GORO_DEFERRED(wrap, unused) {
  char text[64];
  snprintf(text, sizeof text, "wrap: %s", or_nil(GORO_RECOVER()));
  goro_panic(text);
}

static void recursive_inner(void *unused) {
  GORO_DEFER(wrap, unused);
  goro_panic("bad");
}

static void recursive(void *unused) {
  GORO_DEFER(expect, "wrapped");
  goro_call(recursive_inner, unused);
}

static void recursive2_inner(void *unused) {
  (void)unused;
  GORO_DEFER(panic_with, "second panic");
  GORO_DEFER(expect, "first");
  goro_panic("first panic");
}

static void recursive2(void *unused) {
  GORO_DEFER(expect, "second");
  goro_call(recursive2_inner, unused);
}

GORO_DEFERRED(recover_and_panic, msg) {
  printf("of the first: %s\n", or_nil(GORO_RECOVER()));
  goro_panic(msg);
}

static void three(void *unused) {
  (void)unused;
  GORO_DEFER(say, "three is left");
  GORO_DEFER(expect, "of the second");
  GORO_DEFER(recover_and_panic, "second panic");
  goro_panic("first panic");
}

static void exit_now(void *unused) {
  (void)unused;
  goro_goexit();
}

static void exit_in_panic(void *unused) {
  GORO_DEFER(expect, "the panic is gone");
  GORO_DEFER(exit_now, unused);
  goro_panic("hello");
}

static void panic_and_recover(void *unused) {
  (void)unused;
  GORO_DEFER(expect, "after Goexit");
  goro_panic("hello");
}

static void panic_after_exit(void *unused) {
  GORO_DEFER(expect, "nothing to recover");
  GORO_DEFER(panic_and_recover, unused);
  goro_goexit();
}

static void recover_before(void *unused) {
  (void)unused;
  for (int i = 0; i < 2; i++) goro_defer(say, "the Goexit goes on");
  GORO_DEFER(expect, "of a deferred call");
  GORO_DEFER(panic_with, "hello");
  goro_goexit();
}

struct ending {
  goro_func f;
  goro_chan *done;
};

static void end(void *arg) {
  struct ending *e = arg;
  GORO_DEFER(goro_chan_close, e->done);
  GORO_DEFER(expect, "the goroutine ends");
  goro_call(e->f, NULL);
  say("never here");
}

static void ends(goro_func f) {
  struct ending e = {f, goro_chan_make(0, 0)};
  GORO_GO(end, &e);
  goro_chan_recv(e.done, NULL);
  goro_chan_free(e.done);
}

int main(void) {
  goro_call(conditional, (void *)8);
  goro_call(conditional, (void *)9);
  goro_call(aborted, NULL);
  goro_call(matching, NULL);
  interpreter(6, 2);
  interpreter(5, 1);
  interpreter(6, 3);
  goro_call(issue43921, NULL);
  goro_call(issue43920, NULL);
  goro_call(issue43941, NULL);
  goro_call(recursive, NULL);
  goro_call(recursive2, NULL);
  goro_call(three, NULL);
  ends(exit_in_panic);
  ends(panic_after_exit);
  ends(recover_before);
}
