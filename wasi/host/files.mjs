// The worker that has the module's open files; calls.mjs says why.
import { workerData } from 'node:worker_threads';
import { WASI } from 'node:wasi';
import { serve } from './calls.mjs';

const { memory, wasi: options, calls } = workerData;
const wasi = new WASI({ version: 'preview1', ...options });
wasi.initialize({ exports: { memory } });
serve(calls, wasi.getImportObject().wasi_snapshot_preview1);
