/*
 * os_js_mt.js: the JavaScript half of os_js_mt.c, beside os_js.js. The two
 * files must match.
 *
 * Emscripten starts the workers and hands them their messages (its object
 * PThread). Here they are watched: a worker that ends in any other way than by
 * returning is the end of the program, with a report, because it may have held
 * a lock or run a goroutine.
 */
addToLibrary({
  $goroWorkers__deps: ['$PThread', '$goroJs', 'goro__js_abandon', 'goro__js_lost', 'goro__js_thread'],
  // After PThread's own postset, which the dependency orders.
  $goroWorkers__postset: 'ENVIRONMENT_IS_PTHREAD ? goroWorkers.seeMemory() : goroWorkers.watchAll();',
  $goroWorkers: {
    started: 0,

    ncpu() {
      const n = ENVIRONMENT_IS_NODE ? require('os').availableParallelism() : navigator.hardwareConcurrency;
      return Math.max(1, n | 0);
    },

    /**
     * While goroutines wait in workers, the main thread has nothing to do; its
     * event loop must go on turning all the same.
     */
    keepAlive() {
      runtimeKeepalivePush();
      if (ENVIRONMENT_IS_NODE) goroWorkers.alive = setInterval(() => {}, 0x7fffffff);
    },

    /**
     * V8 misses what another thread adds just while it reads the message with
     * the memory: memory.fill and memory.copy would trap there. To grow is to
     * look.
     */
    seeMemory() {
      const instantiate = Module['instantiateWasm'];
      Module['instantiateWasm'] = (info, receive) => instantiate(info, (instance) => {
        wasmMemory.grow(0);
        receive(instance);
      });
    },

    watchAll() {
      const allocate = PThread.allocateUnusedWorker;
      PThread.allocateUnusedWorker = () => {
        try {
          allocate();
        } catch (error) {
          goroWorkers.lost('cannot be started', error);
        }
      };
      const load = PThread.loadWasmModuleToWorker;
      PThread.loadWasmModuleToWorker = (worker) => {
        const loaded = load(worker); // sets handlers, which the watch replaces
        goroWorkers.watch(worker);
        return loaded;
      };
    },

    watch(worker) {
      const name = `worker ${++goroWorkers.started}`;
      const lost = (what, error) => goroWorkers.lost(`${name}: ${what}`, error);
      worker.onerror = (event) => {
        event.preventDefault?.();
        const what = worker.loaded ? 'has failed' : 'its script cannot be loaded';
        lost(what, event.error ?? event);
      };
      worker.onmessageerror = (event) => lost('sent what cannot be read', event.data ?? event);
      if (ENVIRONMENT_IS_NODE) {
        worker.on('messageerror', worker.onmessageerror);
        worker.on('exit', () => lost('has ended'));
      }
      // A browser says nothing when a worker is terminated.
      const terminate = worker.terminate;
      worker.terminate = function () {
        const result = terminate.call(this);
        lost('was terminated');
        return result;
      };
    },

    /** A worker is lost, and with it what it held: the end, after the slice. */
    lost(what, error) {
      if (goroJs.ended || goroWorkers.cause) return;
      goroWorkers.cause = error?.message ? `${what}: ${error.message}` : what;
      _goro__js_lost();
      if (!goroJs.running) goroWorkers.endLost();
    },

    endLost() {
      goroJs.report(goroWorkers.cause);
      goroJs.stop();
    },

    /** On a worker where not even the report works. */
    abandon() {
      _goro__js_abandon();
    },
  },

  goro_js_ncpu__deps: ['$goroWorkers'],
  goro_js_ncpu: () => goroWorkers.ncpu(),

  goro_js_direct: (fd) => ENVIRONMENT_IS_NODE && !Module[fd === 1 ? 'print' : 'printErr'],

  goro_js_guard__deps: ['$goroJs', 'goro__js_thread'],
  goro_js_guard: (fn, arg) => { goroJs.guard(() => _goro__js_thread(fn, arg)); },

  goro_js_no_worker__deps: ['$goroWorkers'],
  goro_js_no_worker: () => {
    goroWorkers.lost('worker: there is no memory for its stack');
    throw new ExitStatus(2);
  },

  goro_js_proxied__deps: ['emscripten_main_thread_process_queued_calls'],
  goro_js_proxied: () => _emscripten_main_thread_process_queued_calls(),

  goro_js_give_up: () => {
    throw new Error('a worker that is gone holds a lock');
  },
});
