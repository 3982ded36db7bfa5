// Checks every #include "..." against layers.txt.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const PUBLIC = /^runtime\/api\/\w+\.h$/;
const AMALGAMATIONS = ['runtime/goro.c', 'runtime/goro_npm.c']; // include every .c file, by their nature

export function parse(text) {
  const lines = text.split('\n').filter((line) => !/^\s*(#|$)/.test(line));
  const words = lines.map((line) => line.trim().split(/\s+/));
  const order = words.find(([first]) => first === 'order').slice(1);
  const outside = new Map(words.filter(([first]) => first !== 'order'));
  return { order, outside };
}

const stored = parse(readFileSync(join(here, 'layers.txt'), 'utf8'));

export function check(files, rules = stored) {
  const known = new Set(files.map((file) => file.path));
  return files.flatMap((file) => {
    if (!/\.[ch]$/.test(file.path) || AMALGAMATIONS.includes(file.path)) return [];
    return includes(file.text).flatMap(({ line, name }) => {
      const wrong = verdict(file.path, name, rules, known);
      return wrong ? [`${file.path}:${line}: ${wrong}`] : [];
    });
  });
}

function includes(text) {
  return text.split('\n').flatMap((row, i) => {
    const match = /^\s*#\s*include\s*"([^"]+)"/.exec(row);
    return match ? [{ line: i + 1, name: match[1] }] : [];
  });
}

// Why the file at `path` may not include `name`, or undefined.
function verdict(path, name, { order, outside }, known) {
  const [folder, room] = path.split('/');
  if (folder !== 'runtime') {
    const may = outside.get(folder);
    const inside = order.includes(name.split('/')[0]) || name === 'goro.h';
    if (!may || may === 'everything' || name === may || !inside) return;
    return `${folder} may include only ${may} of the runtime, not "${name}"`;
  }
  // Of the public headers users see the names alone.
  if (PUBLIC.test(path) && known.has(`runtime/api/${name}`)) return;
  const target = name.split('/')[0];
  if (!known.has(`runtime/${name}`)) {
    return `"${name}" is not a file of runtime/ (write it relative to runtime/)`;
  }
  if (order.indexOf(room) < 0) return `no room "${room}" in layers.txt`;
  if (order.indexOf(target) < 0) return `no room "${target}" in layers.txt`;
  if (order.indexOf(target) > order.indexOf(room)) {
    return `${room} may not include "${name}": ${target} is to the right of it`;
  }
}
