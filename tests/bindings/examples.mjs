// The @example blocks of bindings/src, as a suite.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../harness/paths.mjs';

const SOURCES = join(root, 'bindings/src');

/** All examples, with the file and the number of the line that each begins on. */
export function examples() {
  return readdirSync(SOURCES, { recursive: true }).filter((name) => name.endsWith('.ts')).sort().flatMap((name) => {
    const text = readFileSync(join(SOURCES, name), 'utf8');
    return [...text.matchAll(/^ *\* @example\n((?: *\*(?!\/)(?! @).*\n)*)/gm)].map((match) => ({
      where: `${name}:${text.slice(0, match.index).split('\n').length}`,
      code: match[1].replace(/^ *\* ?/gm, ''),
    }));
  });
}

// Types are for readers, and these examples have none but in parameters.
const plain = (code) => code.replace(/: (?:Send|Recv)Chan<\w+>/g, '');
// `lib` is a module in C, tests/bindings/guest.c.
const guest = (code) => (/\blib\./.test(code) ? `const lib = await startGuest();\ntry {\n${code}} finally {\nawait lib.close();\n}\n` : code);

/** What the package exports; examples find it there. */
const EXPORTS = Object.keys(await import('../../bindings/dist/index.js'));

export function exampleSource() {
  const bodies = examples().map(({ where, code }) => `testAnywhere(${JSON.stringify(`example ${where}`)}, async (rt) => {\n${guest(plain(code))}});\n`);
  return `import { ${EXPORTS.join(', ')} } from '../../../bindings/dist/index.js';
import { fromChrome, toChrome, trace } from '../../../bindings/dist/trace.js';
import { assert, testAnywhere } from '../../../tests/bindings/suite/harness.mjs';
const EXAMPLES = new URL('../../../tests/bindings/suite/modules/', import.meta.url);
import { startGuest } from '../../../tests/bindings/suite/guest-start.mjs';
const console = { log() {} };
${bodies.join('')}`;
}

