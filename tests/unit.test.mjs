// tests/unit/*_test.c: one per file of the runtime, linked with the runtime
// that checks its invariants.
import { table } from './harness/table.mjs';

table('unit');
