// The kinds of test programs, a folder each: how they are built and judged.
import { asStored, died, exited, passed } from './judge.mjs';

/**
 * @typedef {object} Kind
 * @property {boolean} [debug]  linked with the runtime that checks its invariants
 * @property {(result, program) => void} [judge]  throws where the result is wrong;
 *   without it the test file has its own
 */

/** @type {Record<string, Kind>} */
const KINDS = {
  unit: { debug: true, judge: passed },
  go: { judge: asStored },
  crash: { judge: died },
  cpp: { debug: true, judge: passed },
  stress: { judge: (result) => exited(0, result) },
  fault: { debug: true },
};

/** Whether the program is linked with the runtime that checks its invariants. */
export const isDebug = ({ kind }) => KINDS[kind]?.debug ?? false;

/** Throws unless the result is what a program of its kind must say. */
export const judge = (result, program) => KINDS[program.kind].judge(result, program);
