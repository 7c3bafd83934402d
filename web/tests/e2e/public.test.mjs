import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { launch, phone, picture, seriousViolations, signIn, startProvince, WIDTHS } from './harness.mjs'

const DESK = { viewport: { width: 1280, height: 900 }, deviceScaleFactor: 1 }
const newcomer = { document_number: '410102199001010039', name: '李小红' }
let province, browser, page, receipt
before(async () => {
  province = await startProvince()
  browser = await launch()
  page = await phone(browser, DESK)
})
after(async () => {
  await browser?.close()
  await province?.stop()
})

const api = async (path) => (await fetch(province.url + path)).json()
const open = async (path) => page.goto(province.url + '/public' + path)
const number = (text) => Number(text.replace(/[^0-9]/g, ''))

// A file dropped on the page: its name and text.
async function verify(...files) {
  await open('/verify')
  await page.locator('input[type=file]').setInputFiles(files.map(([name, text]) => ({ name, mimeType: 'text/plain', buffer: Buffer.from(text) })))
  await page.locator('h2.good, h2.bad').waitFor({ timeout: 20_000 })
  const failed = await page.locator('li.bad[data-check]').evaluateAll((lines) => lines.map((line) => line.dataset.check))
  return { good: await page.locator('h2.good').count() === 1, failed, text: await page.locator('section[aria-live]').innerText() }
}
// The same text with one letter of base64 replaced by another.
const flip = (text, at) => text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1)

describe('the public pages', () => {
  it('the figures on the front page and in the tables are the interface’s, with their date', async () => {
    await open('/')
    const { cells, as_of } = await api('/v1/statistics')
    const green = cells.filter((cell) => cell.area === '' && cell.colour === 'green').reduce((sum, cell) => sum + (cell.count ?? 0), 0)
    await page.locator('.now strong').first().waitFor()
    assert.equal(number(await page.locator('.now strong').first().innerText()), green)
    await page.getByRole('link', { name: '数字', exact: true }).first().click()
    await page.locator('[data-table=places] tr[data-area=""]').waitFor()
    assert.equal(number(await page.locator('[data-table=places] tr[data-area=""] [data-colour=green]').innerText()), green)
    assert.ok(as_of && (await page.locator('.source').first().innerText()).includes('数据时间'))
  })

  it('the map of Henan is drawn, and picking a place on it asks who may change a code there', async () => {
    await open('/who-may')
    const map = page.locator('.chart svg')
    await map.locator('text', { hasText: '郑州市' }).waitFor({ timeout: 20_000 })
    assert.ok(await map.locator('path').count() >= 18)
    await map.locator('text', { hasText: '郑州市' }).click({ force: true })
    await page.waitForURL(/division=4101/)
    await map.locator('text', { hasText: '中牟县' }).waitFor()
    await picture(page, 'public-who-may')
  })

  it('who may change a code names every institution that the interface names, with telephone and chain', async () => {
    const power = await api('/v1/grants?division=410102')
    await open('/who-may?division=410102')
    await page.locator('.mandate').first().waitFor()
    const text = await page.locator('main').innerText()
    const mandates = power.kinds.flatMap((kind) => kind.mandates)
    assert.ok(mandates.length > 5)
    for (const { institution } of mandates) assert.ok(text.includes(institution.name.zh) && text.includes(institution.phone), institution.id)
    await page.locator('.mandate summary strong').first().click()
    assert.match(await page.locator('.mandate[open] li').first().innerText(), /授权（.+），适用/)
  })

  it('policies are tables, and two versions are compared rule by rule', async () => {
    const policy = JSON.parse(readFileSync(join(province.folder, 'policy.json'), 'utf8'))
    const changed = policy.rules.find((rule) => rule.colour === 'yellow')
    Object.assign(changed, { way_out: { zh: '核酸检测阴性后立即转绿', en: 'converted at once by a negative test' } })
    const file = join(province.folder, 'policy-2.json')
    writeFileSync(file, JSON.stringify({ ...policy, version: '1.1.0' }))
    const roots = ['headquarters', 'discipline'].flatMap((name) => ['--key', join(province.folder, `roots/root-${name}.pem`)])
    await province.mingma('publish', '--type', 'policy', file, ...roots, '--server', province.url)
    await open('/rules')
    await page.getByRole('link', { name: policy.title.zh }).first().waitFor()
    await page.getByRole('button', { name: '对比' }).click()
    await page.getByText('1 条规则不同').waitFor()
    assert.match(await page.locator('td.new').last().innerText(), /核酸检测阴性后立即转绿/)
    await page.locator('.lead a').last().click()
    await page.locator('table.data tbody tr').first().waitFor()
    assert.ok(await page.locator('table.data').first().locator('tbody tr').count() === policy.rules.length + 1)
    // Published a moment ago: a checkpoint stands over its leaf within a second or two.
    for (let tries = 0; tries < 10 && await page.locator('.good[role=status]').count() === 0; tries++) {
      await page.getByRole('button', { name: '核验这份文件' }).click()
      await page.locator('[role=status]').waitFor()
      await page.waitForTimeout(500)
    }
    assert.match(await page.locator('[role=status]').innerText(), /已由本浏览器核验/)
    await picture(page, 'public-rules')
  })

  it('every ledger is checked in the browser, and a leaf is told in plain words', async () => {
    await open('/ledger')
    await page.locator('td.good').nth(2).waitFor({ timeout: 20_000 })
    assert.equal(await page.locator('td.bad').count(), 0)
    await open('/ledger/0/0')
    await page.getByText('本浏览器已核验').waitFor({ timeout: 15_000 })
    assert.match(await page.locator('.leaf').innerText(), /创世文件/)
  })

  it('an entry that the server changes on the way is noticed', async () => {
    await page.route('**/tile/entries/**', async (route) => {
      const answer = await route.fetch()
      const body = await answer.body()
      body[12] ^= 1
      await route.fulfill({ response: answer, body })
    })
    await open('/ledger/0/0')
    await page.getByText('账本里没有这一条').waitFor({ timeout: 15_000 })
    await page.unroute('**/tile/entries/**')
  })

  it('a resident’s receipt and its proof pass every check', async () => {
    const own = await phone(browser)
    await signIn(own, province.url, newcomer)
    await own.locator('input[list=counties]').fill('410102')
    await own.getByRole('button', { name: '登记并取码' }).click()
    await own.getByText('已核验').first().waitFor({ timeout: 25_000 })
    receipt = await own.evaluate(async () => (await fetch('/v1/me/receipt')).json())
    await own.context().close()
    assert.deepEqual(await verify(['告知书.json', JSON.stringify(receipt)]).then(({ good, failed }) => ({ good, failed })), { good: true, failed: [] })
    const proved = await verify(['me.tlog-proof', receipt.leaf.proof])
    assert.ok(proved.good, proved.text)
    assert.match(await page.locator('.leaf').innerText(), /一次判定[\s\S]*郑州市/)
    await picture(page, 'public-verify', { fullPage: true })
  })

  it('a byte flipped anywhere fails, and the page says which check', async () => {
    const proof = receipt.leaf.proof
    const hash = proof.indexOf('\n', proof.indexOf('index ')) + 5
    const cases = [
      ['inclusion', flip(proof, hash)],
      ['checkpoint', flip(proof, proof.lastIndexOf('\u2014') + 60)],
      ['inclusion', proof.replace(/index (\d+)/, (_, index) => `index ${Number(index) - 1}`)],
      ['opening', JSON.stringify({ ...receipt, leaf: { ...receipt.leaf, opening: flip(receipt.leaf.opening, 8) } })],
      ['says', JSON.stringify({ ...receipt, colour: 'red' })],
      ['inclusion', JSON.stringify({ ...receipt, leaf: { ...receipt.leaf, entry: flip(receipt.leaf.entry, 20) } })]
    ]
    for (const [check, text] of cases) {
      const found = await verify(['changed', text])
      assert.equal(found.good, false, check)
      assert.equal(found.failed[0], check, found.text)
    }
    await picture(page, 'public-tampered')
  })

  it('an evidence bundle passes; with one statement changed it does not', async () => {
    const file = join(province.folder, 'who.json')
    const keys = join(province.folder, 'keys.txt')
    writeFileSync(keys, await (await fetch(province.url + '/v1/ledger/keys')).text())
    await province.mingma('who', newcomer.document_number, '--key', province.key('SIM-COMMAND'), '--purpose', 'press 1', '--ledger-keys', keys, '--out', file, '--server', province.url)
    const bundle = JSON.parse(readFileSync(file, 'utf8'))
    const good = await verify(['who.json', JSON.stringify(bundle)])
    assert.ok(good.good, good.text)
    bundle.documents[1].document += ' '
    assert.deepEqual((await verify(['who.json', JSON.stringify(bundle)])).failed, ['documents'])
  })

  it('a day’s figures and an alarm are shown as published, with place in the ledger and ending', async () => {
    const figures = { type: 'figures', day: '2022-06-13', cell_min: 10, ledgers: [{ shard: 1, first: 0, end: 1500 }], leaves: 1500,
      totals: { statement: 700, decision: 800, decision_worse: 250, decision_better: 30 },
      cells: [{ kind: 'decision', city: '410100', class: 'cdc', rule: 'B2', from: 'green', to: 'red', direction: 'worse', count: 240 },
        { kind: 'decision', city: '410100', from: 'yellow', to: 'green', direction: 'better', suppressed: true }] }
    const alarm = { type: 'alarm', id: 'ab'.repeat(16), kind: 'mass_assignment_signer', severity: 'warning', institution: 'SIM-CDC', from: '2022-06-13T00:00:00Z', until: '2022-06-13T01:00:00Z', threshold: 100,
      words: { zh: '一把签名密钥大批致码变差', en: 'one signing key made many worse' } }
    const ending = { ending: 'misuse', by: 'SIM-COMMAND', text: { zh: '五人受处分。', en: 'Five people were disciplined.' }, at: '2022-06-22T08:00:00Z' }
    const notice = (content, more = {}) => ({ id: createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 32), raised_at: '2022-06-13T16:10:00Z', leaf: { shard: 0, index: 3 }, text: JSON.stringify(content), content, ...more })
    await page.route('**/v1/figures', (route) => route.fulfill({ json: { items: [notice(figures)] } }))
    await page.route('**/v1/alarms', (route) => route.fulfill({ json: { items: [notice(alarm, { endings: [notice(ending)] })] } }))
    await open('/figures?day=2022-06-13')
    await page.locator('[data-table=totals]').waitFor()
    assert.match(await page.locator('[data-table=totals]').innerText(), /变差\s+250/)
    assert.match(await page.locator('main').innerText(), /郑州市\s+240\s+不公布/)
    await page.getByRole('button', { name: '核验这份文件' }).click()
    await page.getByText('这一条不是这份文件的').waitFor({ timeout: 15_000 })
    await picture(page, 'public-figures', { fullPage: true })
    await open('/alarms')
    await page.getByText('查实滥用').waitFor()
    assert.match(await page.locator('main').innerText(), /模拟县疾病预防控制中心[\s\S]*五人受处分/)
    await page.unroute('**/v1/figures')
    await page.unroute('**/v1/alarms')
  })

  it('no page has a serious accessibility violation, in both themes and languages', async () => {
    const hash = (await api('/v1/policies')).items[0].hash
    for (const [path, settings] of [['/', {}], ['/who-may?division=4101', { theme: 'dark' }], ['/rules', { language: 'en' }], ['/rules/' + hash, { theme: 'dark' }], ['/figures', {}], ['/figures', { theme: 'dark', language: 'en' }],
      ['/ledger', { theme: 'dark' }], ['/ledger/0/1', {}], ['/verify', { theme: 'dark' }], ['/alarms', { language: 'en' }], ['/proofs', {}]]) {
      assert.deepEqual(await seriousViolations(page.context(), province.url + '/public' + path, settings), [], `${path} ${JSON.stringify(settings)}`)
    }
  })

  it('no layout overflows, from 360 to 1920 pixels, and large type does not either', async () => {
    const hash = (await api('/v1/policies')).items[0].hash
    for (const large of [false, true]) {
      const view = await page.context().newPage()
      await view.addInitScript((kept) => localStorage.setItem('mingma.preferences', JSON.stringify(kept)), { language: 'zh', theme: 'light', large })
      for (const path of ['/', '/who-may?division=4101', '/rules', '/rules/' + hash, '/figures', '/ledger', '/ledger/0/1', '/verify', '/alarms']) {
        await view.goto(province.url + '/public' + path)
        await view.waitForTimeout(700)
        for (const width of large ? [390] : WIDTHS) {
          await view.setViewportSize({ width, height: 900 })
          await view.waitForTimeout(100)
          const over = await view.evaluate(() => document.documentElement.scrollWidth - innerWidth)
          assert.ok(over <= 0, `${path} at ${width}${large ? ' large' : ''}: ${over} pixels too wide`)
        }
      }
      await view.close()
    }
  })

  it('raised no error in any page', () => assert.deepEqual(page.faults, []))
})
