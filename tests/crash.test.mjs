// tests/crash/NAME.c: programs that must die, and their very words.
import { table } from './harness/table.mjs';

table('crash');
