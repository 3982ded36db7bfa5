// On JavaScript hosts the event loop gets its turns between the slices, and
// sleeping goroutines wake: also while others never stop.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { build } from '../harness/build.mjs';
import { closeHosts, hosts } from '../harness/hosts.mjs';
import { tests } from '../harness/paths.mjs';

after(closeHosts);

for (const host of hosts().filter(({ target }) => target.startsWith('js'))) {
  test(host.name, async () => {
    const file = await build(join(tests, 'cc/eventloop.c'), host.target);
    const { code, stdout, stderr } = await host.run(file, { args: [], env: {}, dirs: [], timeoutMs: 60_000 });
    assert.equal(code, 0, stderr);
    const { ticks, frames, late } = JSON.parse(stdout);
    // About 100 and 60 on an idle machine. A busy one gets 50; a way back that
    // goes before timers and frames leaves 3 and 10.
    assert.ok(ticks >= 20, `${ticks} ticks`);
    if (host.name.startsWith('chromium')) assert.ok(frames >= 20, `${frames} frames`);
    assert.ok(late < 500, `${late} ms late`);
  });
}
