// tests/crash/NAME.c: programs that must die, and their very words.
import { died } from './harness/judge.mjs';
import { table } from './harness/table.mjs';

table('crash', died);
