/*
 * goro_js.js: the JavaScript half of goro_js.c, beside os/os_js.js. The two
 * files must match. It is part of programs that use goro_js.h.
 *
 * `goro` is for the programs' own JavaScript (EM_JS, EM_ASM): hold, value and
 * release. Values are kept in a table of the main thread; workers have none.
 */
addToLibrary({
  $goro__deps: ['$goroJs', 'goro__js_settled', 'goro__js_only_awaits'],
  // A Map cannot be written below.
  $goro__postset: 'goro.values = new Map(); goroJs.atStop.push(goro.stop);',
  $goro: {
    /** Values by their handles. No handle comes again before 2^32 others have. */
    values: null,
    last: 0,
    /** Goroutines that wait for a promise. */
    awaiting: 0,
    /** The event loop is empty, and nothing has happened since. */
    suspect: false,
    /** Milliseconds until the next look at goroutines that are busy elsewhere. */
    pause: 1,

    /** A handle for C: 0 for undefined, else a number to be released. */
    hold(value) {
      if (value === undefined) return 0;
#if PTHREADS
      if (ENVIRONMENT_IS_PTHREAD) throw new Error('goro.hold on a worker; call this function through goro_on_main');
#endif
      // It may reject before a goroutine has come to await it.
      if (value instanceof Promise) Promise.prototype.then.call(value, undefined, () => {});
      do goro.last = (goro.last + 1) >>> 0;
      while (goro.last === 0 || goro.values.has(goro.last));
      goro.values.set(goro.last, value);
      return goro.last;
    },

    /** What a handle from C stands for. */
    value(handle) {
      if (!handle) return undefined;
      goro.known(handle);
      return goro.values.get(handle >>> 0);
    },

    release(handle) {
      if (!handle) return;
      goro.known(handle);
      goro.values.delete(handle >>> 0);
    },

    known(handle) {
      if (!goro.values.has(handle >>> 0)) throw new Error(`${handle >>> 0} is the handle of no value (any more)`);
    },

    text(value) {
      try {
        return String(value);
      } catch {
        return Object.prototype.toString.call(value); // it has no toString
      }
    },

    /** Tell the goroutine behind `wait`, a struct js_await, when the promise is settled. */
    attach(wait, handle) {
      const settled = (ok) => (value) => {
        if (goroJs.ended) return;
        goro.count(-1);
        goroJs.guard(() => _goro__js_settled(wait, ok, goro.hold(value)));
      };
      const value = goro.value(handle);
      goro.count(1);
      Promise.resolve(value).then(settled(1), settled(0));
    },

    /**
     * While goroutines await promises, Node shall live as long as there is
     * something that could settle one: what the promises are about is Node's
     * to know.
     */
    count(by) {
      goro.awaiting += by;
      goro.suspect = false;
      goro.pause = 1;
      if (ENVIRONMENT_IS_NODE && goro.awaiting === Math.max(by, 0)) goro.watch(by > 0);
    },

    watch(on) {
      const set = (on ? process.on : process.off).bind(process);
      set('beforeExit', goro.emptied);
      set('exit', goro.exiting);
#if PTHREADS
      goroWorkers.alive[on ? 'unref' : 'ref']();
#endif
    },

    /**
     * Node's event loop is empty. Goroutines that run on workers may go on still.
     * If none does, this is the end, unless another listener gives the loop
     * something to do: then the immediate is called, which keeps nothing alive.
     */
    emptied() {
      goro.suspect = Boolean(_goro__js_only_awaits(goro.awaiting));
      if (goro.suspect) return setImmediate(() => { goro.suspect = false; }).unref();
      goro.pause = Math.min(2 * goro.pause, 1000);
      setTimeout(() => {}, goro.pause);
    },

    /** Node exits. If nobody has called process.exit, nothing can settle any more. */
    exiting() {
      if (!goro.suspect) return;
      goroJs.report('all goroutines are asleep - deadlock! (what they await can never settle: the event loop is empty)');
      goroJs.stop();
    },

    stop() {
      if (ENVIRONMENT_IS_NODE && goro.awaiting) goro.watch(false);
    },
  },

  goro_js_attach__deps: ['$goro'],
  goro_js_attach: (wait, handle) => goro.attach(wait, handle),

  goro_js_drop__deps: ['$goro'],
  goro_js_drop: (handle) => goro.release(handle),

  goro_js_string__deps: ['$goro', '$stringToNewUTF8'],
  goro_js_string: (handle) => stringToNewUTF8(goro.text(goro.value(handle))),

  // A microtask is never below a slice.
  goro_js_later__deps: ['$goroJs', 'goro__js_call'],
  goro_js_later: (fn, arg) => queueMicrotask(() => {
    if (!goroJs.ended) goroJs.guard(() => _goro__js_call(fn, arg));
  }),
});
