/* export_context.c: errors and contexts of goro.h: check the arguments, make
 * one call.
 *
 * Invariant: as in export.c.
 */
#include "api/export.h"
#include "api/goro.h"
#include "lib/context/context.h"
#include "lib/errors/errors.h"

SAME_SIZE(goro_error, struct error);

#define ERROR(e) ((struct error *)(e))
#define CONTEXT(ctx) ((struct Context *)(ctx))
#define AFTERFUNC(f) ((struct afterFuncCtx *)(f))

/* ---- errors ---- */

goro_error *goro_error_new(const char *text) {
  return (goro_error *)goro__errors_New(text);
}

goro_error *goro_error_retain(goro_error *e) {
  return (goro_error *)goro__error_retain(ERROR(e));
}

void goro_error_release(goro_error *e) { goro__error_release(ERROR(e)); }

/* ---- context ---- */

goro_error *const goro_context_canceled = (goro_error *)&goro__Canceled;
goro_error *const goro_context_deadline_exceeded =
    (goro_error *)&goro__DeadlineExceeded;

/* Both are false, while it unwinds, if it is NULL. */
static GORO_UNWINDS bool has_parent(goro_context *parent) {
  if (unlikely(!parent))
    goro__plainpanic("cannot create context from nil parent");
  return parent != NULL;
}

static GORO_UNWINDS bool not_nil(goro_context *ctx) {
  if (unlikely(!ctx)) goro__panicmem();
  return ctx != NULL;
}

goro_context *goro_context_background(void) {
  return (goro_context *)&goro__backgroundCtx;
}

goro_context *goro_context_todo(void) { return (goro_context *)&goro__todoCtx; }

goro_context *goro_context_retain(goro_context *ctx) {
  if (ctx) goro__Context_retain(CONTEXT(ctx));
  return ctx;
}

void goro_context_release(goro_context *ctx) {
  goro__Context_release(CONTEXT(ctx));
}

goro_context *goro_context_with_cancel(goro_context *parent) {
  if (!has_parent(parent)) return NULL; /* unwinding */
  SAFEPOINT();
  return (goro_context *)goro__WithCancel(CONTEXT(parent));
}

goro_context *goro_context_with_deadline_cause(goro_context *parent,
                                               goro_time deadline,
                                               goro_error *cause) {
  goro__needg("goro_context_with_deadline");
  if (!has_parent(parent)) return NULL; /* unwinding */
  SAFEPOINT();
  return (goro_context *)goro__WithDeadlineCause(CONTEXT(parent), deadline,
                                                 ERROR(cause));
}

goro_context *goro_context_with_deadline(goro_context *parent,
                                         goro_time deadline) {
  return goro_context_with_deadline_cause(parent, deadline, NULL);
}

goro_context *goro_context_with_timeout_cause(goro_context *parent,
                                              goro_duration timeout,
                                              goro_error *cause) {
  goro_time deadline = timeout > 0 ? goro__when(timeout) : nanotime() + timeout;
  return goro_context_with_deadline_cause(parent, deadline, cause);
}

goro_context *goro_context_with_timeout(goro_context *parent,
                                        goro_duration timeout) {
  return goro_context_with_timeout_cause(parent, timeout, NULL);
}

goro_context *goro_context_with_value(goro_context *parent, const void *key,
                                      void *val) {
  if (!has_parent(parent)) return NULL; /* unwinding */
  if (!key) {
    goro__plainpanic("nil key");
    return NULL; /* unwinding */
  }
  return (goro_context *)goro__WithValue(CONTEXT(parent), key, val);
}

goro_context *goro_context_without_cancel(goro_context *parent) {
  if (!has_parent(parent)) return NULL; /* unwinding */
  return (goro_context *)goro__WithoutCancel(CONTEXT(parent));
}

void goro_context_cancel_cause(goro_context *ctx, goro_error *cause) {
  goro__needg("goro_context_cancel");
  if (!not_nil(ctx)) return; /* unwinding */
  if (CONTEXT(ctx)->kind < cancelCtxKind) {
    goro__plainpanic(
        "cannot cancel a context that was not made to be canceled");
    return; /* unwinding */
  }
  SAFEPOINT();
  goro__cancelCtx_cancel(CONTEXT(ctx)->cancel, ERROR(cause));
}

void goro_context_cancel(goro_context *ctx) {
  goro_context_cancel_cause(ctx, NULL);
}

goro_chan *goro_context_done(goro_context *ctx) {
  if (!not_nil(ctx)) return NULL; /* unwinding */
  return (goro_chan *)goro__Context_Done(CONTEXT(ctx));
}

goro_error *goro_context_err(goro_context *ctx) {
  if (!not_nil(ctx)) return NULL; /* unwinding */
  SAFEPOINT();
  return (goro_error *)goro__Context_Err(CONTEXT(ctx));
}

goro_error *goro_context_cause(goro_context *ctx) {
  if (!not_nil(ctx)) return NULL; /* unwinding */
  SAFEPOINT();
  return (goro_error *)goro__Context_Cause(CONTEXT(ctx));
}

bool goro_context_deadline(goro_context *ctx, goro_time *deadline) {
  if (!not_nil(ctx)) return false; /* unwinding */
  if (CONTEXT(ctx)->hasDeadline) *deadline = CONTEXT(ctx)->deadline;
  return CONTEXT(ctx)->hasDeadline;
}

void *goro_context_value(goro_context *ctx, const void *key) {
  if (!not_nil(ctx)) return NULL; /* unwinding */
  return goro__Context_Value(CONTEXT(ctx), key);
}

goro_context_func *goro_context_after_func(goro_context *ctx, goro_func fn,
                                           void *arg) {
  goro__needg("goro_context_after_func");
  if (!not_nil(ctx)) return NULL; /* unwinding */
  if (!fn) goro__fatal("go of nil func value");
  return (goro_context_func *)goro__Context_AfterFunc(CONTEXT(ctx), fn, arg);
}

bool goro_context_func_stop(goro_context_func *f) {
  return goro__afterFuncCtx_stop(AFTERFUNC(f));
}

void goro_context_func_free(goro_context_func *f) {
  if (!f) return;
  goro__afterFuncCtx_stop(AFTERFUNC(f));
  goro__Context_release(&AFTERFUNC(f)->c.base);
}
