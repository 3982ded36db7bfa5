/** The page: connects its parts. */
import { Editor } from './editor.js';
import { type Key, listen, rows } from './keys.js';
import { Output } from './output.js';
import { CHAPTERS, filesOf, neighbour, type Program, program } from './programs.js';
import type { Files } from './protocol.js';
import { Session } from './session.js';
import { fromHash, toHash } from './share.js';
import { themeButton } from './theme.js';

const $ = <E extends HTMLElement>(id: string): E => document.getElementById(id) as E;

const output = new Output($('output'), $('status'));
const editor = new Editor({ field: $('field'), colours: $('colours'), numbers: $('numbers'), tabs: $('tabs') }, () => edited());
const procs = $<HTMLSelectElement>('procs');
const seed = $<HTMLInputElement>('seed');
const speed = 1;

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
  let failed = false;
  let how = '';
  $<HTMLButtonElement>('stop').disabled = false;
  output.status('running', 'running');
  session = new Session({ kind: 'run', files: editor.files, procs: Number(procs.value), seed: Number(seed.value) || 0, canvas: canvas() }, {
    log: (text) => output.print(text),
    started: ({ procs: n }) => { how = n === 1 ? ' on one thread' : ` on ${n} threads`; },
    failed(failure) {
      failed = true;
      output.failed(failure);
      editor.mark(failure.place);
      output.status(`failed: ${failure.name}`, 'failed');
    },
    ended(ms) {
      $<HTMLButtonElement>('stop').disabled = true;
      if (ms === undefined) output.status('stopped', 'stopped');
      else if (!failed) output.status(`done in ${seconds(ms)}${how}`, 'done');
    },
  });
}

const stop = (): void => { session?.stop(); };

// ---- what is shown ----

const hash = async (): Promise<string> => `#${await toHash({
  program: current.id, seed: Number(seed.value) || 0, procs: Number(procs.value), speed,
  files: isEdited() ? editor.files : undefined,
})}`;

let known = '';
const address = async (): Promise<void> => {
  known = await hash();
  history.replaceState(null, '', known);
};

function edited(): void {
  $('reset').hidden = !isEdited();
  void address();
}

function choose(next: Program): void {
  location.hash = `program=${next.id}${procs.value === '0' ? '' : `&procs=${procs.value}`}`;
}

async function show(): Promise<void> {
  const shared = await fromHash(location.hash);
  current = program(shared.program);
  original = await filesOf(current);
  editor.files = shared.files ?? original;
  procs.value = String(shared.procs);
  seed.value = shared.seed ? String(shared.seed) : '';
  $('title').textContent = current.title;
  $('about').textContent = current.about;
  $('reset').hidden = !isEdited();
  document.title = `${current.title} · Goro`;
  for (const link of document.querySelectorAll<HTMLAnchorElement>('#programs a')) {
    if (link.dataset['id'] === current.id) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  known = location.hash;
  run();
}

function listPrograms(): void {
  $('programs').append(...CHAPTERS.map(({ title, programs }) => {
    const section = document.createElement('section');
    const list = document.createElement('ul');
    list.append(...programs.map(({ id, title: name }) => {
      const link = Object.assign(document.createElement('a'), { href: `#program=${id}`, textContent: name });
      link.dataset['id'] = id;
      const item = document.createElement('li');
      item.append(link);
      return item;
    }));
    section.append(Object.assign(document.createElement('h2'), { textContent: title }), list);
    return section;
  }));
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

// ---- the rest ----

const help = $<HTMLDialogElement>('help');

const KEYS: readonly Key[] = [
  { key: 'Enter', shown: 'Ctrl Enter', does: 'Run, from the editor too', run, control: true },
  { key: 'r', shown: 'R', does: 'Run', run },
  { key: 's', shown: 'S', does: 'Stop the program', run: stop },
  { key: 'n', shown: 'N', does: 'Next program', run: () => choose(neighbour(current, 1)) },
  { key: 'p', shown: 'P', does: 'Program before', run: () => choose(neighbour(current, -1)) },
  { key: 'e', shown: 'E', does: 'Edit; Tab leaves the editor', run: () => editor.focus() },
  { key: '?', shown: '?', does: 'These keys', run: () => help.showModal() },
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
  themeButton($('theme'), () => {});
  $('keys').querySelector('tbody')!.append(...rows(KEYS));
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
  procs.addEventListener('change', () => { void address(); run(); });
  seed.addEventListener('change', () => { void address(); run(); });
  addEventListener('hashchange', () => { if (location.hash !== known) void show(); });
  void show();
}

main();
