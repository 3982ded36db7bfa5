// Cross-origin isolation for pages whose host cannot send headers: a service
// worker that adds them. Both halves are in this file, which a page includes as
// a plain script, from its own folder:
//
//   <script src="coi.js"></script>               isolates the page, reloading it once
//   <script src="coi.js" data-ask></script>      only when the page calls goroIsolate()
//
// It reloads at most once in a tab: where that did not help, nothing will.
(() => {
  const HEADERS = {
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-embedder-policy': 'require-corp',
    'cross-origin-resource-policy': 'cross-origin',
  };

  async function isolated(request) {
    const response = await fetch(request);
    if (response.status === 0) return response; // of another origin, and opaque
    const headers = new Headers(response.headers);
    for (const [name, value] of Object.entries(HEADERS)) headers.set(name, value);
    const { status, statusText } = response;
    return new Response([101, 204, 205, 304].includes(status) ? null : response.body, { status, statusText, headers });
  }

  function serve() {
    addEventListener('install', () => skipWaiting());
    addEventListener('activate', (event) => event.waitUntil(clients.claim()));
    addEventListener('fetch', (event) => {
      const { request } = event;
      // What developer tools do, and no service worker can answer.
      if (request.cache === 'only-if-cached' && request.mode !== 'same-origin') return;
      event.respondWith(isolated(request));
    });
  }

  const KEY = 'goro-isolate';
  const reloadedAlready = () => {
    try {
      return sessionStorage.getItem(KEY) !== null;
    } catch {
      return true; // nowhere to remember it
    }
  };

  /** Resolves to false where it cannot be done; else the page is loaded again. */
  async function isolate(script) {
    if (crossOriginIsolated || !isSecureContext || !navigator.serviceWorker || reloadedAlready()) return false;
    await navigator.serviceWorker.register(script);
    await navigator.serviceWorker.ready;
    sessionStorage.setItem(KEY, 'reloaded');
    location.reload();
    return true;
  }

  if (typeof window === 'undefined') {
    serve();
    return;
  }
  const { src, dataset } = document.currentScript;
  let under; // who asks while it is under way gets that
  window.goroIsolate = () => under ??= isolate(src).finally(() => { under = undefined; });
  if (!('ask' in dataset)) goroIsolate().catch(() => {});
})();
