/** What the page and the worker that runs a program say to each other. */
import type { TraceEvent } from 'goro/trace';

/** A program's files by name; main.js is the one that is run. */
export type Files = { [name: string]: string };

/** From the page: run this. A worker runs one program. */
export interface RunRequest {
  readonly kind: 'run';
  readonly files: Files;
  /** How many goroutines may run at the same time; 0: as many as there are processors. */
  readonly procs: number;
  /** Of the scheduler's decisions; 0: a new one each time. */
  readonly seed: number;
  /** What the program knows as `canvas`. */
  readonly canvas: OffscreenCanvas | undefined;
}

/** Where in a program's files something is. Lines and columns begin at 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** An exception that nobody has caught. */
export interface Failure {
  readonly name: string;
  /** What to show: the text, and the stack in terms of the program's files. */
  readonly text: string;
  /** undefined: nobody knows. */
  readonly place: Place | undefined;
  /** The file that does not parse, or imports what is not there: only a page learns where. */
  readonly unparsed?: string | undefined;
}

/** From the worker. */
export type Report =
  | { readonly kind: 'log'; readonly text: string }
  | { readonly kind: 'started'; readonly mode: string; readonly procs: number; readonly reason: string }
  | { readonly kind: 'trace'; readonly events: TraceEvent[] }
  /** Some of its goroutines are blocked for ever, as it has found. */
  | { readonly kind: 'leaked' }
  | { readonly kind: 'failed'; readonly failure: Failure }
  | { readonly kind: 'ended'; readonly ms: number };
