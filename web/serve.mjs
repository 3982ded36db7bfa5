#!/usr/bin/env node
/**
 * Serves web/dist with the headers that a page must come with to have shared
 * memory, and with it goroutines on several threads.
 *
 *   serve.mjs [--port=N] [--no-isolation]      default: 8080, or the next one that is free
 */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { dirname, extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const DIST = join(dirname(fileURLToPath(import.meta.url)), 'dist');
const TYPES = {
  '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.mjs': 'text/javascript', '.css': 'text/css',
  '.wasm': 'application/wasm', '.woff2': 'font/woff2', '.svg': 'image/svg+xml', '.png': 'image/png', '.json': 'application/json',
};
const ISOLATION = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'cross-origin-resource-policy': 'same-origin',
};

async function answer(headers, request, response) {
  const path = normalize(decodeURIComponent(new URL(request.url, 'http://host').pathname));
  const file = path.endsWith('/') ? `${path}index.html` : path;
  try {
    const body = await readFile(join(DIST, file));
    response.writeHead(200, { ...headers, 'content-type': TYPES[extname(file)] ?? 'text/plain', 'cache-control': 'no-cache' });
    response.end(body);
  } catch {
    response.writeHead(404, headers).end('not found\n');
  }
}

/** Listens on `port`, or where that is taken on the next one that is free. */
function listen(server, port) {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      if (error.code === 'EADDRINUSE' && port > 0) resolve(listen(server, port + 1));
      else reject(error);
    });
    server.listen(port, '127.0.0.1', () => resolve(server.address().port));
  });
}

/**
 * Serves web/dist.
 * @param {{ port?: number, isolated?: boolean }} options  port 0: any
 * @returns {Promise<{ url: string, close: () => void }>}
 */
export async function serve({ port = 0, isolated = true } = {}) {
  const server = createServer((request, response) => { void answer(isolated ? ISOLATION : {}, request, response); });
  const chosen = await listen(server, port);
  return {
    url: `http://127.0.0.1:${chosen}/`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const option = (name) => process.argv.find((arg) => arg.startsWith(`--${name}`));
  const { url } = await serve({ port: Number(option('port=')?.split('=')[1] ?? 8080), isolated: !option('no-isolation') });
  console.log(`the demo is at ${url}   (Ctrl+C ends it)`);
}
