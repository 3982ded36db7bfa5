/*
 * os_js_main.js: appended to what goro cc makes for JavaScript hosts, outside
 * of the factory. Node runs the program when this is its main module.
 */
if (globalThis.process?.versions?.node && process.argv[1]) {
  const { realpathSync } = await import('node:fs');
  const { pathToFileURL } = await import('node:url');
  let main;
  try {
    main = pathToFileURL(realpathSync(process.argv[1])).href;
  } catch {} // not a file: node --eval, or a bundler's loader
  if (main === import.meta.url) {
    await Module().catch((error) => {
      // It ended before main, with a report and the exit code set.
      if (error?.name !== 'ExitStatus') throw error;
      process.exitCode = error.status;
    });
  }
}
