/** The programs of the page, in its order. Their sources are the files in programs/. */
import type { Files } from './protocol.js';

export interface Program {
  /** In the address; programs/ID.js is its main.js. */
  readonly id: string;
  readonly title: string;
  /** What to see, in a sentence or two. */
  readonly about: string;
  /** More files, by the names that the program calls them. */
  readonly others?: { readonly [name: string]: string };
}

export interface Chapter {
  readonly title: string;
  readonly programs: readonly Program[];
}

export const CHAPTERS: readonly Chapter[] = [
  { title: 'First steps', programs: [
    { id: 'hello', title: 'Hello', about: 'Two goroutines and a channel. Neither can go on without the other: the send and the receive meet.' },
    { id: 'ping-pong', title: 'Ping-pong', about: 'One ball, two players, one table. Whoever has the ball plays; the other one waits for it.' },
    { id: 'pipeline', title: 'Pipeline', about: 'Each stage is a goroutine that receives from the one before. The buffers between them hold two values, so that nobody runs far ahead.' },
    { id: 'fan', title: 'Fan out, fan in', about: 'Four workers take jobs from one channel as they get free, and send into another, which is closed when the last of them is done.' },
    { id: 'sieve', title: 'Prime sieve', about: 'Each prime is a goroutine that lets through what it does not divide. Numbers come in on the left; what reaches the right end is the next prime.' },
  ] },
  { title: 'Coordination', programs: [
    { id: 'select', title: 'Select with timeout', about: 'select waits for several things and takes the one that is ready first: here an answer, or 100 ms without one.' },
    { id: 'mutex', title: 'Mutex or channel', about: 'The same counter twice. Behind a mutex the goroutines queue up for it; behind a channel one goroutine owns it, and the others tell it what to do.' },
    { id: 'context', title: 'Context', about: 'Three mirrors are asked at once. The first answer cancels the context, and with it what the other two were waiting for.' },
  ] },
  { title: 'Further', programs: [
    { id: 'mandelbrot', title: 'Mandelbrot', others: { 'rows.js': 'parts/rows.js' },
      about: 'Goroutines call a function that runs on workers, and paint the rows that come back: with one at a time, then two, and so on.' },
    { id: 'forever', title: 'A loop without end', others: { 'spin.js': 'parts/spin.js' },
      about: 'for (;;) on a worker. The thread that called it goes on, and so does this page; in the end the worker is ended.' },
    { id: 'c', title: 'The sieve in C', others: { 'sieve.c': 'parts/sieve.c' },
      about: 'The same sieve in C, compiled to WebAssembly with this page. Its goroutines and those of JavaScript share one scheduler, and a channel.' },
    { id: 'many', title: '100,000 goroutines',
      about: 'A chain of a hundred thousand, each of which adds one to what it receives and sends it on. The first thousand are drawn.' },
  ] },
  { title: 'When it goes wrong', programs: [
    { id: 'deadlock', title: 'Deadlock', about: 'Five philosophers take the left fork first. When all goroutines wait for each other, the runtime says so, and shows what each of them waits for.' },
    { id: 'leak', title: 'Leak', about: 'The first answer wins, and the senders of the others wait for ever. The runtime lists who is blocked still, by where it was started.' },
    { id: 'panic', title: 'Panic', about: 'An exception in one goroutine, caught there: the others go on. Then one that nobody catches: it ends the program, and says where it came from.' },
  ] },
];

const all = CHAPTERS.flatMap((chapter) => chapter.programs);

/** What is shown first. */
export const FIRST = 'sieve';

/** The program of that name, or the first one. */
export const program = (id: string): Program => all.find((each) => each.id === id) ?? all.find((each) => each.id === FIRST)!;

/** The one that comes `by` places after another. */
export const neighbour = (of: Program, by: number): Program => all[(all.indexOf(of) + by + all.length) % all.length]!;

async function source(path: string): Promise<string> {
  const response = await fetch(new URL(`./programs/${path}`, import.meta.url));
  if (!response.ok) throw new Error(`programs/${path} did not load: HTTP ${response.status}`);
  return response.text();
}

/** Its files. */
export async function filesOf({ id, others = {} }: Program): Promise<Files> {
  const names = ['main.js', ...Object.keys(others)];
  const texts = await Promise.all([`${id}.js`, ...Object.values(others)].map(source));
  return Object.fromEntries(names.map((name, i) => [name, texts[i]!]));
}
