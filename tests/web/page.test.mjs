// The demo page: its editor, its address, keys, other screens, other servers.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { hosts } from '../harness/hosts.mjs';
import { root } from '../harness/paths.mjs';
import { closeAll, withDemo } from './demo.mjs';

after(closeAll);

const AXE = readFileSync(join(root, 'node_modules/axe-core/axe.min.js'), 'utf8');

/** What axe has to say against the page. */
async function violations(demo) {
  await demo.evaluate(AXE);
  return demo.evaluate(async () => {
    const { violations: found } = await globalThis.axe.run(document, {});
    return found.flatMap(({ id, help, nodes }) => nodes.map(({ html }) => `${id}: ${help}: ${html.slice(0, 150)}`));
  });
}

/** Before the page itself there may be an empty one, which stores nothing. */
function dark() {
  try {
    localStorage.setItem('goro-theme', 'dark');
  } catch { /* that one */ }
}

for (const { name: browser } of hosts(['chromium', 'firefox'])) {
  const page = (what, options, body) => test(`${what} [${browser}]`, () => withDemo(browser, options, body));

  page('it is isolated, and a program runs by itself', {}, async (demo) => {
    assert.equal(await demo.evaluate(() => crossOriginIsolated), true);
    assert.match((await demo.ended()).output, /^2\n3\n5\n/);
    assert.equal(await demo.evaluate(() => document.getElementById('notice').hidden), true);
  });

  page('the editor runs what was written', { path: '#program=hello' }, async (demo) => {
    await demo.ended();
    await demo.edit('import { start } from "goro";\nconst rt = await start();\nconsole.log([1, { a: "b" }], rt.info.procs > 0, "ok");\n');
    await demo.click('run');
    await demo.until('the output', () => document.getElementById('output').textContent === "[ 1, { a: 'b' } ] true ok\n");
    await demo.click('reset');
    await demo.until('the first program again', () => document.getElementById('output').textContent === 'Hello from a goroutine\n');
  });

  const WRONG = [
    ['an exception', 'let a = 1;\n\nnull.x;\n', 3, 'TypeError'],
    ['of a goroutine', "import { start } from 'goro';\nconst rt = await start();\nawait rt.run(function* () {\n  yield;\n  throw new RangeError('here');\n});\n", 5, 'RangeError'],
    ['what does not parse', 'let a = 1;\nlet b = ;\n', 2, 'SyntaxError'],
    ['what is not exported', "import {\n  begin } from 'goro';\n", 2, 'SyntaxError'],
    ['a rejection that nobody handles', "await 0;\n\n\nPromise.reject(new Error('lost'));\nawait new Promise(() => {});\n", 4, 'Error'],
  ];
  for (const [what, source, line, kind] of WRONG) {
    page(`an error is shown at its line: ${what}`, { path: '#program=hello', errorsToo: true }, async (demo) => {
      await demo.ended();
      await demo.edit(source);
      await demo.click('run');
      await demo.until(`line ${line} to be marked`, (line) => document.querySelector('#numbers .wrong')?.textContent === String(line), line);
      assert.match((await demo.ended()).status, new RegExp(`^failed: ${kind}`));
    });
  }

  const BESIDE = [
    ['what a file beside main.js throws on a worker', 'export function* spin() {\n  yield;\n  throw new RangeError("there");\n}\n', 3, 'RangeError'],
    ['what does not parse in it', 'export const a = 1;\nexport let b = ;\n', 2, 'LoadError'],
  ];
  for (const [what, source, line, kind] of BESIDE) {
    page(`an error is shown at its line: ${what}`, { path: '#program=forever', errorsToo: true }, async (demo) => {
      await demo.ended();
      await demo.evaluate(() => document.querySelector('#tabs [data-file="spin.js"]').click());
      await demo.edit(source);
      await demo.evaluate(() => document.querySelector('#tabs [data-file="main.js"]').click());
      await demo.edit((await demo.evaluate(() => document.getElementById('field').value)).replace('rt.go(function* spinner() { yield* spin(); });', 'yield* spin();'));
      await demo.click('run');
      await demo.until(`line ${line} to be marked`, (line) => document.querySelector('#numbers .wrong')?.textContent === String(line), line);
      assert.equal(await demo.evaluate(() => document.querySelector('#tabs [aria-pressed=true]').dataset.file), 'spin.js');
      assert.match((await demo.ended()).status, new RegExp(`^failed: ${kind}`));
    });
  }

  page('where it does not parse is looked for before the run is over, and is not told of another run', { path: '#program=hello', errorsToo: true }, async (demo) => {
    await demo.ended();
    await demo.evaluate(() => {
      globalThis.seen = [];
      const status = document.getElementById('status');
      new MutationObserver(() => globalThis.seen.push(status.className)).observe(status, { attributes: true });
      const { append } = document.head;
      document.head.append = (script) => { // not before it is let go
        globalThis.letGo = () => new Promise((resolve) => {
          for (const event of ['load', 'error']) script.addEventListener(event, () => setTimeout(resolve));
          append.call(document.head, script);
        });
      };
    });
    await demo.edit('let b = ;\n');
    await demo.click('run');
    await demo.until('the search', () => globalThis.letGo !== undefined);
    await demo.evaluate(() => globalThis.letGo());
    await demo.until('the failure', () => document.getElementById('status').className === 'failed');
    assert.deepEqual(await demo.evaluate(() => [...new Set(globalThis.seen)]), ['running', 'failed']);
    await demo.evaluate(() => { globalThis.letGo = undefined; });
    await demo.click('run');
    await demo.until('the search', () => globalThis.letGo !== undefined);
    await demo.edit('console.log("the next one");\n');
    await demo.click('run');
    await demo.until('its end', () => document.getElementById('status').className === 'done');
    await demo.evaluate(() => globalThis.letGo());
    assert.deepEqual([await demo.text('output'), await demo.evaluate(() => document.getElementById('status').className)], ['the next one\n', 'done']);
  });

  page('a loop without end does not hold up the page, and can be stopped', { path: '#program=hello' }, async (demo) => {
    await demo.ended();
    await demo.edit('console.log("on");\nawait new Promise((r) => setTimeout(r, 40));\nfor (;;);\n');
    await demo.click('run');
    await demo.until('its output', () => document.getElementById('output').textContent === 'on\n');
    assert.equal(await demo.evaluate(() => document.getElementById('status').className), 'running');
    await demo.click('stop');
    assert.equal((await demo.ended()).status, 'stopped');
  });

  page('what is shown is in the address, and back', { path: '#program=hello' }, async (demo) => {
    await demo.ended();
    const source = 'console.log("räksmörgås 🦉");\n';
    await demo.edit(source);
    await demo.evaluate(() => {
      const seed = document.getElementById('seed');
      seed.value = '42';
      seed.dispatchEvent(new Event('change'));
    });
    const hash = await demo.until('the address', () => /seed=42.*code=/.test(location.hash) && location.hash);
    const { page: tab, url } = demo;
    await tab.goto('about:blank');
    await tab.goto(url + hash);
    await demo.until('the output', () => document.getElementById('output')?.textContent === 'räksmörgås 🦉\n');
    assert.deepEqual(await demo.evaluate(() => [document.getElementById('field').value, document.getElementById('seed').value, document.getElementById('title').textContent]), [source, '42', 'Hello']);
    await demo.evaluate(() => { location.hash = '#program=nonsense&seed=-5&procs=x&speed=1e9&code=%%%'; });
    await demo.until('the first program', () => document.getElementById('title').textContent === 'Prime sieve');
    assert.match((await demo.ended()).output, /^2\n3\n/);
  });

  page('an address with all in it stays what it is, and so do Ms and speed from program to program', { path: '#program=fan&seed=7&procs=3&speed=0.3' }, async (demo) => {
    const controls = () => demo.evaluate(() => ['seed', 'procs', 'speed'].map((id) => document.getElementById(id).value));
    const at = () => demo.evaluate(() => location.hash);
    for (const hash of ['#program=fan&seed=7&procs=3&speed=0.3', '#program=fan&seed=7&procs=2&speed=0.5', '#program=fan&seed=7&procs=64&speed=1.5']) {
      await demo.page.goto('about:blank'); // there is no hashchange
      await demo.page.goto(demo.url + hash);
      await demo.ended();
      await demo.evaluate(() => {
        window.before = true;
        location.reload();
      });
      await demo.until('the page again', (seed) => !window.before && document.getElementById('seed')?.value === seed && document.getElementById('status').className === 'done', '7');
      const [, ...values] = /seed=(\d+)&procs=(\d+)&speed=([\d.]+)/.exec(hash);
      assert.deepEqual([await controls(), await at()], [values, hash]);
      await demo.press('+');
      await demo.press('-');
    }
    assert.match(await demo.text('status'), / on one thread, as a seed asks for$/);
    assert.equal(await demo.evaluate(() => document.getElementById('status').title), 'start({ seed }) asks for one thread');
    await demo.evaluate(() => { location.hash = '#program=fan&procs=3&speed=0.5'; });
    await demo.until('links with both', () => document.querySelector('#programs a[data-id=sieve]').hash === '#program=sieve&procs=3&speed=0.5');
    await demo.press('n');
    await demo.until('the next program', () => document.getElementById('title').textContent === 'Prime sieve');
    assert.deepEqual([await controls(), await at()], [['', '3', '0.5'], '#program=sieve&procs=3&speed=0.5']);
    await demo.ended();
    assert.match(await demo.text('status'), / on 3 threads$/);
    await demo.evaluate(() => document.querySelector('#programs a[data-id=hello]').click());
    await demo.until('Hello', () => document.getElementById('title').textContent === 'Hello');
    assert.equal(await at(), '#program=hello&procs=3&speed=0.5');
  });

  page('a seed gives the same schedule again', { path: '#program=fan&seed=7' }, async (demo) => {
    await demo.ended();
    await demo.edit("import { start } from 'goro';\nconst rt = await start();\nawait rt.run(function* () {\n  const all = rt.waitGroup();\n" +
      '  for (let i = 0; i < 9; i++) { all.add(1); rt.go(function* () { yield; console.log(i); all.done(); }); }\n  yield* all.wait();\n});\n');
    const runs = [];
    for (let i = 0; i < 3; i++) {
      await demo.click('run');
      runs.push((await demo.ended()).output);
    }
    assert.equal(runs[0].length, 18);
    assert.deepEqual(runs, Array(3).fill(runs[0]));
  });

  page('with keys alone', {}, async (demo) => {
    await demo.ended();
    await demo.press('n');
    await demo.until('the next program', () => document.getElementById('title').textContent === 'Select with timeout');
    await demo.ended();
    await demo.press('p');
    await demo.until('the program before', () => document.getElementById('title').textContent === 'Prime sieve');
    await demo.ended();
    await demo.press('?');
    await demo.until('the list of keys', () => document.getElementById('help').open);
    await demo.press('Escape');
    await demo.until('the page', () => !document.getElementById('help').open);
    await demo.press('e');
    assert.equal(await demo.evaluate(() => document.activeElement.id), 'field');
    await demo.press('Control+Home');
    for (const key of '//r') await demo.press(key); // in the editor they are letters
    await demo.press('Enter');
    assert.match(await demo.evaluate(() => document.getElementById('field').value), /^\/\/r\nimport/);
    await demo.press('Control+Enter');
    await demo.ended();
    await demo.press('Tab');
    assert.notEqual(await demo.evaluate(() => document.activeElement.id), 'field');
  });

  page('what has a button has a key', {}, async (demo) => {
    await demo.ended();
    await demo.press('-');
    assert.equal(await demo.evaluate(() => document.getElementById('speed').value), '0.5');
    await demo.press('+');
    assert.equal(await demo.evaluate(() => document.getElementById('speed').value), '1');
    await demo.press('b');
    assert.equal(await demo.evaluate(() => globalThis.picture.timeline.direction), -1);
    const first = await demo.evaluate(() => { globalThis.first = globalThis.picture.recording; });
    assert.equal(first, undefined);
    await demo.press('r');
    await demo.until('another run', () => globalThis.picture.recording !== globalThis.first);
    await demo.ended();
    await demo.evaluate(() => { location.hash = '#program=forever'; });
    await demo.until('the loop', () => document.getElementById('status').className === 'running' && /beat 1/.test(document.getElementById('output').textContent));
    await demo.press('s');
    assert.equal((await demo.ended()).status, 'stopped');
  });

  page('buttons, the slider and the speed by the keyboard', {}, async (demo) => {
    await demo.ended();
    const focus = (id) => demo.evaluate((id) => document.getElementById(id).focus(), id);
    const place = () => demo.evaluate(() => globalThis.picture.timeline.position);
    await focus('place');
    await demo.press('Home');
    const first = await place();
    for (let i = 0; i < 20; i++) await demo.press('ArrowRight');
    assert.ok(await place() > first, `${first}, then ${await place()}`);
    const before = await place();
    await focus('forth');
    await demo.press('Enter');
    assert.ok(await place() > before);
    await focus('back');
    await demo.press(' ');
    assert.ok(Math.abs(await place() - before) < 20);
    await focus('rewind');
    await demo.press(' ');
    assert.equal(await demo.evaluate(() => globalThis.picture.timeline.direction), -1);
    await focus('play');
    await demo.press(' ');
    assert.equal(await demo.evaluate(() => globalThis.picture.timeline.direction), 1);
    await demo.press(' ');
    assert.equal(await demo.evaluate(() => globalThis.picture.timeline.playing), false);
    await focus('loop');
    await demo.press(' ');
    assert.equal(await demo.evaluate(() => document.getElementById('loop').getAttribute('aria-pressed')), 'false');
    await focus('speed');
    await demo.press('2'); // a list goes to what begins so
    await demo.until('the speed', () => globalThis.picture.timeline.speed === 2);
    await demo.press('?'); // in a list it is a letter
    await focus('help-open');
    await demo.press('Enter');
    await demo.until('the list of keys', () => document.getElementById('help').open);
    const keys = await demo.text('keys');
    for (const each of ['Space', '← →', '↑ ↓', 'Esc', 'In the picture']) assert.ok(keys.includes(each), each);
  });

  page('everything can be reached by Tab, with a name', {}, async (demo) => {
    await demo.ended();
    const reached = [];
    for (let i = 0; i < 60; i++) {
      await demo.press('Tab');
      const at = await demo.evaluate(() => document.activeElement.id || document.activeElement.textContent.trim());
      if (reached.includes(at)) break;
      reached.push(at);
    }
    for (const id of ['Hello', 'Deadlock', 'run', 'field', 'copy', 'share', 'output', 'help-open', 'theme', 'picture', 'rewind', 'back', 'play', 'forth', 'place', 'loop', 'speed', 'download', 'procs', 'seed']) assert.ok(reached.includes(id), `${id} is not among ${reached}`);
    assert.equal(reached[0], 'Skip to the program');
  });

  page('a server without the headers', { isolated: false, path: '#program=hello' }, async (demo) => {
    assert.equal((await demo.ended()).output, 'Hello from a goroutine\n');
    assert.match(await demo.text('notice'), /not cross-origin isolated, so goroutines share one thread/);
    assert.deepEqual(await violations(demo), []);
    assert.equal(await demo.evaluate(() => document.getElementById('procs').disabled), true);
    await demo.shot(`no-isolation-${browser}`);
    assert.deepEqual(await demo.evaluate(async () => {
      sessionStorage.setItem('goro-isolate', 'reloaded'); // as if that had not helped
      const [first, again] = [globalThis.goroIsolate(), globalThis.goroIsolate()];
      const reloads = await first;
      sessionStorage.clear();
      return [reloads, first === again];
    }), [false, true], 'not done twice at once');
    await demo.evaluate(() => { window.before = true; });
    await demo.click('isolate');
    await demo.until('the page again, isolated', () => !window.before && crossOriginIsolated && document.getElementById('output')?.textContent === 'Hello from a goroutine\n');
    assert.equal(await demo.evaluate(() => document.getElementById('notice').hidden), true);
  });

  page('a phone', { width: 390, height: 844 }, async (demo) => {
    await demo.ended();
    assert.equal(await demo.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true);
    const small = await demo.evaluate(() => [...document.querySelectorAll('button, select, input, a')].filter((each) => each.checkVisibility() && !each.matches('.skip, p a'))
      .filter((each) => each.getBoundingClientRect().height < 32 && each.type !== 'checkbox').map((each) => each.outerHTML));
    assert.deepEqual(small, [], 'too small to be touched');
    await demo.evaluate(() => { globalThis.picture.timeline.play(); });
    const places = new Set();
    await demo.until('movement', () => globalThis.picture.timeline.position > 0);
    for (let i = 0; i < 3; i++) {
      const before = await demo.evaluate(() => globalThis.picture.timeline.position);
      places.add(before);
      await demo.until('more of it', (before) => globalThis.picture.timeline.position !== before, before);
    }
    assert.equal(places.size, 3);
    assert.deepEqual(await violations(demo), []);
    await demo.shot(`phone-${browser}`);
  });

  for (const theme of ['light', 'dark']) {
    page(`axe finds nothing wrong: ${theme}`, { prepare: theme === 'dark' ? dark : undefined }, async (demo) => {
      await demo.ended();
      assert.deepEqual(await violations(demo), []);
      await demo.shot(`${theme}-${browser}`);
      await demo.press('?');
      await demo.until('the list of keys', () => document.getElementById('help').open);
      assert.deepEqual(await violations(demo), []);
      await demo.press('Escape');
      await demo.evaluate(() => { document.getElementById('now').open = true; });
      await demo.until('the table', () => document.querySelector('#now tbody tr') !== null);
      await demo.evaluate(() => document.getElementById('picture').focus());
      await demo.press('End');
      await demo.press('ArrowRight');
      await demo.until('a tip', () => !document.getElementById('tip').hidden);
      await demo.edit('// edited\nconsole.log(1);\n');
      await demo.until('what undoes it', () => document.getElementById('reset').checkVisibility());
      assert.deepEqual(await violations(demo), []);
      await demo.evaluate(() => { location.hash = '#program=deadlock'; });
      await demo.until('the failure', () => document.getElementById('status').className === 'failed');
      assert.deepEqual(await violations(demo), []);
    });
  }

  test(`hello.html [${browser}]`, () => withDemo(browser, { path: 'hello.html' }, async (demo) => {
    await demo.until('ten squares', () => document.getElementById('out')?.textContent === '149162536496481100');
    assert.deepEqual(await violations(demo), []);
  }));
}

test('hello.html has 25 lines', () => {
  assert.equal(readFileSync(join(root, 'web/hello.html'), 'utf8').trimEnd().split('\n').length, 25);
});
