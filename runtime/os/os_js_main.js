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
    // exit() ends the process, also if a timer or a socket that JavaScript has
    // made is left; what was printed goes out first.
    const onExit = (code) => {
      process.exitCode = code;
      process.stdout.write('', () => process.stderr.write('', () => process.exit()));
    };
    await Module({ onExit }).catch((error) => {
      // It ended before main, with a report.
      if (error?.name !== 'ExitStatus') throw error;
      onExit(error.status);
    });
  }
}
