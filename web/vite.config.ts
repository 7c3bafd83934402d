import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import vue from '@vitejs/plugin-vue'
import { defineConfig, type Plugin } from 'vite'

const here = (path: string): string => new URL(path, import.meta.url).pathname

// The service worker of the phone pages: it must know the files of this build, and change whenever one of them does.
function serviceWorker(): Plugin {
  return {
    name: 'mingma-service-worker',
    apply: 'build',
    generateBundle(_, bundle) {
      const files = Object.values(bundle)
      const offline = new Set(files.filter((file) => file.fileName.startsWith('app/') || file.fileName.startsWith('door/')).map((file) => file.fileName))
      for (const file of files) {
        if (file.type !== 'chunk' || !file.isEntry || !/^(app|door)/.test(file.name)) continue
        const pending = [file.fileName]
        while (pending.length > 0) {
          const chunk = bundle[pending.pop()!]
          if (chunk?.type !== 'chunk' || offline.has(chunk.fileName + '#')) continue
          offline.add(chunk.fileName + '#')
          offline.add(chunk.fileName)
          for (const style of chunk.viteMetadata?.importedCss ?? []) offline.add(style)
          for (const asset of chunk.viteMetadata?.importedAssets ?? []) offline.add(asset)
          pending.push(...chunk.imports, ...chunk.dynamicImports)
        }
      }
      const list = ['app/', 'door/', ...[...offline].filter((name) => !name.endsWith('#') && !name.endsWith('.html'))].map((name) => '/' + name).sort()
      const worker = Object.values(bundle).find((file) => file.fileName === 'sw.js')
      if (worker?.type !== 'chunk') throw new Error('the service worker is missing from the build')
      const version = createHash('sha256').update(list.join('\n') + worker.code).digest('hex').slice(0, 16)
      worker.code = worker.code.replace('__FILES__', JSON.stringify(list)).replace('__VERSION__', JSON.stringify(version))
    }
  }
}

// The server sends these to whoever accepts them; nothing is compressed while serving.
function compressedForms(): Plugin {
  return {
    name: 'mingma-compressed-forms',
    apply: 'build',
    writeBundle({ dir }, bundle) {
      for (const name of Object.keys(bundle)) {
        if (!/\.(js|css|html|json|wasm|svg)$/.test(name)) continue
        const bytes = readFileSync(join(dir!, name))
        for (const [suffix, form] of [['.br', brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } })], ['.gz', gzipSync(bytes, { level: 9 })]] as const) {
          if (form.length < bytes.length) writeFileSync(join(dir!, name + suffix), form)
        }
      }
    }
  }
}

// While developing, the API comes from a running `mingma serve`; it only accepts pages of its own origin.
function toServer(): Record<string, object> {
  const target = process.env.MINGMA_URL ?? 'http://127.0.0.1:8641'
  return Object.fromEntries(['/v1', '/oidc', '/ledger', '/healthz', '/readyz'].map((path) => [path, { target, changeOrigin: true, headers: { origin: target } }]))
}

export default defineConfig({
  plugins: [vue(), serviceWorker(), compressedForms()],
  publicDir: here('static'),
  resolve: { alias: { '@': here('src') } },
  build: {
    target: 'es2022',
    chunkSizeWarningLimit: 1_200,
    assetsInlineLimit: 0,
    rollupOptions: {
      input: {
        index: here('index.html'),
        ...Object.fromEntries(['app', 'door', 'console', 'public'].filter((name) => readdirSync(here('.')).includes(name))
          .map((name) => [name, here(`${name}/index.html`)])),
        sw: here('src/sw.ts')
      },
      output: { entryFileNames: (chunk) => (chunk.name === 'sw' ? 'sw.js' : 'assets/[name]-[hash].js') }
    }
  },
  server: { proxy: toServer() },
  preview: { proxy: toServer() }
})
