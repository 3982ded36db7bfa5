/** What the program has printed, and how it goes. */
import type { Failure } from './protocol.js';

const LENGTH_MAX = 400_000;

export class Output {
  readonly #pre: HTMLElement;
  readonly #status: HTMLElement;
  #length = 0;

  constructor(pre: HTMLElement, status: HTMLElement) {
    this.#pre = pre;
    this.#status = status;
  }

  clear(): void {
    this.#pre.replaceChildren();
    this.#length = 0;
  }

  print(text: string): void {
    if (this.#length > LENGTH_MAX) return;
    this.#length += text.length;
    this.#append(document.createTextNode(text));
  }

  failed({ text, place }: Failure): void {
    const shown = document.createElement('span');
    shown.className = 'failure';
    shown.textContent = `${place && !text.includes(`${place.file}:`) ? `${place.file}:${place.line}:${place.column}\n` : ''}${text}\n`;
    this.#append(shown);
    this.#pre.scrollTop = Math.max(0, shown.offsetTop - this.#pre.offsetTop - 24);
  }

  #append(node: Node): void {
    const pre = this.#pre;
    const atEnd = pre.scrollTop + pre.clientHeight > pre.scrollHeight - 30;
    pre.append(node);
    if (atEnd) pre.scrollTop = pre.scrollHeight;
  }

  /** kind: how it looks; why: more about it, for who points at it. */
  status(text: string, kind: 'running' | 'done' | 'failed' | 'stopped', why = ''): void {
    this.#status.textContent = text;
    this.#status.title = why;
    this.#status.className = kind;
  }
}
