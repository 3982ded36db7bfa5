/** A program's files as modules that can be imported, and places in them. */
import type { Files, Place } from './protocol.js';

/** Files of a program, as URLs of blobs. */
export interface Modules {
  /** Of main.js. */
  readonly main: string;
  /** The URL of the file that the program calls by this name. */
  resolve(name: string): string | undefined;
  /** A text that mentions URLs, with names in their place. */
  named(text: string): string;
  /** The first place in the files that a stack mentions. */
  placeIn(stack: string): Place | undefined;
}

const IMPORT = /(\bfrom\s*|\bimport\s*\(?\s*)(['"])goro\2/g;

/** Make modules of files: 'goro' is imported from `goro`. Lines stay what they are. */
export function modulesOf(files: Files, goro: string): Modules {
  const urls = new Map<string, string>();
  for (const [name, source] of Object.entries(files)) {
    const text = source.replace(IMPORT, (_, before, quote) => `${before}${quote}${goro}${quote}`);
    urls.set(name, URL.createObjectURL(new Blob([text], { type: 'text/javascript' })));
  }
  const names = new Map([...urls].map(([name, url]) => [url, name]));
  const placeOf = (match: RegExpMatchArray): Place | undefined => {
    const file = names.get(match[1]!);
    return file === undefined ? undefined : { file, line: Number(match[2]), column: Number(match[3]) };
  };
  return {
    main: urls.get('main.js')!,
    resolve: (name) => urls.get(name.replace(/^\.\//, '')),
    named: (text) => [...names].reduce((all, [url, name]) => all.replaceAll(url, name), text),
    placeIn(stack) {
      for (const match of stack.matchAll(/(blob:[^\s()]+?):(\d+):(\d+)/g)) {
        const place = placeOf(match);
        if (place) return place;
      }
      return undefined;
    },
  };
}

/**
 * Where a program does not parse: engines tell that only to a page whose script
 * it is. It is not run, since it does not parse.
 */
export function placeOfSyntaxError(files: Files, goro: string): Promise<Place | undefined> {
  const modules = modulesOf(files, goro);
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
    script.src = modules.main;
    document.head.append(script);
  });
}
