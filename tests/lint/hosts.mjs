// Checks that no host's macro is asked for outside runtime/os: the build picks
// os_js.c, os_wasip1.c or os_unix.c, and common code knows only os.h. goro_js.h
// says that it is for one of them.

const HOST =
  /__(EMSCRIPTEN|wasi|wasm|wasm32|unix|linux|APPLE|x86_64|aarch64|FreeBSD)(_\w*)?__|\b(EMSCRIPTEN|_WIN32|_WIN64)\b/;

// Stack switching asks for the sanitizers' fiber calls, and which back end the
// build chose is a matter of file names as well: neither is a host's macro.
export function check(files) {
  return files
    .filter(({ path }) => /^runtime\/(?!os\/|api\/goro_js\.h$).*\.[ch]$/.test(path))
    .flatMap(({ path, text }) =>
      logicalLines(text)
        .filter(({ row }) => /^\s*#\s*(if|ifdef|ifndef|elif)\b/.test(row))
        .filter(({ row }) => HOST.test(row))
        .map(({ row, line }) => `${path}:${line}: host macro: ${row.trim()}`),
    );
}

// A condition may go on over lines that end in a backslash.
function logicalLines(text) {
  const lines = [];
  let open = false;
  text.split('\n').forEach((part, i) => {
    const row = part.replace(/\\$/, ' ');
    if (open) lines[lines.length - 1].row += row;
    else lines.push({ row, line: i + 1 });
    open = part.endsWith('\\');
  });
  return lines;
}
