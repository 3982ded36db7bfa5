// The npm package: the message of an error says what to do, behind a semicolon
// or in a sentence of its own.
const SOURCE = 'bindings/src/';
const ERRORS = `${SOURCE}errors.ts`;

/** Messages that are not written there: file, the expression, and where they come from. */
const EXCEPTIONS = [
  [ERRORS, 'message', 'whoever makes a PanicError'],
  [`${SOURCE}c/guest.ts`, 'message', 'a panic of C, with its text'],
  [`${SOURCE}machine.ts`, 'message.text', 'the worker, whose runtime has ended'],
];

const REMEDY = /; |[.!] [A-Z]/;

/** The text that is always there, of pieces that are added: without what is computed. */
const textOf = (message) => message.replace(/\$\{[^}]*\}/g, '…').replace(/['"`]\s*\+\s*['"`]/g, '');

/** Classes that are made with a message, and those that bring their own. */
function classesOf(text) {
  const found = [...text.matchAll(/^export class (\w+)[^]*?^\}/gm)].map(([body, name]) => ({ name, own: /super\(\s*['"`]/.test(body) }));
  return found.filter(({ own }) => !own).map(({ name }) => name);
}

/** The source of a call's first argument, which begins at `at`. */
function argument(text, at) {
  let depth = 0, quote = '';
  for (let i = at; i < text.length; i++) {
    const c = text[i];
    if (quote) {
      if (c === '\\') i++;
      else if (c === quote) quote = '';
    } else if (`'"\``.includes(c)) {
      quote = c;
    } else if ('([{'.includes(c)) {
      depth++;
    } else if (')]}'.includes(c) || c === ',') {
      if (depth === 0) return text.slice(at, i).trim();
      if (c !== ',') depth--;
    }
  }
  return text.slice(at);
}

const inComment = (text, at) => /^ *(\*|\/\/|\/\*)/.test(text.slice(text.lastIndexOf('\n', at) + 1));

/** @param {{ path: string, text: string }[]} files */
export function check(files) {
  const errors = files.find(({ path }) => path === ERRORS);
  if (!errors) return [];
  const made = new RegExp(`\\bnew (?:${[...classesOf(errors.text), 'TypeError', 'RangeError'].join('|')})\\(`, 'g');
  return files.filter(({ path }) => path.startsWith(SOURCE)).flatMap(({ path, text }) => {
    const calls = [...text.matchAll(path === ERRORS ? new RegExp(`${made.source}|\\bsuper\\(`, 'g') : made)];
    return calls.filter(({ index }) => !inComment(text, index)).flatMap((call) => {
      const message = argument(text, call.index + call[0].length);
      if (REMEDY.test(textOf(message)) || EXCEPTIONS.some(([file, words]) => file === path && words === message)) return [];
      return [`${path}:${text.slice(0, call.index).split('\n').length}: the message says no remedy, after a semicolon: ${message}`];
    });
  });
}
