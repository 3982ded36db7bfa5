// Every linter must find what it is there for, and let the rest alone.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as examples from './examples.mjs';
import * as format from './format.mjs';
import * as header from './header.mjs';
import * as hosts from './hosts.mjs';
import * as layers from './layers.mjs';
import * as remedies from './remedies.mjs';

const file = (path, text) => ({ path, text, fixture: true });

const LINTERS = { layers, hosts, header, format, examples, remedies };
const ERRORS = `export class LoadError extends GoroError {
}
export class CanceledError extends GoroError {
  constructor() {
    super('context canceled; use another');
  }
}
`;
const INDEX = file('bindings/src/index.ts', "export { go, Chan, type Op } from './a.js';\nexport type { Info } from './a.js';\n");

// [linter, what it is about, files, a pattern for each problem]
const ROWS = [
  ['layers', 'a room to the left', [
    file('runtime/wait/chan.c', '#include "sched/proc.h"\n'),
    file('runtime/sched/proc.h', ''),
  ], []],
  ['layers', 'a room to the right', [
    file('runtime/sched/proc.c', '\n#include "wait/chan.h"\n'),
    file('runtime/wait/chan.h', ''),
  ], [/proc\.c:2: sched may not include "wait\/chan.h"/]],
  ['layers', 'a path that is not relative to runtime/', [
    file('runtime/sched/proc.c', '#include "runq.h"\n'),
    file('runtime/sched/runq.h', ''),
  ], [/"runq.h" is not a file of runtime/]],
  ['layers', 'the amalgamation', [
    file('runtime/goro.c', '#include "sched/proc.c"\n'),
  ], []],
  ['layers', 'an example that looks inside', [
    file('wasi/examples/a.c', '#include <goro.h>\n#include "sched/proc.h"\n'),
  ], [/a\.c:2: wasi may include only goro.h/]],
  ['layers', 'a test that looks inside', [
    file('tests/unit/a_test.c', '#include "sched/proc.h"\n'),
  ], []],

  ['hosts', 'a host macro in common code', [
    file('runtime/sched/a.c', '#if GORO_X && \\\n  defined(__wasi__)\n#endif\n'),
    file('runtime/base/b.h', '#ifdef __EMSCRIPTEN__\n#endif\n'),
  ], [/a\.c:1: host macro/, /b\.h:1: host macro/]],
  ['hosts', 'a host macro in os, a word in a comment, another macro', [
    file('runtime/os/os_js.c', '#ifdef __EMSCRIPTEN__\n#endif\n'),
    file('runtime/sched/a.c', '/* __wasi__ */\n#ifdef GORO_DEBUG\n#endif\n'),
  ], []],

  ['header', 'a whole comment', [
    file('runtime/api/goro.h', `#pragma once
#ifdef __cplusplus
extern "C" {
#endif
/* A type. */
typedef struct goro_chan goro_chan;
struct goro_case {
  int (*goro_f)(void); /* a field */
};
static inline int goro_two(void) { return 2; }

/* Send.
 *   Blocks   until a receiver takes it;
 *            Not for buffered ones.
 *   Callable goroutine
 *   Go       runtime/chan.go chansend1 */
void goro_chan_send(goro_chan *c, const void *elem);
#ifdef __cplusplus
}
#endif
`),
  ], []],
  ['header', 'comments that lack something', [
    file('runtime/api/goro.h', `
int goro_a(void);
/* B.
 *   Callable anywhere */
int goro_b(void);
/* C.
 *   Callable anywhere
 *   Memory   none
 *   Go       none */
int goro_c(
  void);
/* D.
 *   Throws   never
 *   Callable anywhere
 *   Go       none */
int goro_d(void);
`),
  ], [
    /goro\.h:2: goro_a: no comment/,
    /goro\.h:5: goro_b: no key "Go"/,
    /goro\.h:10: goro_c: keys out of order/,
    /goro\.h:16: goro_d: unknown key "Throws"/,
  ]],

  ['examples', 'whole comments, and what is not exported', [
    INDEX,
    file('bindings/src/a.ts', `/**
 * Starts it.
 * @example
 * go();
 */
export const go = () => {};
/** A type. */
export interface Op { x: number }
export const inner = 1;
/**
 * A channel.
 * @example
 * new Chan();
 */
export class Chan {
  /** How many. */
  readonly len = 0;
  #hidden = 1;
  /** @internal */
  raw(): void {}
  /**
   * Sends.
   * @example
   * new Chan().send(1);
   */
  send(a: number): void;
  send(a: string): void;
  send(a: any): void {
    if (a) this.raw();
  }
}
`),
    file('bindings/src/b.ts', 'export const go = 1;\n'),
  ], []],
  ['examples', 'comments that lack something', [
    INDEX,
    file('bindings/src/a.ts', `/** Starts it. */
export const go = () => {};
export interface Info {
  x: number;
}
/**
 * A channel.
 * @example
 * new Chan();
 */
export class Chan {
  readonly len = 0;
  /** Sends. */
  async send(a: number): Promise<void> {}
  get cap() { return 1; }
  [Symbol.dispose](): void {}
}
`),
  ], [
    /a\.ts:2: go: no @example/,
    /a\.ts:3: Info: no comment/,
    /a\.ts:4: Info\.x: no comment/,
    /a\.ts:12: Chan\.len: no comment/,
    /a\.ts:14: Chan\.send: no @example/,
    /a\.ts:15: Chan\.cap: no comment/,
    /a\.ts:16: Chan\.\[Symbol\.dispose\]: no comment/,
  ]],

  ['remedies', 'messages that have one', [
    file('bindings/src/errors.ts', ERRORS),
    file('bindings/src/a.ts', `
throw new LoadError(\`\${f(a, ['b'])} did not load: \${c}; serve it\`, { cause });
throw new TypeError('it is none. ' + 'Pass one.');
throw new TypeError('it is none! Pass one', { cause: 'a' });
throw new CanceledError();
throw new Error('a cause');
/** new LoadError('in a comment') */
`),
    file('bindings/src/machine.ts', 'throw new LoadError(message.text);\n'),
    file('tests/a.ts', "throw new TypeError('it is none');\n"),
  ], []],
  ['remedies', 'messages that have none', [
    file('bindings/src/errors.ts', ERRORS.replace('; use another', '')),
    file('bindings/src/a.ts', `throw new LoadError(
  \`\${a ? '; b' : c} did not load\`, { cause: '; serve it' });
throw new TypeError(text);
`),
  ], [
    /errors\.ts:5: .*context canceled/,
    /a\.ts:1: .*did not load/,
    /a\.ts:3: .*: text$/,
  ]],

  ['examples', 'a file in a folder, and an entry with exports of its own', [
    file('bindings/src/index.ts', "export type { Memory } from './c/memory.js';\nexport { f } from './two-words.js';\n"),
    file('bindings/src/trace.ts', `/** A trace. */
export class Trace {
  /** stop(). */
  stop(): void {}
  async *[Symbol.asyncIterator](): any {}
}
`),
    file('bindings/src/c/memory.ts', `/** The memory. */
export class Memory {
  /** Frees it. */
  free(): void {}
  /** All of it. */
  get buffer(): ArrayBuffer {
  }
}
`),
    file('bindings/src/two-words.ts', 'export const f = () => 1;\n'),
  ], [
    /trace\.ts:2: Trace: no @example/,
    /trace\.ts:4: Trace\.stop: no @example/,
    /trace\.ts:5: Trace\.\[Symbol\.asyncIterator\]: no comment/,
    /memory\.ts:4: Memory\.free: no @example/,
    /memory\.ts:6: Memory\.buffer: no @example/,
    /two-words\.ts:1: f: no comment/,
  ]],

  ['format', 'good layout', [
    file('runtime/base/a.c', 'int f(void) { return 1; }\n'),
  ], []],
  ['format', 'bad layout', [
    file('runtime/base/a.c', 'int  f( void ) {return 1;}\n'),
  ], [/code should be clang-formatted/]],
  ['format', 'a long line, a promise, a long file', [
    file('runtime/base/a.c', `// ${'x'.repeat(78)}\n// ${'TO' + 'DO'} later\n`),
    file('runtime/base/b.c', 'int a;\n'.repeat(801)),
    file('tests/unit/b_test.c', 'int a;\n'.repeat(801)),
  ], [/a\.c:1: over 80 columns/, /a\.c:2: TODO/, /b\.c: 801 lines/]],
];

for (const [linter, about, files, want] of ROWS) {
  test(`${linter}: ${about}`, () => {
    const wrong = LINTERS[linter].check(files);
    for (const [i, pattern] of want.entries()) assert.match(wrong[i] ?? '', pattern);
    const extra = linter === 'format' && want.length ? [] : wrong.slice(want.length);
    assert.deepEqual(extra, [], 'and nothing else');
  });
}
