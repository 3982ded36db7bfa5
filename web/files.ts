/** A program's files as modules that can be imported, and places in them. */
import type { Files, Place } from './protocol.js';

/** Files of a program, as URLs of blobs. */
export interface Modules {
  /** Of main.js, or another one. */
  url(name?: string): string;
  /** A text that mentions URLs, with names in their place. */
  named(text: string): string;
  /** The first place in the files that a stack mentions. */
  placeIn(stack: string): Place | undefined;
}

/** How a program names a file beside it. */
const BESIDE = /new URL\((['"])\.\/([\w.-]+)\1,\s*import\.meta\.url\)/g;
const IMPORT = /(\bfrom\s*|\bimport\s*\(?\s*)(['"])goro\2/g;

/** main.js is last: the others have their URLs by then. */
const inOrder = (files: Files): [string, string][] =>
  Object.entries(files).sort(([a], [b]) => Number(a === 'main.js') - Number(b === 'main.js'));

/** What belongs to the programs and is no text. */
const asset = (name: string): string => `'${new URL(`./programs/parts/${name}`, import.meta.url).href}'`;

/** Make modules of files: 'goro' is imported from `goro`. Lines stay what they are; `last` comes after them. */
export function modulesOf(files: Files, goro: string, last = ''): Modules {
  const urls = new Map<string, string>();
  for (const [name, source] of inOrder(files)) {
    const text = source
      .replace(IMPORT, (_, before, quote) => `${before}${quote}${goro}${quote}`)
      .replace(BESIDE, (_, quote, other) => (urls.has(other) ? `${quote}${urls.get(other)}${quote}` : asset(other)));
    // Stacks then name the file.
    urls.set(name, URL.createObjectURL(new Blob([`${text}\n${last}\n//# sourceURL=${name}`], { type: 'text/javascript' })));
  }
  const names = new Map([...urls].map(([name, url]) => [url, name]));
  return {
    url: (name = 'main.js') => urls.get(name)!,
    named: (text) => [...names].reduce((all, [url, name]) => all.replaceAll(url, name), text),
    placeIn(stack) {
      for (const match of stack.matchAll(/([^\s()@]+?):(\d+):(\d+)/g)) {
        const file = names.get(match[1]!) ?? match[1]!;
        if (urls.has(file)) return { file, line: Number(match[2]), column: Number(match[3]) };
      }
      return undefined;
    },
  };
}

/** What a module imports is run before it: so this one is never. */
const NEVER = "import 'data:text/javascript,throw 0';";

/**
 * Where a file of a program does not parse: engines tell that only to a page
 * whose script it is.
 */
export function placeOfSyntaxError(files: Files, goro: string, name: string): Promise<Place | undefined> {
  const modules = modulesOf(files, goro, NEVER);
  return new Promise((resolve) => {
    const script = document.createElement('script');
    const done = (place: Place | undefined) => {
      removeEventListener('error', onError, true);
      script.remove();
      resolve(place);
    };
    const onError = (event: ErrorEvent) => {
      event.preventDefault();
      done(modules.placeIn(`${event.filename}:${event.lineno}:${event.colno}`));
    };
    addEventListener('error', onError, true);
    script.onload = script.onerror = () => done(undefined);
    script.type = 'module';
    script.src = modules.url(name);
    document.head.append(script);
  });
}
