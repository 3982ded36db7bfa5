// Checks the public headers, runtime/api/*.h: every prototype has a comment right before it,
// with the fixed keys in their order. A key stands three spaces behind the
// comment's asterisk, lines that go on stand further in:
//
//   /* Send *elem on c.
//    *   Blocks   until a receiver or buffer space;
//    *            for ever if c is NULL
//    *   Callable goroutine
//    *   Go       runtime/chan.go chansend1 */
export const KEYS = [
  'Blocks', 'Panics', 'Fatal', 'Returns', 'Errors', 'Memory', 'Callable', 'Go',
];
const REQUIRED = ['Callable', 'Go'];
const HEADER = /^runtime\/api\/\w+\.h$/;

export function check(files) {
  return files
    .filter(({ path }) => HEADER.test(path))
    .flatMap(({ path, text }) =>
      prototypes(text).flatMap(({ name, comment, line }) =>
        problems(comment).map((what) => `${path}:${line}: ${name}: ${what}`),
      ),
    );
}

function problems(comment) {
  if (!comment) return ['no comment before the prototype'];
  const keys = [...comment.matchAll(/^ *\* {3}([A-Z]\w*)/gm)].map((m) => m[1]);
  const places = keys.map((key) => KEYS.indexOf(key));
  const unknown = keys.filter((_, i) => places[i] < 0);
  const missing = REQUIRED.filter((key) => !keys.includes(key));
  const sorted = places.every((place, i) => i === 0 || places[i - 1] < place);
  return [
    ...unknown.map((key) => `unknown key "${key}"`),
    ...missing.map((key) => `no key "${key}"`),
    ...(sorted || unknown.length ? [] : [`keys out of order: ${keys.join(' ')}`]),
  ];
}

// The prototypes of the header, each with the comment that ends right before
// it ('' where there is none) and the line on which it begins.
function prototypes(text) {
  const found = [];
  let comment = '';
  let code = ''; // of the declaration so far
  let start = 0;
  let depth = 0;
  for (const { 0: part, index } of plainC(text).matchAll(/\/\*[^]*?\*\/|[;{}]|[^;{}/]+|\//g)) {
    if (part.startsWith('/*')) {
      if (!code.trim()) comment = part;
    } else if (part === '{') {
      depth++;
    } else if (part === '}') {
      depth--;
      if (depth === 0 && code.includes('(')) code = comment = ''; // a body
    } else if (depth === 0 && part === ';') {
      const name = prototypeName(code);
      if (name) found.push({ name, comment, line: lineOf(text, start) });
      code = comment = '';
    } else if (depth === 0) {
      if (!code.trim()) start = index + part.search(/\S|$/);
      code += part;
    }
  }
  return found;
}

// Without directives, line comments and the braces of extern "C"; every
// character left stays where it was.
function plainC(text) {
  const blank = (match) => match.replace(/[^\n]/g, ' ');
  return text
    .replace(/^#if(def __cplusplus| defined\(?__cplusplus)[^]*?^#endif/gm, blank)
    .replace(/^[ \t]*#(\\\n|[^\n])*/gm, blank)
    .replace(/\/\/[^\n]*/g, blank);
}

// `int goro_f(int);` names goro_f; a typedef or a variable names nothing.
function prototypeName(code) {
  if (/^\s*(typedef|static)\b/.test(code)) return;
  return /\b(goro_\w+)\s*\(/.exec(code)?.[1];
}

function lineOf(text, index) {
  return text.slice(0, index).split('\n').length;
}
