/// <reference lib="webworker" />
// Keeps the phone pages (resident, door) usable without a network. Only the pages' own files: no answer of the API is ever stored here.
declare const self: ServiceWorkerGlobalScope
declare const __FILES__: string[]
declare const __VERSION__: string

const CACHE = `mingma-${__VERSION__}`
const FILES = new Set(__FILES__)

self.addEventListener('install', (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll([...FILES])).then(() => self.skipWaiting()))
})

self.addEventListener('activate', (event) => {
  event.waitUntil(
    caches.keys()
      .then((names) => Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name))))
      .then(() => self.clients.claim())
  )
})

function known(url: URL, mode: RequestMode): string | null {
  if (mode === 'navigate') return url.pathname.startsWith('/app/') ? '/app/' : url.pathname.startsWith('/door/') ? '/door/' : null
  return FILES.has(url.pathname) ? url.pathname : null
}

self.addEventListener('fetch', (event) => {
  const url = new URL(event.request.url)
  const path = url.origin === self.location.origin && event.request.method === 'GET' ? known(url, event.request.mode) : null
  if (path === null) return
  event.respondWith(caches.match(path).then((cached) => cached ?? fetch(event.request)))
})

export {}
