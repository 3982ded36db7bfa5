/*
 * os_js.js: the JavaScript half of os_js.c, a library for emcc --js-library.
 * The two files must match: what os_js.c imports is defined here, and what is
 * called with an underscore here is exported there.
 *
 * A program runs in slices (goro__js_slice).  Between two of them the host's
 * event loop gets in: by the quickest way back that the host has if there is
 * work left, by a timer if all goroutines sleep.
 *
 * The build with threads has os_js_mt.js beside this; its workers have all of
 * this too, but boot and run slices on the main thread only.
 *
 * This is read by emcc's preprocessor: functions given to addToLibrary are
 * copied into the output one by one, so they know each other by __deps only.
 */
addToLibrary({
  $goroJs__deps: [
    '$ENV', 'malloc', 'goro__js_boot', 'goro__js_slice', 'goro__js_message', 'goro__host_fault', 'goro_gomaxprocs', 'proc_exit', '$exitJS',
    '$stringToNewUTF8', '$stringToUTF8',
#if PTHREADS
    '$goroWorkers', '$runtimeKeepalivePush',
#endif
  ],
  // Before the program: the environment, for getenv. After it is loaded: run.
  // The hooks of the user's own stay.
  $goroJs__postset: `
    Module['preRun'] = [].concat(Module['preRun'] || [], () => goroJs.setEnv());
    Module['postRun'] = [].concat(Module['postRun'] || [], () => goroJs.boot());`,
  $goroJs: {
    ended: false,
    /** In goro__js_slice. */
    running: false,
    /** A slice is on its way, so that a wake has nothing to do. */
    coming: false,
    /** A wake has come while a slice ran. */
    again: false,
    /** Slices in a row that ran without the event loop's having had its turn. */
    inARow: 0,
    /** What else there is to do at the end. */
    atStop: [],
    /** Text of os_write that ends in the middle of a line, by descriptor. */
    partial: ['', '', ''],
    /** TextDecoders by descriptor: a write may end in the middle of a character. */
    decoders: [],

    /** For the user: which of the two builds runs, on how many processors. */
    info() {
      const procs = _goro_gomaxprocs(0);
#if PTHREADS
      return { mode: 'mt', procs, reason: '' };
#else
      return { mode: 'st', procs, reason: Module['goroReason'] ?? 'built without --threads' };
#endif
    },

    /** GORO_* from the option goroEnv, or from Node's environment. */
    setEnv() {
      const env = Module['goroEnv'] ?? globalThis.process?.env ?? {};
      for (const name of Object.keys(env)) {
        if (name.startsWith('GORO_')) ENV[name] = String(env[name]);
      }
    },

    boot() {
      const args = [thisProgram, ...arguments_];
      const argv = _malloc(4 * (args.length + 1));
      args.forEach((arg, i) => { HEAPU32[(argv >> 2) + i] = stringToNewUTF8(arg); });
      HEAPU32[(argv >> 2) + args.length] = 0;
      const wayBack = goroJs.wayBack();
      goroJs.soon = () => {
        goroJs.coming = true;
        goroJs.inARow = 0;
        wayBack();
      };
#if PTHREADS
      goroWorkers.keepAlive();
#endif
      if (goroJs.guard(() => _goro__js_boot(args.length, argv)) === undefined) return;
      Module['goroInfo'] = goroJs.info();
      goroJs.soon();
    },

    /**
     * A function that has the next slice called as soon as the event loop has
     * had its turn. Tried and dropped: setTimeout, which browsers delay by
     * 4 ms when nested; scheduler.yield, which goes before timers and frames
     * and so starves them (tests/cc/eventloop.test.mjs).
     */
    wayBack() {
      if (globalThis.setImmediate) return () => { setImmediate(goroJs.slice); };
      const channel = new MessageChannel();
      channel.port1.onmessage = goroJs.slice;
      return () => channel.port2.postMessage(0);
    },

    slice() {
      if (goroJs.ended) return;
      goroJs.coming = goroJs.again = false;
      goroJs.running = true;
      const wait = goroJs.guard(_goro__js_slice);
      goroJs.running = false;
      if (wait === undefined) return;
#if PTHREADS
      if (goroWorkers.cause) return goroWorkers.endLost();
#endif
      if (wait === 0 || goroJs.again) goroJs.soon();
      else if (wait > 0) goroJs.sleep(wait);
    },

    /**
     * Something is runnable again. The slice starts when the callers have
     * returned: they may be functions of the program, and it may end in it.
     * Goroutines that await what is there already must not keep the event loop
     * from turning.
     */
    wake() {
      if (goroJs.running) goroJs.again = true;
      if (goroJs.running || goroJs.coming || goroJs.ended) return;
      clearTimeout(goroJs.timer);
      if (++goroJs.inARow > 10) return goroJs.soon();
      goroJs.coming = true;
      queueMicrotask(goroJs.slice);
    },

    /**
     * Run a slice in about `ms` milliseconds: too early is allowed, the
     * scheduler then says how long it still is. setTimeout takes 31 bits. The
     * slice is not run in the timer's own task, in which the next timer would
     * count as nested and be delayed.
     */
    sleep(ms) {
      goroJs.timer = setTimeout(goroJs.soon, Math.min(Math.ceil(ms), 0x7fffffff));
    },

    /** Call into the program. undefined if that has ended it. */
    guard(call) {
      try {
        return call() ?? 0;
      } catch (error) {
        goroJs.caught(error);
      }
    },

    /** The end, one way or the other. */
    caught(error) {
      const known = error?.name === 'ExitStatus' || goroJs.ended;
      if (!known) goroJs.fault(error);
      goroJs.stop();
    },

    /** Nothing of the program runs any more. A timer left would keep Node alive. */
    stop() {
      goroJs.ended = true;
      clearTimeout(goroJs.timer);
      goroJs.atStop.forEach((f) => f());
#if PTHREADS
      clearInterval(goroWorkers.alive);
      runtimeKeepaliveCounter = 0; // or Emscripten would not end the program
#endif
    },

    /** The engine or a function of JavaScript has thrown: report it, exit 2. */
    fault(error) {
      // A page cannot have its stack raised.
      const remedy = ENVIRONMENT_IS_NODE ? ', or raise node --stack-size' : '';
      const what = /^Aborted/.test(error?.message) ? 'abort'
        : error instanceof WebAssembly.RuntimeError ? 'WebAssembly trap'
        : /stack|recursion/i.test(error?.message) ? `the engine's own stack is exhausted (lower GORO_STACK_MAX${remedy})`
        : 'exception from JavaScript';
#if PTHREADS
      if (goroWorkers.cause) return goroJs.report(goroWorkers.cause);
#endif
      goroJs.report(`${what}: ${error?.message ?? error}`);
    },

    /** A fatal error: the runtime's report with all goroutines, or the text alone. */
    report(text) {
      try {
        const message = _goro__js_message();
        stringToUTF8(text, message, 512);
        _goro__host_fault(message);
      } catch (second) {
        if (second?.name === 'ExitStatus') return;
        err(`fatal error: ${text}`); // too broken to report by itself
        goroJs.abandon();
      }
    },

    /** End with exit code 2, whatever state the program is in. */
    abandon() {
#if PTHREADS
      if (ENVIRONMENT_IS_PTHREAD) return goroWorkers.abandon();
#endif
      goroJs.stop();
      try { _proc_exit(2); } catch {}
    },

    /** Print all whole lines of bytes that os_write has brought. */
    printBytes(fd, bytes) {
      goroJs.decoders[fd] ??= new TextDecoder('utf-8', { ignoreBOM: true });
      // A copy: decoders refuse shared memory.
      goroJs.print(fd, goroJs.decoders[fd].decode(bytes.slice(), { stream: true }));
    },

    print(fd, text) {
      const lines = (goroJs.partial[fd] + text).split('\n');
      goroJs.partial[fd] = lines.pop();
      for (const line of lines) (fd === 1 ? out : err)(line);
    },

    /** Bring out lines that have no end yet. A descriptor has had its bytes. */
    flush() {
      for (const fd of [1, 2]) {
        goroJs.print(fd, goroJs.decoders[fd]?.decode() ?? ''); // half a character
        if (goroJs.partial[fd]) goroJs.print(fd, '\n');
      }
    },

    /** Whether fd is a terminal of Emscripten's, as at first: it may be a file now. */
    isConsole: (fd) => typeof FS != 'object' || Boolean(FS.getStream?.(fd)?.tty),

    /** Whether output goes to Node's descriptor: the user has no function. */
    toDescriptor: (fd) => ENVIRONMENT_IS_NODE && !Module[fd === 1 ? 'print' : 'printErr'],

    write(fd, bytes) {
      for (let at = 0; at < bytes.length; ) {
        try {
          at += fs.writeSync(fd, bytes, at);
        } catch (error) {
          if (error.code !== 'EAGAIN') return;
        }
      }
    },
  },

  // Past libc, as os.h wants it.
  goro_js_write__deps: ['$goroJs'],
  goro_js_write: (fd, p, n) => {
    const bytes = HEAPU8.subarray(p, p + n);
    if (goroJs.toDescriptor(fd)) goroJs.write(fd, bytes);
    else goroJs.printBytes(fd, bytes);
  },

  goro_js_isconsole__deps: ['$goroJs'],
  goro_js_isconsole: (fd) => goroJs.isConsole(fd),

  goro_js_flush__deps: ['$goroJs'],
  goro_js_flush: () => goroJs.flush(),

  goro_js_exit__deps: ['$goroJs'],
  goro_js_exit: (code, atOnce) => {
    goroJs.flush();
    goroJs.stop();
    if (atOnce) _proc_exit(code);
#if PTHREADS
    // Whoever called exit() has run the handlers, and keeps their lock.
    ___funcs_on_exit = () => {};
#endif
    try {
      exitJS(code);
    } catch (error) {
      if (error?.name === 'ExitStatus') throw error;
      _proc_exit(code); // it got stuck, or a handler of JavaScript's has failed
    }
  },

  // Relative times, because ms since 1970 leave no more than 0.2 us to a
  // double.
  goro_js_now: (origin) => performance.timeOrigin - origin + performance.now(),
  goro_js_origin: () => performance.timeOrigin,

  goro_js_wake__deps: ['$goroJs'],
  goro_js_wake: () => goroJs.wake(),

  goro_js_reason__deps: ['$stringToNewUTF8'],
  goro_js_reason: () => (Module['goroReason'] ? stringToNewUTF8(Module['goroReason']) : 0),

  // Asyncify replaces these calls after linking.
  start_unwind: () => abort(),
  stop_unwind: () => abort(),
  start_rewind: () => abort(),
  stop_rewind: () => abort(),
});
