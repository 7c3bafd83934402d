import assert from 'node:assert/strict'
import { webcrypto } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { launch, phone, picture, seriousViolations, signIn, startProvince, WIDTHS, writeClip } from './harness.mjs'

let province, browser
before(async () => {
  province = await startProvince()
  browser = await launch()
})
after(async () => {
  await browser?.close()
  await province?.stop()
})

const newcomer = { document_number: '410102199001010012', name: '王小明' }

// Reads the QR on the page with the door's own reader: the picture, not the page's memory.
async function showsCode(page) {
  await page.locator('svg.qr').waitFor({ timeout: 20_000 })
  return page.locator('svg.qr').screenshot()
}

async function doorFor(options = {}, flags = []) {
  const own = await launch(...flags)
  const page = await phone(own, options)
  await page.goto(province.url + '/door/')
  await page.getByRole('button', { name: '打开摄像头' }).and(page.locator(':enabled')).waitFor({ timeout: 20_000 })
  return { page, close: () => own.close() }
}

async function scanPicture(door, png) {
  const again = door.getByRole('button', { name: '继续验码' })
  if (await again.isVisible()) await again.click()
  await door.locator('input[type=file]').setInputFiles({ name: 'code.png', mimeType: 'image/png', buffer: png })
  await door.locator('.verdict .word').waitFor({ timeout: 15_000 })
  return door.locator('.verdict .word').innerText()
}

describe('a resident with a phone', () => {
  let page

  it('signs in, registers down to the county, and has a green code', async () => {
    page = await phone(browser)
    await signIn(page, province.url, newcomer)
    await page.locator('input[list=counties]').fill('410102')
    await page.getByRole('button', { name: '登记并取码' }).click()
    await page.locator('.code.green').waitFor({ timeout: 20_000 })
    assert.match(await page.locator('.code').innerText(), /王\*\*/)
    await picture(page, 'phone-green', { fullPage: false })
  })

  it('is told why, and the phone itself finds the decision in the ledger', async () => {
    await page.getByText('已核验').first().waitFor({ timeout: 15_000 })
    assert.match(await page.locator('main').innerText(), /没有规则成立/)
  })

  it('a door without a network reads that very code through its camera and says green', async () => {
    const clip = join(tmpdir(), `mingma-clip-${process.pid}.y4m`)
    const door = await doorFor({ permissions: ['camera'] }, ['--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream', `--use-file-for-fake-video-capture=${clip}`])
    await writeClip(page, await showsCode(page), clip)
    await door.page.context().setOffline(true)
    await door.page.getByRole('button', { name: '打开摄像头' }).click()
    await door.page.locator('.verdict').waitFor({ timeout: 20_000 })
    assert.equal(await door.page.locator('.verdict .word').innerText(), '绿码')
    assert.match(await door.page.locator('.verdict').innerText(), /王\*\*/)
    await picture(door.page, 'door-green')
    await door.close()
  })

  it('goes offline and keeps showing a code that doors accept', async () => {
    const door = await doorFor()
    await page.waitForFunction(() => navigator.serviceWorker.controller !== null, undefined, { timeout: 15_000 }).catch(() => undefined)
    await page.context().setOffline(true)
    await page.reload()
    await page.getByText('连不上中心').first().waitFor({ timeout: 20_000 })
    assert.match(await page.locator('.code').innerText(), /截至/)
    assert.equal(await scanPicture(door.page, await showsCode(page)), '绿码')
    await page.context().setOffline(false)
    await page.getByText('秒后刷新').waitFor({ timeout: 20_000 })
    await door.close()
  })

  it('a screenshot a minute old is refused', async () => {
    const png = await showsCode(page)
    const door = await doorFor()
    await door.page.clock.setSystemTime(Date.now() + 85_000)
    assert.equal(await scanPicture(door.page, png), '截图，或手机时间不准')
    await picture(door.page, 'door-screenshot')
    await door.close()
  })

  it('a code copied to another phone is refused', async () => {
    const answer = await page.evaluate(async () => (await fetch('/v1/me/code?device=' + (await (await fetch('/v1/me/devices', { method: 'POST', headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ public_key: await (async () => {
        const db = await new Promise((resolve) => { const open = indexedDB.open('mingma'); open.onsuccess = () => resolve(open.result) })
        const pair = await new Promise((resolve) => { const get = db.transaction('keys').objectStore('keys').get('phone'); get.onsuccess = () => resolve(get.result) })
        return btoa(String.fromCharCode(...new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey))))
      })() }) })).json()).device)).json())
    const { writeShown, shownMessage } = await codeLibrary()
    const credential = Uint8Array.from(Buffer.from(answer.credential, 'base64url'))
    const thief = await webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign'])
    const now = Math.floor(Date.now() / 1000)
    const proof = new Uint8Array(await webcrypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, thief.privateKey, shownMessage(credential, now)))
    const door = await doorFor()
    await door.page.locator('.scanner input').fill(writeShown(credential, now, proof))
    await door.page.keyboard.press('Enter')
    await door.page.locator('.verdict .word').waitFor()
    assert.equal(await door.page.locator('.verdict .word').innerText(), '不是在本人手机上出示')
    await door.close()
  })

  it('a declaration is written to the ledger, and the history proves it', async () => {
    await page.goto(province.url + '/app/declare')
    await page.getByLabel('有发热、咳嗽等症状', { exact: true }).check()
    await page.getByRole('button', { name: '提交' }).first().click()
    await page.getByText('已提交').waitFor({ timeout: 10_000 })
    await page.goto(province.url + '/app/history')
    await page.getByText('首尾相连').waitFor({ timeout: 15_000 })
    await page.getByRole('button', { name: '核验账本' }).last().click()
    await page.getByText(/已核验/).first().waitFor({ timeout: 15_000 })
  })

  it('a proof that was tampered with on the way is noticed', async () => {
    const bad = await page.context().newPage()
    await bad.route('**/v1/me/receipt', async (route) => {
      const answer = await route.fetch()
      const body = await answer.json()
      body.leaf.entry = body.leaf.entry.slice(0, 20) + (body.leaf.entry[20] === 'A' ? 'B' : 'A') + body.leaf.entry.slice(21)
      await route.fulfill({ response: answer, json: body })
    })
    await bad.goto(province.url + '/app/')
    await bad.getByText('核验失败').waitFor({ timeout: 20_000 })
    await bad.close()
  })

  it('no page has a serious accessibility violation, in both languages, both themes and large type', async () => {
    for (const [path, settings] of [['/', {}], ['/app/', {}], ['/app/', { theme: 'dark' }], ['/app/', { large: true }], ['/app/history', { theme: 'dark' }], ['/app/declare', { language: 'en' }], ['/app/more', {}],
      ['/door/', {}], ['/door/', { theme: 'dark', language: 'en' }]]) {
      assert.deepEqual(await seriousViolations(page.context(), province.url + path, settings), [], `${path} ${JSON.stringify(settings)}`)
    }
  })

  it('no layout overflows, from 360 to 1920 pixels', async () => {
    for (const width of WIDTHS) {
      const view = await page.context().newPage()
      await view.setViewportSize({ width, height: 900 })
      for (const path of ['/', '/app/', '/app/history', '/app/more', '/app/declare', '/door/']) {
        await view.goto(province.url + path)
        await view.waitForTimeout(600)
        const over = await view.evaluate(() => document.documentElement.scrollWidth - innerWidth)
        assert.ok(over <= 0, `${path} at ${width}: ${over} pixels too wide`)
      }
      await view.close()
    }
  })

  it('raised no error in any page', () => assert.deepEqual(page.faults, []))
})

// The library the pages use, compiled for this test by the bundler.
async function codeLibrary() {
  const { build } = await import('vite')
  const root = new URL('../..', import.meta.url).pathname
  const built = await build({ root, configFile: false, logLevel: 'error', build: { write: false, minify: false, lib: { entry: join(root, 'src/lib/credential.ts'), formats: ['es'] } } })
  const file = join(tmpdir(), `mingma-credential-${process.pid}.mjs`)
  writeFileSync(file, built[0].output[0].code)
  return import(file)
}
