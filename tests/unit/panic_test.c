/* panic_test.c: defer, panic, recover, Goexit.  What each test expects is what
 * Go does with the same program. */
#include "unit.h"

#include "wait/chan.h"

static void alone(void) { UNIT_UNTIL(goro__gcount() == 1); }

static void *name(int c) { return (void *)(intptr_t)c; }
static void note(void *c) { unit_note((int)(intptr_t)c); }
static void defer(void (*f)(void *), void *arg) { goro__deferproc(f, arg); }
static void panic(const char *msg) { goro__gopanic(msg, NULL, false); }

/* Run f as a frame. */
static bool call(void (*f)(void *)) { return goro__callframe(f, NULL); }

/* Recover, and note the text, or '-' if there was nothing to recover. */
static void recover(void *unused) {
  const struct _panic *p = goro__gorecover();
  (void)unused;
  if (p == NULL) {
    unit_note('-');
    return;
  }
  unit_note('<');
  for (const char *s = p->msg; *s; s++) unit_note(*s);
  unit_note('>');
}

/* Nothing is left of panics, frames and deferred calls. */
static void check_clean(void) {
  struct g *gp = getg();
  CHECK(!gp->_panic && !gp->_defer && !gp->frame);
}

/* ---- defer ---- */

static void defers_three(void *unused) {
  (void)unused;
  defer(note, name('1'));
  defer(note, name('2'));
  defer(note, name('3'));
  unit_note('f');
}

static void test_lifo(void) {
  CHECK(call(defers_three));
  CHECK(unit_said("f321"));
  check_clean();
}

static void nested_frames(void *unused) {
  (void)unused;
  defer(note, name('o'));
  CHECK(call(defers_three));
  unit_note('.');
}

/* Each frame runs its own. */
static void test_frames(void) {
  CHECK(call(nested_frames));
  CHECK(unit_said("f321.o"));
}

/* A deferred call may defer: that runs when the deferred call ends. */
static void defer_in_deferred(void *unused) {
  (void)unused;
  defer(note, name('b'));
  unit_note('a');
}

static void defers_a_deferring(void *unused) {
  (void)unused;
  defer(note, name('c'));
  defer(defer_in_deferred, NULL);
}

static void test_defer_in_deferred(void) {
  CHECK(call(defers_a_deferring));
  CHECK(unit_said("abc"));
}

static void defers_many(void *unused) {
  (void)unused;
  for (int i = 0; i < 200; i++) defer(note, name('a' + i % 26));
}

static void test_many_defers(void) {
  CHECK(call(defers_many));
  CHECK(unit_nlog == 200 && unit_log[0] == 'a' + 199 % 26);
  unit_said(unit_log);
}

/* ---- panic and recover ---- */

static void recovers(void *unused) {
  (void)unused;
  defer(note, name('1'));
  defer(recover, NULL);
  defer(note, name('2'));
  panic("p");
  unit_note('!');
}

static void test_recover(void) {
  CHECK(!call(recovers));
  CHECK(unit_said("2<p>1"));
  check_clean();
}

static void recovers_nothing(void *unused) {
  (void)unused;
  defer(recover, NULL);
}

static void test_nothing_to_recover(void) {
  CHECK(!goro__gorecover());
  CHECK(call(recovers_nothing));
  CHECK(unit_said("-"));
}

static void panics_deep(int depth) {
  char frame[200];
  memset(frame, depth, sizeof frame);
  if (depth == 0)
    panic("deep");
  else
    panics_deep(depth - 1);
  unit_note(frame[depth] == depth ? '!' : '?');
}

static void recovers_deep(void *unused) {
  (void)unused;
  defer(recover, NULL);
  panics_deep(100);
}

static void test_deep(void) {
  for (int i = 0; i < 50; i++) {
    CHECK(!call(recovers_deep));
    CHECK(unit_said("<deep>"));
  }
  check_clean();
}

/* Frames without a recover in between pass it on, running what they defer. */
static void passes_on(void *unused) {
  (void)unused;
  defer(note, name('i'));
  panic("q");
}

static void middle(void *unused) {
  (void)unused;
  defer(note, name('m'));
  call(passes_on);
  unit_note('!');
}

static void outer(void *unused) {
  (void)unused;
  defer(recover, NULL);
  call(middle);
  unit_note('!');
}

static void test_passes_frames(void) {
  CHECK(!call(outer));
  CHECK(unit_said("im<q>"));
  check_clean();
}

static void recovers_twice(void *unused) {
  (void)unused;
  recover(NULL);
  recover(NULL);
}

static void once_only(void *unused) {
  (void)unused;
  defer(recover, NULL);
  defer(recovers_twice, NULL);
  panic("x");
}

static void test_once(void) {
  CHECK(!call(once_only));
  CHECK(unit_said("<x>--"));
}

/* Not in a frame that the deferred call calls: Go's recover works only
 * directly in the deferred function. */
static void recovers_in_callee(void *unused) {
  (void)unused;
  CHECK(call(recover));
}

static void not_in_callee(void *unused) {
  (void)unused;
  defer(recover, NULL);
  defer(recovers_in_callee, NULL);
  panic("y");
}

static void test_not_in_callee(void) {
  CHECK(!call(not_in_callee));
  CHECK(unit_said("-<y>"));
}

/* ---- panics in deferred calls ---- */

static void panics(void *msg) { panic(msg); }

static void replaced(void *unused) {
  (void)unused;
  defer(recover, NULL);
  defer(panics, "two");
  panic("one");
}

/* The second one hides the first; an earlier deferred call of the same frame
 * recovers it, and both are over. */
static void test_replaced(void) {
  CHECK(!call(replaced));
  CHECK(unit_said("<two>"));
  check_clean();
}

static void recovers_inside(void *unused) {
  (void)unused;
  defer(recover, NULL);
  panic("two");
}

static void inner_recovered(void *unused) {
  (void)unused;
  defer(recover, NULL);
  defer(recovers_inside, NULL);
  panic("one");
}

/* Recovered within the deferred call, it lets the first one go on. */
static void test_inner_recovered(void) {
  CHECK(!call(inner_recovered));
  CHECK(unit_said("<two><one>"));
  check_clean();
}

static void recover_then_panic(void *unused) {
  (void)unused;
  recover(NULL);
  panic("again");
}

static void repanics(void *unused) {
  (void)unused;
  defer(recover_then_panic, NULL);
  panic("one");
}

static void recovers_repanic(void *unused) {
  (void)unused;
  defer(recover, NULL);
  call(repanics);
  unit_note('!');
}

static void test_repanic(void) {
  CHECK(!call(recovers_repanic));
  CHECK(unit_said("<one><again>"));
  check_clean();
}

/* A deferred call of a frame that returned panics; one before it recovers. */
static void panics_after_return(void *unused) {
  (void)unused;
  defer(note, name('1'));
  defer(recover, NULL);
  defer(panics, "late");
  unit_note('r');
}

static void test_after_return(void) {
  CHECK(!call(panics_after_return));
  CHECK(unit_said("r<late>1"));
  check_clean();
}

/* Several in a row, each recovered by the next of the same frame. */
static void in_turns(void *unused) {
  (void)unused;
  for (int i = 0; i < 5; i++) {
    defer(recover, NULL);
    defer(panics, "t");
  }
}

static void test_in_turns(void) {
  CHECK(!call(in_turns));
  CHECK(unit_said("<t><t><t><t><t>"));
  check_clean();
}

/* Three deep: a panic in a deferred call of a deferred call. */
static void third(void *unused) {
  (void)unused;
  defer(panics, "three");
  panic("two");
}

static void three(void *unused) {
  (void)unused;
  defer(recover, NULL);
  defer(third, NULL);
  panic("one");
}

static void test_three(void) {
  CHECK(!call(three));
  CHECK(unit_said("<three>"));
  check_clean();
}

/* The inner panic cuts off a frame between it and the outer one. */
static void calls_and_panics(void *unused) {
  (void)unused;
  CHECK(!call(recovers));
  unit_note('|');
}

static void outer_goes_on(void *unused) {
  (void)unused;
  defer(recover, NULL);
  defer(calls_and_panics, NULL);
  panic("o");
}

static void test_cut_between(void) {
  CHECK(!call(outer_goes_on));
  CHECK(unit_said("2<p>1|<o>"));
  check_clean();
}

/* ---- Goexit ---- */

static void exits(void *unused) {
  (void)unused;
  defer(note, name('3'));
  goro__Goexit();
  unit_note('!');
}

static void exits_in_frame(void *unused) {
  (void)unused;
  defer(note, name('1'));
  defer(recover, NULL); /* does not see it */
  call(exits);
  unit_note('!');
}

static void test_goexit(void) {
  unit_go(exits_in_frame, NULL);
  alone();
  CHECK(unit_said("3-1"));
}

/* A panic during Goexit, recovered, does not stop it. */
static void exits_through_panic(void *unused) {
  (void)unused;
  defer(note, name('1'));
  defer(recover, NULL);
  defer(panics, "x");
  goro__Goexit();
}

static void test_goexit_through_panic(void) {
  unit_go(exits_through_panic, NULL);
  alone();
  CHECK(unit_said("<x>1"));
}

static void frame_of_exit(void *unused) {
  (void)unused;
  defer(recover, NULL);
  defer(panics, "x");
  goro__Goexit();
}

static void exits_through_frames(void *unused) {
  (void)unused;
  defer(note, name('1'));
  call(frame_of_exit);
  unit_note('!'); /* the frame ends, but the goroutine ends with it */
}

static void test_goexit_through_frames(void) {
  unit_go(exits_through_frames, NULL);
  alone();
  CHECK(unit_said("<x>1"));
}

/* A deferred call that Goexit runs may call a frame that panics and recovers:
 * that frame returns to it as always. */
static void calls_recovers(void *unused) {
  (void)unused;
  CHECK(!call(recovers));
  unit_note('|');
  CHECK(!call(recovers));
  unit_note('|');
}

static void exits_and_calls(void *unused) {
  (void)unused;
  defer(note, name('1'));
  defer(calls_recovers, NULL);
  goro__Goexit();
}

static void test_goexit_calls(void) {
  unit_go(exits_and_calls, NULL);
  alone();
  CHECK(unit_said("2<p>1|2<p>1|1"));
}

/* A panic in a deferred call of a frame that a recover has cut Goexit back to,
 * recovered further out: Goexit goes on all the same. */
static void exits_and_fails(void *unused) {
  (void)unused;
  defer(panics, "two");
  defer(recover, NULL);
  defer(panics, "one");
  goro__Goexit();
}

static void recovers_the_rest(void *unused) {
  (void)unused;
  defer(recover, NULL);
  call(exits_and_fails);
  unit_note('!');
}

static void exits_at_last(void *unused) {
  (void)unused;
  defer(note, name('1'));
  call(recovers_the_rest);
  unit_note('!');
}

static void test_goexit_stays(void) {
  unit_go(exits_at_last, NULL);
  alone();
  CHECK(unit_said("<one><two>1"));
}

/* Goexit in a deferred call ends a panic. */
static void exit_deferred(void *unused) {
  (void)unused;
  goro__Goexit();
}

static void panic_then_exit(void *unused) {
  (void)unused;
  defer(note, name('1'));
  defer(recover, NULL);
  defer(exit_deferred, NULL);
  panic("gone");
}

static void test_exit_ends_panic(void) {
  unit_go(panic_then_exit, NULL);
  alone();
  CHECK(unit_said("-1"));
}

/* ---- the goroutine's own frame ---- */

static void panics_at_entry(void *unused) {
  (void)unused;
  defer(note, name('1'));
  defer(recover, NULL);
  panics_deep(10);
}

static void test_entry(void) {
  for (int i = 0; i < 3; i++) {
    unit_go(panics_at_entry, NULL);
    alone();
    CHECK(unit_said("<deep>1"));
  }
}

static void late_at_entry(void *unused) {
  (void)unused;
  defer(note, name('1'));
  defer(recover, NULL);
  defer(panics, "late");
}

static void twice_at_entry(void *unused) {
  (void)unused;
  defer(recover, NULL);
  defer(panics, "two");
  defer(recover, NULL);
  defer(panics, "one");
}

static void test_entry_late(void) {
  unit_go(late_at_entry, NULL);
  alone();
  CHECK(unit_said("<late>1"));
  unit_go(twice_at_entry, NULL);
  alone();
  CHECK(unit_said("<one><two>"));
}

/* ---- parks in between ---- */

static void yield_note(void *c) {
  goro__Gosched();
  note(c);
  goro__Gosched();
}

static void yield_recover(void *unused) {
  goro__Gosched();
  recover(unused);
  goro__Gosched();
}

static void yield_panic(void *msg) {
  goro__Gosched();
  panic(msg);
}

static void parks(void *unused) {
  (void)unused;
  defer(yield_note, name('1'));
  defer(yield_recover, NULL);
  defer(yield_panic, "two");
  goro__Gosched();
  panics_deep(30);
}

static void parks_in_frame(void *unused) {
  for (int i = 0; i < 3; i++) {
    goro__Gosched();
    CHECK(!goro__callframe(parks, unused));
    goro__Gosched();
  }
  check_clean();
}

static void test_parks(void) {
  parks_in_frame(NULL);
  CHECK(unit_said("<two>1<two>1<two>1"));
  unit_go(parks, NULL);
  alone();
  CHECK(unit_said("<two>1"));
  for (int i = 0; i < 5; i++) unit_go(parks_in_frame, NULL);
  alone();
  CHECK(unit_nlog == 5 * 18);
  unit_said(unit_log);
}

/* ---- C stacks ---- */

/* A deferred call grows the stack and gives it back; the next one parks where
 * that growth began, and is cut back by a recover. */
static void uses_stack(void *unused) {
  volatile char big[3000];
  (void)unused;
  for (int i = 0; i < 3000; i++) big[i] = (char)i;
  CHECK(big[77] == 77);
}

static void yields_and_panics(void *unused) {
  (void)unused;
  defer(recover, NULL);
  goro__Gosched();
  panic("s");
}

static void stack_at_entry(void *unused) {
  (void)unused;
  for (int i = 0; i < 4; i++) {
    defer(yields_and_panics, NULL);
    defer(uses_stack, NULL);
  }
}

static void stack_in_frame(void *unused) {
  (void)unused;
  call(uses_stack);
  call(yields_and_panics);
  call(stack_at_entry);
  call(yields_and_panics);
  uses_stack(NULL);
}

static void test_stack(void) {
  unit_go(stack_at_entry, NULL);
  alone();
  CHECK(unit_said("<s><s><s><s>"));
  unit_go(stack_in_frame, NULL);
  alone();
  CHECK(unit_said("<s><s><s><s><s><s>"));
}

/* ---- texts and values ---- */

static char text[] = "text";

static void panics_kept(void *msg) {
  goro__gopanic(goro__keepmsg(msg), NULL, false);
}

static const char *kept;

static void keep(void *unused) {
  (void)unused;
  kept = goro__gorecover()->msg;
}

static void keeps(void *msg) {
  defer(keep, NULL);
  panics_kept(msg);
}

/* The text is a copy, and is there until the next panic: also as that one's
 * text. */
static void test_text(void) {
  CHECK(!goro__callframe(keeps, text));
  text[0] = 'x';
  CHECK(strcmp(kept, "text") == 0);
  for (int i = 0; i < 3; i++) {
    CHECK(!goro__callframe(keeps, (void *)(uintptr_t)kept));
    CHECK(strcmp(kept, "text") == 0);
  }
}

static struct _panic seen;

static void see(void *unused) {
  (void)unused;
  seen = *goro__gorecover();
}

static void panics_value(void *value) {
  defer(see, NULL);
  goro__gopanic("v", value, true);
}

static void test_value(void) {
  CHECK(!goro__callframe(panics_value, text));
  CHECK(seen.value == text && seen.runtime_error && !seen.goexit);
  CHECK(strcmp(seen.msg, "v") == 0);
}

/* ---- a panic wakes nobody else, and holds nothing ---- */

static struct hchan *c;

static uint32_t failed; /* atomic */

static void sends(void *unused) {
  int v = 1;
  (void)unused;
  goro__chansend1(c, &v);
}

static void sends_and_fails(void *unused) {
  CHECK(unit_panics(sends, unused, "send on closed channel"));
  Xadd(&failed, 1);
}

static void test_closed(void) {
  c = goro__makechan(sizeof(int), 0);
  struct g *a = unit_go(sends_and_fails, NULL);
  struct g *b = unit_go(sends_and_fails, NULL);
  UNIT_UNTIL(unit_parked(a) && unit_parked(b));
  goro__closechan(c);
  alone();
  CHECK(failed == 2);
  goro__chanfree(c);
}

int main(void) {
  test_lifo();
  test_frames();
  test_defer_in_deferred();
  test_many_defers();
  test_recover();
  test_nothing_to_recover();
  test_deep();
  test_passes_frames();
  test_once();
  test_not_in_callee();
  test_replaced();
  test_inner_recovered();
  test_repanic();
  test_after_return();
  test_in_turns();
  test_three();
  test_cut_between();
  test_goexit();
  test_goexit_through_panic();
  test_goexit_through_frames();
  test_goexit_calls();
  test_goexit_stays();
  test_exit_ends_panic();
  test_entry();
  test_entry_late();
  test_parks();
  test_stack();
  test_text();
  test_value();
  test_closed();
  return unit_pass();
}
