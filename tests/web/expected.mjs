// What each program of the demo must do in the end, whatever the order of timers
// that are late.

const lines = (...all) => `${all.join('\n')}\n`;

export const EXPECTED = {
  hello: { status: /^done/, output: lines('Hello from a goroutine') },
  'ping-pong': { status: /^done/, match: /^p[io]ng 1\np[io]ng 2\np[io]ng 3\n(p[io]ng \d+\n)*$/, not: /(p[io]ng) \d+\n\1/ },
  pipeline: { status: /^done/, output: lines('0.5', '2.0', '4.5', '8.0', '12.5', '18.0', '24.5', '32.0', '40.5', '50.0', '60.5', '72.0') },
  fan: { status: /^done/, match: /^(job \d+ by worker [1-4]\n){20}20 jobs done\n$/ },
  sieve: { status: /^done/, output: lines(2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37) },
  select: { status: /^done/, match: /^an answer after 5 ms\n(an answer after 15 ms\n(an answer after 10 ms\n)?)?nothing for 100 ms: enough\n$/ },
  mutex: { status: /^done/, output: lines('mutex:   15', 'channel: 15') },
  context: { status: /^done/, match: /^answer from Oslo\n(?=[^]*Zürich)(?=[^]*Lima)(\S+: CanceledError\n){2}$/ },
  deadlock: {
    status: /^failed: DeadlockError$/,
    match: /^(philosopher \d has the left fork\n){5}DeadlockError: all goroutines are asleep - deadlock![^]*(\[sync\.Mutex\.Lock\]:\nphilosopher[^]*){5}/,
  },
  leak: {
    status: /^done/,
    match: /^(answer after \d ms\n){3}leak: 6 × query \[chan send\], started at main\.js:10\n$/,
  },
  mandelbrot: { status: /^done/, match: /^1 at a time: \d+ ms\n(\d+ at a time: \d+ ms, [\d.]+ × as fast\n)+$/ },
  forever: { status: /^done/, output: lines(...[1, 2, 3, 4, 5].map((beat) => `this thread goes on: beat ${beat}`)) },
  c: { status: /^done/, output: lines(2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37) },
  many: { status: /^done/, match: /^counted by goroutines: 100000\n\d+ bytes of the runtime's memory for each, with its channel\n[\d.]+ µs for each/ },
  panic: {
    status: /^failed: Error$/,
    match: /^(?=[^]*recovered: two is too much)(?=[^]*result 1)(?=[^]*result 3)[^]*\nError: two is too much\n[^]*main\.js:7:/,
    not: /never printed/,
  },
};

/** The same, where there is one thread: no isolation, or no second processor. */
export const EXPECTED_ALONE = {
  ...EXPECTED,
  mandelbrot: { status: /^done/, match: /^1 at a time: \d+ ms\nno more than one: .+\n$/ },
  forever: { status: /^done/, match: /^there is no worker to run it: .+\n$/ },
};
