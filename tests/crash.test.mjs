// tests/crash/NAME.c: programs that must die, and their very words.
import { exited, printed } from './harness/judge.mjs';
import { companion } from './harness/programs.mjs';
import { table } from './harness/table.mjs';

table('crash', (result, program) => {
  printed('stderr', companion(program, '.err') ?? '', result);
  printed('stdout', companion(program, '.out') ?? '', result);
  exited(Number(companion(program, '.exit') ?? 2), result);
});
