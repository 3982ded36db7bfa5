// The npm package: all that it exports has a comment, and what can be called or
// made, down to the methods of its classes, an @example, which the tests run
// (tests/bindings/examples.mjs).
const SOURCE = 'bindings/src/';
/** What package.json exports: goro, goro/trace. */
const ENTRIES = [`${SOURCE}index.ts`, `${SOURCE}trace.ts`];

const EXPORT = /^export (?:default )?(?:abstract )?(?:async )?(class|function|const|interface|type) \*?\s*(\w+)/;
const METHOD = /^ {2}(?:async |get )?\*?((?!constructor\b|if\b|for\b|return\b)[a-z]\w*|\[[\w.]+\])\s*[(<]/;
const FIELD = /^ {2}(?:readonly )?([a-z]\w*)[?!]?(?::| =)/;

/** What the entries export: file → names, with whether each is there as a type only. */
function exported(entries) {
  const files = new Map();
  const add = (path, name, type) => {
    if (!files.has(path)) files.set(path, new Map());
    files.get(path).set(name, type);
  };
  for (const { path, text } of entries) {
    for (const line of text.split('\n')) {
      const [, kind, name] = EXPORT.exec(line) ?? [];
      if (name) add(path, name, kind === 'interface' || kind === 'type');
    }
    for (const [, type, list, from] of text.matchAll(/export (type )?\{([^}]*)\} from '\.\/([\w/-]+)\.js'/g)) {
      for (const word of list.split(',').map((each) => each.trim()).filter(Boolean)) {
        add(`${SOURCE}${from}.ts`, word.replace(/^type /, ''), Boolean(type) || word.startsWith('type '));
      }
    }
  }
  return files;
}

/** Per line that a comment ends before: that comment. */
function comments(lines) {
  const found = new Map();
  for (let i = 0, from = -1; i < lines.length; i++) {
    if (/^ *\/\*\*/.test(lines[i])) from = i;
    if (from >= 0 && /\*\/\s*$/.test(lines[i])) {
      found.set(i + 1, lines.slice(from, i + 1).join('\n'));
      from = -1;
    }
  }
  return found;
}

/** What is wrong with a declaration whose comment this is. */
function lacks(comment, example) {
  if (comment === undefined) return 'no comment';
  return example && !comment.includes('@example') && !comment.includes('@internal') ? 'no @example' : undefined;
}

function checkFile({ path, text }, names) {
  const wrong = [];
  const lines = text.split('\n');
  const before = comments(lines);
  let inside; // the exported class or interface
  let last; // the member before: overloads share a comment
  const judge = (i, name, example) => {
    const problem = lacks(before.get(i), example);
    if (problem) wrong.push(`${path}:${i + 1}: ${name}: ${problem}`);
  };
  for (const [i, line] of lines.entries()) {
    const [, kind, name] = EXPORT.exec(line) ?? [];
    if (name && names.has(name)) {
      if (last !== name) judge(i, name, !names.get(name));
      inside = kind === 'class' || kind === 'interface' ? { name, kind } : undefined;
      last = name;
    } else if (line === '}') {
      inside = undefined;
    }
    const [, method] = (inside && METHOD.exec(line)) || [];
    const [, field] = (inside && !method && FIELD.exec(line)) || [];
    const member = method ?? field;
    if (!member) continue;
    if (member !== last) judge(i, `${inside.name}.${member}`, method !== undefined && inside.kind === 'class');
    last = member;
  }
  return wrong;
}

/** @param {{ path: string, text: string }[]} files */
export function check(files) {
  const names = exported(files.filter((file) => ENTRIES.includes(file.path)));
  return files.filter((file) => names.has(file.path)).flatMap((file) => checkFile(file, names.get(file.path)));
}
