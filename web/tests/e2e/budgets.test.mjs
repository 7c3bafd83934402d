// What a first visit costs: bytes before the code is shown, time on a slow phone, and where requests go.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { launch, phone, signIn, startProvince } from './harness.mjs'

const JS_BYTES_MAX = 150_000
const DOOR_BYTES_MAX = 400_000
const CODE_VISIBLE_MS_MAX = 1_500
const TRIES = 3 // the best counts
const BUSY = 1.5
// Slow 4G as Lighthouse and DevTools have it: 1.6 Mbit/s down, 750 kbit/s up, 150 ms round trip.
const SLOW_4G = { offline: false, downloadThroughput: 1.6e6 / 8, uploadThroughput: 750e3 / 8, latency: 150 }
const person = { document_number: '410102199001010055', name: '赵大山' }

let province, browser
before(async () => {
  province = await startProvince()
  browser = await launch()
})
after(async () => {
  await browser?.close()
  await province?.stop()
})

// How much longer work takes here than its processor time, because others work too: 1 on an idle machine. The allowance grows by it; beyond BUSY nothing can be
// said, and the test is skipped with what it measured.
function shareOfProcessor() {
  const [wall, used] = [process.hrtime.bigint(), process.cpuUsage()]
  while (process.hrtime.bigint() - wall < 400_000_000n);
  const spent = process.cpuUsage(used)
  return Math.max(1, 400_000 / (spent.user + spent.system))
}

// A browser that has never been here, but whose person is registered and signed in. Service workers would fetch ahead of what is measured.
async function fresh(register) {
  const page = await phone(browser, { serviceWorkers: 'block' })
  await signIn(page, province.url, person)
  if (register) {
    await page.locator('input[list=counties]').fill('410102')
    await page.getByRole('button', { name: '登记并取码' }).click()
  }
  await page.locator('svg.qr').waitFor({ timeout: 20_000 })
  // Only the session stays: a phone that opens the page for the first time.
  await page.goto('about:blank')
  const cdp = await page.context().newCDPSession(page)
  await cdp.send('Network.enable')
  await cdp.send('Network.clearBrowserCache')
  await cdp.send('Storage.clearDataForOrigin', { origin: province.url, storageTypes: 'indexeddb,cache_storage,local_storage' })
  return { page, cdp }
}

// Runs in the page: milliseconds from the start of the navigation to the frame after the code stands in it. Asking from outside would wait for the slowed page
// to answer, and count that.
function timeTheCode() {
  new MutationObserver((_, observer) => {
    if (!document.querySelector('.code .word')) return
    observer.disconnect()
    requestAnimationFrame(() => setTimeout(() => { window.codeShownAt = Math.round(performance.now()) }))
  }).observe(document, { childList: true, subtree: true })
}

// Bytes of the bodies as they were sent, by the kind of resource.
function counted(cdp) {
  const kinds = new Map()
  const sums = new Map()
  const urls = []
  cdp.on('Network.responseReceived', ({ requestId, type, response }) => {
    kinds.set(requestId, type)
    sums.set(requestId, Number(response.headers['content-length'] ?? response.headers['Content-Length'] ?? 0))
    urls.push([response.url, response.headers['content-encoding'] ?? response.headers['Content-Encoding'] ?? ''])
  })
  // The page's own files; answers of the interface are data, not page.
  const own = new Set()
  cdp.on('Network.requestWillBeSent', ({ requestId, request }) => new URL(request.url).pathname.startsWith('/v1/') || own.add(requestId))
  const of = (...types) => [...sums].filter(([id]) => own.has(id) && (types.length === 0 || types.includes(kinds.get(id)))).reduce((sum, [, bytes]) => sum + bytes, 0)
  return { of, urls }
}

describe('the budgets', () => {
  it(`the resident's page needs at most ${JS_BYTES_MAX / 1000} kB of compressed JavaScript until the code is shown`, async () => {
    const { page, cdp } = await fresh(true)
    const bytes = counted(cdp)
    await page.goto(province.url + '/app/')
    await page.locator('svg.qr').waitFor({ timeout: 20_000 })
    const scripts = bytes.of('Script')
    console.log(`# resident: ${scripts} bytes of JavaScript, ${bytes.of()} in all, until the code is shown`)
    assert.ok(bytes.urls.filter(([url]) => url.endsWith('.js')).every(([, coding]) => coding === 'br' || coding === 'gzip'), 'a script came uncompressed')
    assert.ok(scripts > 20_000 && scripts <= JS_BYTES_MAX, `${scripts} bytes`)
    await page.context().close()
  })

  it(`the code is visible within ${CODE_VISIBLE_MS_MAX} ms at a quarter of the processor and on slow 4G`, async (test) => {
    const took = []
    let [allowed, share] = [CODE_VISIBLE_MS_MAX, 1]
    for (let i = 0; i < TRIES && !(Math.min(...took) <= allowed); i++) {
      share = shareOfProcessor()
      allowed = Math.round(CODE_VISIBLE_MS_MAX * Math.min(share, BUSY))
      const { page, cdp } = await fresh(false)
      await cdp.send('Network.emulateNetworkConditions', SLOW_4G)
      await cdp.send('Emulation.setCPUThrottlingRate', { rate: 4 })
      await page.addInitScript(timeTheCode)
      await page.goto(province.url + '/app/', { waitUntil: 'commit' })
      took.push(await (await page.waitForFunction(() => window.codeShownAt, undefined, { timeout: 30_000 })).jsonValue())
      await page.context().close()
    }
    console.log(`# code visible after ${took.join(', ')} ms; allowed ${allowed}`)
    if (Math.min(...took) > allowed && share > BUSY) return test.skip(`the machine is ${share.toFixed(1)} times overloaded: ${took.join(', ')} ms`)
    assert.ok(Math.min(...took) <= allowed, `${took.join(', ')} ms; allowed ${allowed}`)
  })

  it(`the door needs at most ${DOOR_BYTES_MAX / 1000} kB with its reader, which is loaded before it is needed`, async () => {
    const page = await phone(browser, { serviceWorkers: 'block' })
    const cdp = await page.context().newCDPSession(page)
    await cdp.send('Network.enable')
    const bytes = counted(cdp)
    await page.goto(province.url + '/door/')
    await page.locator('input[type=file]').setInputFiles({ name: 'x.png', mimeType: 'image/png', buffer: await page.screenshot() })
    await page.getByText('图片里没有二维码').waitFor({ timeout: 30_000 })
    console.log(`# door: ${bytes.of()} bytes in all, reader included`)
    assert.ok(bytes.urls.some(([url]) => url.endsWith('.wasm')), 'the reader was not loaded')
    assert.ok(bytes.of() <= DOOR_BYTES_MAX, `${bytes.of()} bytes`)
    await page.context().close()
  })

  it('no page may run a script of its own text, and none asks another host', async () => {
    const page = await phone(browser, { viewport: { width: 1280, height: 900 } })
    const hosts = new Set()
    page.context().on('request', (request) => hosts.add(new URL(request.url()).protocol === 'data:' ? province.url : new URL(request.url()).origin))
    for (const path of ['/', '/app/', '/door/', '/public/', '/public/figures', '/public/ledger', '/public/who-may']) {
      const answer = await page.goto(province.url + path)
      const policy = answer.headers()['content-security-policy']
      const scripts = policy.split(';').find((part) => part.trim().startsWith('script-src'))
      assert.ok(scripts.includes("'self'") && !scripts.includes('unsafe-inline') && !/'unsafe-eval'/.test(scripts), policy)
      await page.waitForTimeout(1_500)
      assert.equal(await page.evaluate(() => new Promise((resolve) => {
        const script = document.createElement('script')
        script.textContent = 'window.intruder = true'
        document.head.append(script)
        setTimeout(() => resolve(window.intruder), 50)
      })), undefined)
    }
    assert.deepEqual([...hosts], [province.url])
    await page.context().close()
  })
})
