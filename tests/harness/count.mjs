// A reporter for node --test whose whole output is "N passed, N failed".

export default async function* count(events) {
  let passed = 0;
  let failed = 0;
  for await (const { type, data } of events) {
    if (data?.details?.type === 'suite') continue;
    // The runner reports a file without tests as one that passed.
    const counts = data?.skip === undefined && !data?.name?.endsWith('.test.mjs');
    if (type === 'test:pass' && counts) passed++;
    if (type === 'test:fail') failed++;
  }
  yield `${passed} passed, ${failed} failed\n`;
}
