/**
 * The editor: a plain text field, which people and their tools know, over the
 * same text in colours. One field for whichever file is shown.
 */
import { highlight } from './highlight.js';
import type { Files, Place } from './protocol.js';

/** Its parts in the page. */
export interface EditorParts {
  readonly field: HTMLTextAreaElement;
  /** Behind the field, the same text in colours. */
  readonly colours: HTMLElement;
  readonly numbers: HTMLElement;
  readonly tabs: HTMLElement;
}

export class Editor {
  readonly #parts: EditorParts;
  #files: Files = { 'main.js': '' };
  #file = 'main.js';
  #wrong: Place | undefined;

  /** changed: called when the user has edited something. */
  constructor(parts: EditorParts, changed: () => void) {
    this.#parts = parts;
    const { field, tabs } = parts;
    field.addEventListener('input', () => {
      this.#files = { ...this.#files, [this.#file]: field.value };
      this.#wrong = undefined;
      this.#draw();
      changed();
    });
    field.addEventListener('keydown', (event) => this.#key(event));
    field.addEventListener('scroll', () => this.#scrolled());
    tabs.addEventListener('click', (event) => {
      const name = (event.target as HTMLElement).closest('button')?.dataset['file'];
      if (name) this.#show(name);
    });
  }

  get files(): Files {
    return this.#files;
  }

  set files(files: Files) {
    this.#files = { ...files };
    this.#wrong = undefined;
    this.#show('main.js');
    this.#parts.field.scrollTo(0, 0);
  }

  /** Mark the line where something is wrong; undefined: nothing is. */
  mark(place: Place | undefined): void {
    this.#wrong = place;
    if (place && place.file in this.#files) this.#show(place.file);
    else this.#draw();
    if (place) this.#reveal(place.line);
  }

  focus(): void {
    this.#parts.field.focus();
  }

  #show(name: string): void {
    this.#file = name;
    this.#parts.field.value = this.#files[name]!;
    this.#parts.field.readOnly = !name.endsWith('.js'); // what is compiled already
    const names = Object.keys(this.#files);
    this.#parts.tabs.hidden = names.length < 2;
    this.#parts.tabs.replaceChildren(...names.map((each) => {
      const tab = Object.assign(document.createElement('button'), { type: 'button', textContent: each });
      tab.dataset['file'] = each;
      tab.setAttribute('aria-pressed', String(each === name));
      return tab;
    }));
    this.#parts.field.setAttribute('aria-label', `Source of ${name}`);
    this.#draw();
  }

  #draw(): void {
    const { colours, numbers, field } = this.#parts;
    colours.innerHTML = `${highlight(field.value)}\n`;
    const wrong = this.#wrong?.file === this.#file ? this.#wrong.line : 0;
    const count = field.value.split('\n').length;
    numbers.replaceChildren(...Array.from({ length: count }, (_, i) => {
      const number = Object.assign(document.createElement('span'), { textContent: String(i + 1) });
      if (i + 1 === wrong) number.className = 'wrong';
      return number;
    }));
    field.toggleAttribute('aria-invalid', false);
    field.setAttribute('aria-invalid', String(wrong > 0));
    this.#scrolled();
  }

  #scrolled(): void {
    const { field, colours, numbers } = this.#parts;
    colours.style.transform = `translate(${-field.scrollLeft}px, ${-field.scrollTop}px)`;
    numbers.style.transform = `translateY(${-field.scrollTop}px)`;
  }

  #reveal(line: number): void {
    const { field } = this.#parts;
    const height = parseFloat(getComputedStyle(field).lineHeight);
    const y = (line - 1) * height;
    if (y < field.scrollTop || y > field.scrollTop + field.clientHeight - 2 * height) field.scrollTop = y - field.clientHeight / 2;
  }

  /** A new line begins where the one before does. Tab stays what it is everywhere: the way out. */
  #key(event: KeyboardEvent): void {
    if (event.key !== 'Enter' || event.ctrlKey || event.metaKey || event.isComposing) return;
    const { field } = this.#parts;
    const before = field.value.slice(0, field.selectionStart);
    const indent = /[ ]*$/.exec(/^ */.exec(before.slice(before.lastIndexOf('\n') + 1))![0])![0];
    if (!indent && !/[{([]\s*$/.test(before)) return;
    event.preventDefault();
    // The old way, because it is the one that can be undone.
    document.execCommand('insertText', false, `\n${indent}${/[{([]\s*$/.test(before) ? '  ' : ''}`);
  }
}
