// Runs in the page: starts the module `url`, and sends to the server what it
// prints and how it ends. Self-contained, as the browser gets its text.
export async function pageProgram({ path, url, args, env }) {
  const socket = new WebSocket(`ws://${location.host}${path}`);
  await new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onerror = () => reject(new Error('no connection to the test server'));
  });
  globalThis.output = { stdout: '', stderr: '' }; // for scripts that prepare a page
  const send = (kind, value) => {
    if (kind in globalThis.output) globalThis.output[kind] += value;
    socket.send(JSON.stringify([kind, value]));
  };
  const fail = (error) => {
    if (error?.name === 'ExitStatus') return; // how Emscripten leaves exit()
    const stack = error?.stack ?? ''; // with the message only in Chromium
    const text = stack.includes(error?.message) ? stack : `${error}\n${stack}`;
    send('stderr', `${text}\n`);
    send('code', `error: ${error?.message ?? error}`);
  };
  addEventListener('error', (event) => fail(event.error ?? event.message));
  addEventListener('unhandledrejection', (event) => fail(event.reason));
  try {
    const { default: app } = await import(url);
    // Emscripten hands over whole lines, without their newline.
    await app({
      arguments: args,
      goroEnv: env,
      print: (line) => send('stdout', `${line}\n`),
      printErr: (line) => send('stderr', `${line}\n`),
      onExit: (code) => send('code', code),
    });
  } catch (error) {
    fail(error);
  }
}
