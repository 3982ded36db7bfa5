// The workers' side of workers.mjs, for those who want a script of their own.
import { createRequire } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';
import { inc } from './functions.mjs';

const KINDS = {
  echo: () => parentPort.on('message', ([id, x]) => parentPort.postMessage([id, inc(x)])),
  async comlink() {
    const { expose } = await import('comlink');
    const { default: endpoint } = await import('comlink/dist/esm/node-adapter.mjs');
    expose({ inc }, endpoint(parentPort));
  },
  workerpool: () => createRequire(import.meta.url)('workerpool').worker({ inc }),
};
await KINDS[workerData]();
