// tests/stress/*_stress.c: much of one thing; exit 0 says that it held.
import { table } from './harness/table.mjs';

table('stress');
