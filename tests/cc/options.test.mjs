// The command line of goro cc.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseOptions } from '../../bindings/cc/options.mjs';

const parse = (line) => parseOptions(line.split(' ').filter(Boolean));
const wrong = (line, message) => assert.throws(() => parse(line), { name: 'UsageError', message });

test('the output says what is built for', () => {
  assert.equal(parse('a.c -o a.wasm').target, 'wasi');
  assert.equal(parse('a.c -o a.mjs').target, 'js');
  assert.equal(parse('a.c -o a').target, 'native');
  assert.equal(parse('a.c -o a.out --target=wasi').target, 'wasi');
  assert.equal(parse('a.c -o a.wasm --package').target, 'package');
  wrong('a.c -o a.exe', /a\.exe: name it/);
  wrong('a.c -o a --target=arm', /there are wasi, js and native/);
});

test('flags go to the compiler or the linker, in their order', () => {
  const o = parse('-Iinc -I other -DX=1 -D Y a.c -O1 -std=c11 -Wall ' +
    '-Lx -lm b.o -s STACK=1 -sFOO -Wl,--x c.a -o a.wasm');
  assert.deepEqual(o.compile, ['-Iinc', '-I', 'other', '-DX=1', '-D', 'Y', '-std=c11', '-Wall']);
  assert.deepEqual(o.link, [
    { input: 'a.c' }, '-Lx', '-lm', { input: 'b.o' }, '-sSTACK=1', '-sFOO', '-Wl,--x', { input: 'c.a' },
  ]);
  assert.equal(o.optimize, '-O1');
});

test('the last -O and -g count', () => {
  assert.equal(parse('a.c -O0 -Os -o a.wasm').optimize, '-Os');
  assert.equal(parse('a.c -o a.wasm').names, false);
  assert.equal(parse('a.c -g -o a.wasm').names, true);
  assert.equal(parse('a.c -g -g0 -o a.wasm').names, false);
});

test('the size of a stack', () => {
  assert.equal(parse('a.c -o a.wasm --stack-max=65536').stackMax, 65536);
  assert.equal(parse('a.c -o a.wasm --stack-max=64K').stackMax, 65536);
  for (const size of ['1', '64Q', '-5', '1e12', '4G', '']) wrong(`a.c -o a.wasm --stack-max=${size}`, /--stack-max/);
});

test('the size of the memory', () => {
  assert.equal(parse('a.c -o a.mjs --max-memory=512m').maxMemory, 2 ** 29);
  assert.equal(parse('a.c -o a.wasm --max-memory=4G').maxMemory, 2 ** 32);
  for (const size of ['100', '1.5G', '100001', '5G']) wrong(`a.c -o a.mjs --max-memory=${size}`, /--max-memory/);
  wrong('a.c -o a --max-memory=1G', /\.wasm and \.mjs/);
});

test('threads', () => {
  assert.equal(parse('a.c -o a.mjs').threads, false);
  assert.equal(parse('a.c -o a.mjs --threads').threads, true);
  assert.equal(parse('a.c -o a --threads').threads, true);
  assert.equal(parse('a.c -o a.wasm --threads').threads, true);
  assert.equal(parse('a.c -o a.mjs --threads').threadsOnly, undefined);
  assert.equal(parse('a.c -o a.mjs --threads=only').threads, true);
  assert.equal(parse('a.c -o a.mjs --threads=only').threadsOnly, true);
  wrong('a.c -o a.wasm --package --threads', /--package works without --threads/);
  wrong('a.c -o a.mjs --threads=some', /--threads=only/);
  wrong('a.c -o a.mjs -pthread', /--threads/);
  wrong('a.c -o a.mjs --threads -sPTHREAD_POOL_SIZE=4', /started by goro/);
});

test('sanitizers', () => {
  assert.equal(parse('a.c -o a').sanitize, undefined);
  assert.equal(parse('a.c -o a --sanitize').sanitize, 'address');
  assert.equal(parse('a.c -o a --sanitize=address').sanitize, 'address');
  assert.equal(parse('a.c -o a --sanitize=thread').sanitize, 'thread');
  wrong('a.c -o a --sanitize=memory', /there are address and thread/);
  wrong('a.c -o a.mjs --sanitize=thread', /native only/);
  wrong('a.c -o a.wasm --sanitize', /native only/);
});

test('what is missing or makes no sense is said', () => {
  wrong('', /no input files/);
  wrong('a.c', /-o OUTPUT is needed/);
  wrong('a.c -o', /-o needs a value/);
  wrong('a.rs -o a.wasm', /takes \.c, \.cpp, \.cc, \.cxx, \.o and \.a/);
  wrong('a.c -o a.wasm --frobnicate', /unknown option --frobnicate/);
  wrong('-c a.c b.c -o x.o', /takes one file/);
});

test('flags that goroutines cannot live with are refused, with the reason', () => {
  wrong('a.c -o a.wasm -fwasm-exceptions', /-fwasm-exceptions: goroutines cannot wait/);
  wrong('a.c -o a.wasm -mtail-call', /tail calls/);
  wrong('a.c -o a.mjs -sASYNCIFY=1', /asyncify by itself/);
  wrong('a.c -o a.mjs -s JSPI', /asyncify by itself/);
  wrong('a.c -o a.mjs -pthread', /--threads/);
});
