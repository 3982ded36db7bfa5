// tests/stress/*_stress.c: much of one thing; exit 0 says that it held.
import { exited } from './harness/judge.mjs';
import { table } from './harness/table.mjs';

table('stress', (result) => exited(0, result), { suffix: '_stress.c' });
