// Runs a scene of threads.c in Node, and does to its worker what nobody should.
//
//   threads_lost.mjs FILE SCENE terminate   when it prints "ready", in the print
//   threads_lost.mjs FILE SCENE later       the same, from the event loop
//   threads_lost.mjs FILE SCENE nowhere     the worker's script is not there
import { syncBuiltinESMExports } from 'node:module';
import { pathToFileURL } from 'node:url';
import threads from 'node:worker_threads';

const [file, scene, how] = process.argv.slice(2);
const workers = [];
const { Worker } = threads;
threads.Worker = class extends Worker {
  constructor(url, options) {
    super(how === 'nowhere' ? new URL('./nowhere.mjs', url) : url, options);
    workers.push(this);
  }
};
syncBuiltinESMExports();

const terminate = () => workers.forEach((worker) => worker.terminate());
const { default: start } = await import(pathToFileURL(file).href);
await start({
  arguments: [scene],
  print(line) {
    if (line !== 'ready') console.log(line);
    else if (how === 'later') setTimeout(terminate, 10);
    else terminate();
  },
});
