import { runtime } from 'goro';
import { twice } from './twice.js';

/** Where this runs: on a worker there is no document. */
const place = typeof document === 'undefined' ? 'worker' : 'page';

export async function work(jobs, out) {
  for await (const v of jobs) await out.send(twice(v));
  return `${place} ${runtime().info.mode}`;
}
