/** The page: connects its parts. */
import { toChrome } from 'goro/trace';
import { Editor } from './editor.js';
import { type Key, listen, rows } from './keys.js';
import { Output } from './output.js';
import { Picture } from './picture.js';
import { CHAPTERS, filesOf, neighbour, type Program, program } from './programs.js';
import type { Files } from './protocol.js';
import { Session } from './session.js';
import { DEFAULTS, fromHash, paramsOf, toHash } from './share.js';
import { themeButton } from './theme.js';

const $ = <E extends HTMLElement>(id: string): E => document.getElementById(id) as E;

const output = new Output($('output'), $('status'));
const editor = new Editor({ field: $('field'), colours: $('colours'), numbers: $('numbers'), tabs: $('tabs') }, () => edited());
const procs = $<HTMLSelectElement>('procs');
const seed = $<HTMLInputElement>('seed');
const speeds = $<HTMLSelectElement>('speed');

const picture = new Picture({
  canvas: $('picture'), tip: $('tip'), said: $('said'), empty: $('empty'), slider: $('place'), play: $('play'), rewind: $('rewind'), loop: $('loop'),
  clock: $('clock'), table: document.querySelector('#now table')!, details: $('now'),
  counts: { running: $('n-running'), runnable: $('n-runnable'), waiting: $('n-waiting') },
});

let current: Program;
/** As they are in programs/. */
let original: Files = {};
let session: Session | undefined;

const isEdited = (): boolean => JSON.stringify(editor.files) !== JSON.stringify(original);

// ---- running ----

const seconds = (ms: number): string => (ms < 1000 ? `${Math.max(ms, 1).toFixed(0)} ms` : `${(ms / 1000).toFixed(1)} s`);

/** A new canvas for each run: it belongs to the worker from then on. */
function canvas(): OffscreenCanvas | undefined {
  const old = $<HTMLCanvasElement>('paint');
  const fresh = old.cloneNode() as HTMLCanvasElement;
  fresh.hidden = !Object.values(editor.files).some((text) => /\bcanvas\b/.test(text));
  old.replaceWith(fresh);
  return fresh.hidden ? undefined : fresh.transferControlToOffscreen();
}

function run(): void {
  session?.stop();
  output.clear();
  editor.mark(undefined);
  picture.begin();
  let failed = false;
  let stuck = false;
  let how = '';
  let why = '';
  $<HTMLButtonElement>('stop').disabled = false;
  output.status('running', 'running');
  const request = { kind: 'run', files: editor.files, procs: Number(procs.value), seed: Number(seed.value) || 0, canvas: canvas() } as const;
  session = new Session(request, {
    log: (text) => output.print(text),
    started({ procs: n, reason }) {
      how = n > 1 ? ` on ${n} threads` : request.seed ? ' on one thread, as a seed asks for' : ' on one thread';
      why = n > 1 ? '' : reason;
    },
    traced: (events) => picture.push(events),
    leaked() { stuck = true; },
    failed(failure) {
      failed = true;
      stuck = failure.name === 'DeadlockError';
      output.failed(failure);
      editor.mark(failure.place);
      output.status(`failed: ${failure.name}`, 'failed');
    },
    ended(ms) {
      picture.end(stuck);
      $<HTMLButtonElement>('stop').disabled = true;
      if (ms === undefined) output.status('stopped', 'stopped');
      else if (!failed) output.status(`done in ${seconds(ms)}${how}`, 'done', why);
    },
  });
}

const stop = (): void => { session?.stop(); };

// ---- what is shown ----

const hash = async (): Promise<string> => `#${await toHash({
  program: current.id, seed: Number(seed.value) || 0, procs: Number(procs.value), speed: picture.timeline.speed,
  files: isEdited() ? editor.files : undefined,
})}`;

let known = '';
const address = async (): Promise<void> => {
  known = await hash();
  history.replaceState(null, '', known);
  links();
};

function edited(): void {
  $('reset').hidden = !isEdited();
  void address();
}

/** Of another program, with the Ms and the speed as they are. */
const hashOf = (id: string): string => `#${paramsOf({ ...DEFAULTS, program: id, procs: Number(procs.value), speed: picture.timeline.speed })}`;

function choose(next: Program): void {
  location.hash = hashOf(next.id);
}

function links(): void {
  for (const link of document.querySelectorAll<HTMLAnchorElement>('#programs a')) link.href = new URL(hashOf(link.dataset['id']!), location.href).href;
}

async function show(): Promise<void> {
  const shared = await fromHash(location.hash);
  current = program(shared.program);
  original = await filesOf(current);
  editor.files = shared.files ?? original;
  setProcs(shared.procs);
  setSpeed(shared.speed);
  links();
  seed.value = shared.seed ? String(shared.seed) : '';
  $('title').textContent = current.title;
  $('about').textContent = current.about;
  $('reset').hidden = !isEdited();
  document.title = `${current.title} · Goro`;
  for (const link of document.querySelectorAll<HTMLAnchorElement>('#programs a')) {
    if (link.dataset['id'] !== current.id) {
      link.removeAttribute('aria-current');
      continue;
    }
    link.setAttribute('aria-current', 'page');
    const list = $('programs');
    list.scrollTo({ left: link.offsetLeft - (list.clientWidth - link.offsetWidth) / 2 });
  }
  known = location.hash;
  run();
}

function listPrograms(): void {
  $('programs').append(...CHAPTERS.map(({ title, programs }) => {
    const section = document.createElement('section');
    const list = document.createElement('ul');
    list.append(...programs.map(({ id, title: name }) => {
      const link = Object.assign(document.createElement('a'), { textContent: name });
      link.dataset['id'] = id;
      const item = document.createElement('li');
      item.append(link);
      return item;
    }));
    section.append(Object.assign(document.createElement('h2'), { textContent: title }), list);
    return section;
  }));
}

/** Have a list show a value that the address asks for, as one more if it is not in it. */
function pick(list: HTMLSelectElement, value: number, text: string): void {
  if (![...list.options].some((each) => Number(each.value) === value)) list.append(new Option(text, String(value)));
  list.value = String(value);
}

/** Where there is one M only, that is what the list shows. */
function setProcs(n: number): void {
  pick(procs, procs.disabled ? 0 : n, String(n));
}

const SPEEDS = [0.25, 0.5, 1, 2, 4];

function setSpeed(speed: number): void {
  pick(speeds, speed, `${speed}×`);
  picture.timeline.speed = speed;
}

function faster(by: number): void {
  const at = SPEEDS.indexOf(picture.timeline.speed);
  setSpeed(SPEEDS[Math.max(0, Math.min(SPEEDS.length - 1, (at < 0 ? 2 : at) + by))]!);
  void address();
}

function listProcs(): void {
  const most = crossOriginIsolated ? Math.max(navigator.hardwareConcurrency, 2) : 1;
  const option = (value: number, text: string) => procs.append(new Option(text, String(value)));
  option(0, crossOriginIsolated ? 'auto' : '1');
  if (most > 1) for (let n = 1; n <= Math.min(most, 16); n *= 2) option(n, String(n));
  procs.disabled = most === 1;
}

// ---- copying ----

async function copy(button: HTMLElement, text: string): Promise<void> {
  const before = button.dataset['says'] ??= button.textContent!;
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = 'Copied';
  } catch {
    button.textContent = 'Not allowed';
  }
  setTimeout(() => { button.textContent = before; }, 1500);
}

/** What ui.perfetto.dev and chrome://tracing read. */
function download(): void {
  const file = new Blob([JSON.stringify(toChrome(picture.recording.events))], { type: 'application/json' });
  const link = Object.assign(document.createElement('a'), { href: URL.createObjectURL(file), download: `${current.id}.trace.json` });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

// ---- the rest ----

const help = $<HTMLDialogElement>('help');

const KEYS: readonly Key[] = [
  { key: 'Enter', shown: 'Ctrl Enter', does: 'Run, from the editor too', run, control: true },
  { key: 'r', shown: 'R', does: 'Run', run },
  { key: 's', shown: 'S', does: 'Stop the program', run: stop },
  { key: ' ', shown: 'Space', does: 'Pause and play the picture', run: () => picture.toggle() },
  { key: 'ArrowLeft', shown: '←', does: 'One event back', run: () => picture.step(-1) },
  { key: 'ArrowRight', shown: '→', does: 'One event on', run: () => picture.step(1) },
  { key: 'b', shown: 'B', does: 'Rewind', run: () => picture.rewind() },
  { key: 'Home', shown: 'Home', does: 'To the begin', run: () => picture.seek(0) },
  { key: 'End', shown: 'End', does: 'To the end', run: () => picture.toEnd() },
  { key: '-', shown: '-', does: 'Slower', run: () => faster(-1) },
  { key: '+', shown: '+', does: 'Faster', run: () => faster(1) },
  { key: 'n', shown: 'N', does: 'Next program', run: () => choose(neighbour(current, 1)) },
  { key: 'p', shown: 'P', does: 'Program before', run: () => choose(neighbour(current, -1)) },
  { key: 'e', shown: 'E', does: 'Edit; Tab leaves the editor', run: () => editor.focus() },
  { key: '?', shown: '?', does: 'These keys', run: () => help.showModal() },
];

/** What keys do where the picture has the focus. */
const PICTURE_KEYS = [
  { shown: '← →', does: 'In the picture: the goroutine beside it' },
  { shown: '↑ ↓', does: 'In the picture: one event back, or on' },
  { shown: 'Esc', does: 'In the picture: none is pointed at' },
];

function notice(): void {
  if (crossOriginIsolated) return;
  $('notice').hidden = false;
  const button = $('isolate');
  button.addEventListener('click', () => {
    const isolate = (globalThis as { goroIsolate?: () => Promise<boolean> }).goroIsolate;
    const failed = () => { button.replaceWith('A service worker has not helped in this tab.'); };
    void (isolate?.() ?? Promise.resolve(false)).then((reloads) => { if (!reloads) failed(); }, failed);
  });
}

function main(): void {
  listPrograms();
  listProcs();
  notice();
  themeButton($('theme'), () => picture.recolour());
  speeds.append(...SPEEDS.map((each) => new Option(`${each}×`, String(each))));
  speeds.addEventListener('change', () => { setSpeed(Number(speeds.value)); void address(); });
  $('back').addEventListener('click', () => picture.step(-1));
  $('forth').addEventListener('click', () => picture.step(1));
  $('keys').querySelector('tbody')!.append(...rows([...KEYS, ...PICTURE_KEYS]));
  listen(KEYS, () => $<HTMLInputElement>('single').checked);
  $('run').addEventListener('click', run);
  $('stop').addEventListener('click', stop);
  $('help-open').addEventListener('click', () => help.showModal());
  $('reset').addEventListener('click', () => { editor.files = original; edited(); run(); });
  $('copy').addEventListener('click', () => void copy($('copy'), $<HTMLTextAreaElement>('field').value));
  $('share').addEventListener('click', async () => {
    await address();
    await copy($('share'), location.href);
  });
  $('download').addEventListener('click', download);
  procs.addEventListener('change', () => { void address(); run(); });
  seed.addEventListener('change', () => { void address(); run(); });
  addEventListener('hashchange', () => { if (location.hash !== known) void show(); });
  void show();
}

// For tests, and for whoever looks behind the page.
Object.assign(globalThis, { picture });

main();
