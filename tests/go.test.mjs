// tests/go/NAME.{go,c,out}: real Go is the oracle, and the same program in C
// prints and exits the same on every host. UPDATE=1 stores what Go says.
import { test } from 'node:test';
import { judge } from './harness/kinds.mjs';
import { askGo, haveGo, store } from './harness/oracle.mjs';
import { programs } from './harness/programs.mjs';
import { table } from './harness/table.mjs';

for (const program of haveGo ? programs('go') : []) {
  test(`${program.name} [go]`, async () => {
    const result = await askGo(program);
    if (process.env.UPDATE) store(program, result);
    judge(result, program);
  });
}

table('go');
