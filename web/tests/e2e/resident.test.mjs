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

  it('the paper code prints on one sheet, without the page around it, and a door reads it from the print', async () => {
    await page.goto(province.url + '/app/paper')
    await page.getByRole('button', { name: '制作纸质码' }).click()
    await page.locator('.sheet svg.qr').waitFor({ timeout: 15_000 })
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' })
    assert.equal(await page.locator('.no-print:visible').count(), 0)
    assert.equal(await page.locator('.sheet').evaluate((sheet) => getComputedStyle(sheet).backgroundColor), 'rgb(255, 255, 255)')
    const pdf = (await page.pdf({ format: 'A4' })).toString('latin1')
    assert.equal((pdf.match(/\/Type\s*\/Page\b/g) ?? []).length, 1)
    const printed = await page.locator('.sheet svg.qr').screenshot()
    await picture(page, 'paper')
    await page.emulateMedia({ media: null, colorScheme: null })
    const door = await doorFor()
    assert.equal(await scanPicture(door.page, printed), '黄码') // symptoms were declared above
    assert.match(await door.page.locator('.verdict').innerText(), /纸质码/)
    await door.close()
  })

  it('the back button leaves a page or the enlarged code, never the code itself', async () => {
    await page.goto(province.url + '/app/')
    await page.locator('svg.qr').waitFor()
    await page.getByRole('link', { name: '历史' }).click()
    await page.getByText('首尾相连').waitFor({ timeout: 15_000 })
    await page.goBack()
    await page.locator('.frame').click()
    await page.locator('.frame.big').waitFor()
    await page.goBack()
    await page.locator('.frame:not(.big)').waitFor()
    assert.equal(new URL(page.url()).pathname, '/app/')
  })

  it('a phone whose clock is off is told so, and what to set', async () => {
    const late = await page.context().newPage()
    await late.clock.setSystemTime(Date.now() - 10 * 60_000)
    await late.goto(province.url + '/app/')
    await late.getByText('手机时间慢了约 10 分钟').waitFor({ timeout: 15_000 })
    await late.close()
  })

  it('a form sent without a network says so, keeps what was entered, and can be sent again', async () => {
    const form = await page.context().newPage()
    await form.goto(province.url + '/app/declare')
    await form.getByLabel('所在地').fill('410105')
    await form.getByLabel('到达时间').fill('2022-06-13T08:00')
    await form.context().setOffline(true)
    await form.getByRole('button', { name: '提交' }).last().click()
    await form.getByText('连不上中心').waitFor({ timeout: 15_000 })
    assert.equal(await form.getByLabel('所在地').inputValue(), '410105')
    await form.context().setOffline(false)
    await form.getByRole('button', { name: '提交' }).last().click()
    await form.getByText('已提交').waitFor({ timeout: 15_000 })
    await form.close()
  })

  it('an appeal shows its number, its clock, who must answer, the reply and who signed it; a look-up names the reader', async () => {
    const B = (zh) => ({ zh, en: 'words' })
    const cdc = { id: 'SIM-CDC', name: B('模拟县疾病预防控制中心'), class: 'cdc', phone: '0371-00001001' }
    const soon = new Date(Date.now() + 3 * 3_600_000).toISOString()
    const appeal = { ticket: '0000-010-250', state: 'open', end: 'open', end_words: B('处理中'), opened_at: '2022-06-13T00:00:00Z', contested_version: 2,
      statements: [{ statement: 'ab'.repeat(32), kind_words: B('接触者判定'), source_record: 'CDC-7', institution: cdc, answer: 'waiting', answer_words: B('等待举证') }],
      deadlines: [{ step: 'accept', step_words: B('受理'), at: '2022-06-13T02:00:00Z', state: 'done' }, { step: 'substantiate', step_words: B('举证'), at: soon, state: 'running' }, { step: 'decide', step_words: B('决定'), at: '2022-06-13T03:00:00Z', state: 'missed' }],
      steps: [{ number: 1, kind: 'opened', words: B('已提出'), at: '2022-06-13T00:00:00Z', institution: { id: 'self', name: B('本人'), class: 'self' }, text: '我没有去过。', leaf: { shard: 1, index: 4 } },
        { number: 2, kind: 'decided', words: B('已决定'), at: '2022-06-13T01:00:00Z', institution: cdc, actor: 'SIM-CDC/li', reply: B('经核查，记录有误，已更正。'), leaf: { shard: 1, index: 5 } }], actions: ['add', 'withdraw'] }
    const looked = { at: '2022-06-13T01:00:00Z', institution: cdc, reader: 'SIM-CDC/li', role: 'case', duty: 'case', duty_words: B('办理申诉'), ticket: appeal.ticket, flags: ['outside_area'], leaf: { shard: 1, index: 6 } }
    const view = await page.context().newPage()
    let added = ''
    await view.route('**/v1/me/cases', (route) => route.fulfill({ json: route.request().method() === 'POST' ? appeal : { items: [] }, status: route.request().method() === 'POST' ? 201 : 200 }))
    await view.route('**/v1/me/cases/*', (route) => route.fulfill({ json: appeal }))
    await view.route('**/v1/me/cases/*/materials', (route) => {
      added = route.request().postDataJSON().text
      return route.fulfill({ json: { ...appeal, actions: [] } })
    })
    await view.route('**/v1/me/lookups', (route) => route.fulfill({ json: { items: [looked] } }))
    await view.goto(province.url + '/app/cases')
    await view.getByRole('button', { name: '提出申诉' }).click()
    await view.getByText('经核查，记录有误').waitFor({ timeout: 10_000 })
    const text = await view.locator('main').innerText()
    for (const said of ['0000-010-250', /举证 截止 .+3小时后/, /决定 逾期/, /模拟县疾病预防控制中心 SIM-CDC\/li 签署/, '等待举证', '0371-00001001', '我没有去过。']) assert.ok(typeof said === 'string' ? text.includes(said) : said.test(text), `${said}: ${text}`)
    await picture(view, 'appeal', { fullPage: true })
    await view.getByLabel('补充说明').fill('附行程单')
    await view.getByRole('button', { name: '提交补充' }).click()
    await view.getByLabel('补充说明').waitFor({ state: 'detached' })
    assert.equal(added, '附行程单')
    await view.goto(province.url + '/app/lookups')
    await view.getByText('办理申诉').waitFor({ timeout: 10_000 })
    assert.match(await view.locator('main').innerText(), /不在其辖区[\s\S]*SIM-CDC\/li/)
    await view.close()
  })

  it('a session that ended keeps the code on the phone and asks to sign in again; two tabs sign out together', async () => {
    const own = await phone(browser)
    await signIn(own, province.url, newcomer)
    await own.locator('svg.qr').waitFor({ timeout: 20_000 })
    const other = await own.context().newPage()
    await other.goto(province.url + '/app/')
    await other.locator('svg.qr').waitFor({ timeout: 20_000 })
    const doorway = await doorFor()
    assert.equal(await scanPicture(doorway.page, await showsCode(other)), '黄码')
    await doorway.close()
    await own.context().clearCookies()
    await own.getByText('登录已过期').waitFor({ timeout: 15_000 })
    assert.ok(await own.locator('svg.qr').isVisible())
    await signIn(own, province.url, newcomer)
    await own.getByText('秒后刷新').waitFor({ timeout: 20_000 })
    await own.goto(province.url + '/app/more')
    await own.getByRole('button', { name: '退出并清除本机' }).click()
    for (const tab of [own, other]) await tab.getByText('用身份认证登录后').waitFor({ timeout: 15_000 })
    assert.deepEqual(own.faults, [])
    await own.context().close()
  })

  it('no page has a serious accessibility violation, in both languages, both themes and large type', async () => {
    for (const [path, settings] of [['/', {}], ['/app/', {}], ['/app/', { theme: 'dark' }], ['/app/', { large: true }], ['/app/history', { theme: 'dark' }], ['/app/declare', { language: 'en' }], ['/app/more', {}], ['/app/cases', { theme: 'dark' }], ['/app/lookups', {}], ['/app/family', { large: true }],
      ['/door/', {}], ['/door/', { theme: 'dark', language: 'en' }]]) {
      assert.deepEqual(await seriousViolations(page.context(), province.url + path, settings), [], `${path} ${JSON.stringify(settings)}`)
    }
  })

  it('no layout overflows, from 360 to 1920 pixels', async () => {
    for (const width of WIDTHS) {
      const view = await page.context().newPage()
      await view.setViewportSize({ width, height: 900 })
      for (const path of ['/', '/app/', '/app/history', '/app/more', '/app/declare', '/app/cases', '/app/family', '/app/paper', '/door/']) {
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
