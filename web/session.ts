/** One run of a program, in a worker of its own. */
import type { TraceEvent } from 'goro/trace';
import { placeOfSyntaxError } from './files.js';
import type { Failure, Report, RunRequest } from './protocol.js';

/** What a run tells. */
export interface Listener {
  log(text: string): void;
  started(info: { mode: string; procs: number; reason: string }): void;
  traced(events: TraceEvent[]): void;
  leaked(): void;
  failed(failure: Failure): void;
  /** It is over, by itself or because it was stopped. */
  ended(ms: number | undefined): void;
}

/** A program that runs, until it ends or is stopped. */
export class Session {
  readonly #worker: Worker;
  readonly #request: RunRequest;
  readonly #listener: Listener;
  #over = false;
  /** It is under way to be told: until then the run is not over. */
  #failure = Promise.resolve();

  constructor(request: RunRequest, listener: Listener) {
    this.#request = request;
    this.#listener = listener;
    this.#worker = new Worker(new URL('./runner.js', import.meta.url), { type: 'module', name: 'program' });
    this.#worker.onmessage = ({ data }: MessageEvent<Report>) => this.#heard(data);
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.#heard({ kind: 'failed', failure: { name: 'Error', text: event.message || 'the worker did not load', place: undefined } });
      this.stop();
    };
    this.#worker.postMessage(request, request.canvas ? [request.canvas] : []);
  }

  #heard(report: Report): void {
    if (this.#over) return;
    switch (report.kind) {
      case 'log': return this.#listener.log(report.text);
      case 'started': return this.#listener.started(report);
      case 'trace': return this.#listener.traced(report.events);
      case 'leaked': return this.#listener.leaked();
      case 'failed': return void (this.#failure = this.#failed(report.failure));
      case 'ended': return void this.#failure.then(() => this.#end(report.ms));
    }
  }

  async #failed(failure: Failure): Promise<void> {
    if (failure.unparsed) {
      const place = await placeOfSyntaxError(this.#request.files, new URL('./play.js', import.meta.url).href, failure.unparsed);
      failure = { ...failure, place };
    }
    if (!this.#over) this.#listener.failed(failure);
  }

  #end(ms: number | undefined): void {
    if (this.#over) return;
    this.#over = true;
    this.#worker.terminate();
    this.#listener.ended(ms);
  }

  /** End it, whatever it does. */
  stop(): void {
    this.#end(undefined);
  }
}
