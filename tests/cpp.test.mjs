// tests/cpp/*_test.cpp: goro.hpp, linked with the runtime that checks its
// invariants. ms.test.mjs has them on many Ms.
import { table } from './harness/table.mjs';

table('cpp');
