// Serves files to pages, and takes what the programs there print: by a socket,
// as a page that hangs cannot be asked any more.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { WebSocketServer } from 'ws';

const TYPES = {
  '.js': 'text/javascript', '.mjs': 'text/javascript', '.wasm': 'application/wasm', '.html': 'text/html',
};
const PAGE = '<!doctype html><title>goro</title>';
/** What a page must come with to have SharedArrayBuffer. */
export const ISOLATION = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'cross-origin-resource-policy': 'same-origin',
};

/**
 * Serves the files under `root`, and an empty page at /.
 * @param {boolean} isolated  pages are cross-origin isolated
 * @param {Record<string, string>} [headers]  of every answer
 */
export async function startServer(root, isolated, headers = {}) {
  const server = createServer((request, response) => {
    answer(root, isolated ? { ...ISOLATION, ...headers } : headers, request, response);
  });
  const receivers = new Map(); // run's path → { receive, closed }
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (socket, { url }) => {
    socket.on('message', (data) => receivers.get(url)?.receive(...JSON.parse(data)));
    socket.on('close', () => receivers.get(url)?.closed());
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  let runs = 0;
  return {
    base: `http://127.0.0.1:${server.address().port}/`,
    /**
     * Calls receive(kind, value) for all that a page sends to `path`, and
     * closed() when no more can come.
     */
    listen(receive, closed) {
      const path = `/run/${runs++}`;
      receivers.set(path, { receive, closed });
      return { path, stop: () => receivers.delete(path) };
    },
    close() {
      for (const socket of sockets.clients) socket.terminate();
      server.close();
      server.closeAllConnections();
    },
  };
}

async function answer(root, headers, request, response) {
  const path = normalize(new URL(request.url, 'http://host').pathname);
  try {
    const body = path === '/' ? PAGE : await readFile(join(root, path));
    const type = path === '/' ? 'text/html' : TYPES[extname(path)];
    // As a CDN does, which pages of all origins may read.
    const open = { 'access-control-allow-origin': '*' };
    response.writeHead(200, { ...headers, ...open, 'content-type': type ?? 'text/plain' });
    response.end(body);
  } catch {
    response.writeHead(404).end();
  }
}
