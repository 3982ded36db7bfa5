#!/usr/bin/env node
// API.md: what goro.h and the npm package have, in one line each, generated from
// their comments. check() says whether the file is what would be generated; run
// as a program, as ./build.sh check --fix does, this writes it.
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const HEADER = 'runtime/api/goro.h';
const SOURCE = 'bindings/src';
const OUT = 'API.md';

const read = (path) => readFileSync(join(root, path), 'utf8');
const cell = (text) => text.replace(/\s+/g, ' ').replaceAll('|', '\\|').trim();
const row = (...cells) => `| ${cells.map(cell).join(' | ')} |`;
const code = (text) => `\`${text.replace(/\s+/g, ' ').trim()}\``;

// ---- goro.h ----

/** A comment's text up to its first key or empty line. */
function summary(comment) {
  const lines = comment.replace(/^\/\*\s?/, '').replace(/\s*\*\/$/, '').split('\n').map((line) => line.replace(/^ \* ?/, ''));
  const end = lines.findIndex((line) => /^ {2}[A-Z]\w*/.test(line) || line.trim() === '');
  return lines.slice(0, end < 0 ? undefined : end).join(' ');
}

const goOf = (comment) => /^ \* {3}Go {2,}([^]*?)(?=^ \* {3}\S|\*\/)/m.exec(comment)?.[1].replace(/^ \* */gm, '') ?? '';

/** The prototypes of one section, with the comments right before them. */
function prototypes(text) {
  const found = [...text.matchAll(/(\/\*(?:(?!\*\/)[^])*\*\/)\n((?:GORO_\w+ )*[\w *]*?\**(goro_\w+)\((?:[^;{}])*\)[^;{}]*;)/g)];
  return found.filter(([, , proto]) => !/^\s*(typedef|static)/.test(proto))
    .map(([, comment, proto]) => ({ proto: proto.replace(/\bGORO_(?!CASE)\w+(\([^)]*\))? ?/g, '').replace(/\s*;$/, ''), comment }));
}

function header() {
  const parts = read(HEADER).split(/^\/\* =+\n \* (.*)\n \* =+ \*\/$/m);
  const sections = [];
  for (let i = 1; i < parts.length; i += 2) {
    const rows = prototypes(parts[i + 1]).map(({ proto, comment }) => row(code(proto), summary(comment), goOf(comment)));
    if (rows.length) sections.push(`### ${parts[i]}\n\n| function | what it does | Go |\n| --- | --- | --- |\n${rows.join('\n')}\n`);
  }
  return sections;
}

// ---- the npm package ----

/** The first sentence of a comment, without marks. */
function sentence(comment) {
  const text = comment.replace(/^\s*\/\*\*|\*\/\s*$/g, '').replace(/^\s*\* ?/gm, '').split(/^@/m)[0];
  return text.replace(/\{@link ([\w.]+)\}/g, '`$1`').replace(/\s+/g, ' ').trim().replace(/(?<=[^.][.!?]) (?=[A-Z`]).*$/s, '');
}

const COMMENTED = (indent) => new RegExp(`^${indent}(/\\*\\*(?:(?!\\*/)[^])*\\*/)\\n((?:^${indent}\\S.*\\n)(?:^${indent}  .*\\n)*)`, 'gm');

/** A declaration up to its body. */
const signature = (text) => text.split('\n')[0].replace(/^\s*(export |readonly |override )*/, '').replace(/ (=>?|\{)\s*$/, '').replace(/^(const .*?)\s=\s.*$/, '$1').replace(/[;{]\s*$/, '').trim();

function members(body) {
  return [...body.matchAll(COMMENTED('  '))]
    .filter(([, comment, text]) => !comment.includes('@internal') && !/^\s*(#|constructor|static)/.test(text))
    .map(([, comment, text]) => row(code(signature(text)), sentence(comment)));
}

function declaration(source, name) {
  const from = new RegExp(`(/\\*\\*(?:(?!\\*/)[^])*\\*/)\\n(export (?:abstract )?(?:async )?(?:class|function|const|interface|type) ${name}\\b[^]*?\\n(?=\\}|\\n|export |/\\*\\*))`, 'm').exec(source);
  if (!from) return undefined;
  const at = from.index + from[1].length + 1;
  const text = source.slice(at);
  const end = text.search(/^\}/m);
  const long = /^export (?:abstract )?(?:class|interface)/.test(text);
  return { comment: from[1], text, body: long ? text.slice(text.indexOf('\n') + 1, end) : '' };
}

/** What an entry exports, of its own and of other files: their sources, with names. */
function exportsOf(file) {
  const text = read(`${SOURCE}/${file}.ts`);
  const own = [...text.matchAll(/^export (?:async )?(?:class|function|const|interface|type) (\w+)/gm)].map(([, name]) => [text, name]);
  const others = [...text.matchAll(/export (?:type )?\{([^}]*)\} from '\.\/([\w/-]+)\.js'/g)].flatMap(([, list, from]) => {
    const source = read(`${SOURCE}/${from}.ts`);
    return list.split(',').map((each) => each.trim().replace(/^type /, '')).filter(Boolean).map((name) => [source, name]);
  });
  return [...own, ...others];
}

/** rest: the heading of what is one row each. */
function typescript(file, rest) {
  const sections = [], plain = [];
  for (const [source, name] of exportsOf(file)) {
    const found = declaration(source, name);
    if (!found) continue;
    const rows = members(found.body);
    if (rows.length) sections.push(`### ${name}\n\n${sentence(found.comment)}\n\n| | |\n| --- | --- |\n${rows.join('\n')}\n`);
    else plain.push(row(code(name), sentence(found.comment)));
  }
  return [...sections, `### ${rest}\n\n| | |\n| --- | --- |\n${plain.join('\n')}\n`];
}

/** The text of API.md. */
export const render = () => `# The API

Generated from [goro.h](${HEADER}) and [the package's sources](${SOURCE}) by \`./build.sh check --fix\`, one line for each thing. The comments there say
more: what blocks, what panics with which text, who frees what; and examples, which the tests run.

## JavaScript and TypeScript

${typescript('index', 'Functions, errors and other types').join('\n')}
## JavaScript and TypeScript: goro/trace

${typescript('trace', 'Its functions and types').join('\n')}
## C

${header().join('\n')}`;

/** What is wrong with API.md. */
export function check() {
  let stored = '';
  try {
    stored = read(OUT);
  } catch { /* then it is not what it should be */ }
  return stored === render() ? [] : [`${OUT}: not what ${HEADER} and ${SOURCE} say; run ./build.sh check --fix`];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(join(root, OUT), render());
