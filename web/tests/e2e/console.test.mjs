import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import axe from 'axe-core'
import { launch, officerAt, phone, picture, signHere, signIn, startProvince } from './harness.mjs'

let province, browser
const desks = {}
before(async () => {
  province = await startProvince('desk')
  browser = await launch()
})
after(async () => {
  await browser?.close()
  await province?.stop()
})

const console_ = (path = '') => province.url + '/console/' + path
const rootKeys = () => ['discipline', 'headquarters', 'health-commission'].slice(0, 2).map((name) => join(province.folder, 'roots', `root-${name}.pem`))

const enrol = (...officer) => officerAt(browser, province, ...officer)

describe('officers at their desks', () => {
  let resident, person
  let next, neighbour // another resident, and their line in the register

  it('enrol a passkey that their institution vouches for, and sign in with it', async () => {
    desks.ming = await enrol('SIM-CDC', 'ming', 'executing', '明某', 'Ming')
    desks.li = await enrol('HN-HEALTH', 'li', 'approving', '李某', 'Li')
    desks.chief = await enrol('HN-COMMAND', 'chief', 'ordering', '主任', 'Chief')
    assert.match(await desks.ming.locator('header').innerText(), /模拟县疾病预防控制中心/)
  })

  it('see what a finding would do before they sign it, and sign it with the passkey', async () => {
    person = province.people.find((one) => Number(one.birth_date.slice(0, 4)) < 2000)
    resident = await phone(browser)
    await signIn(resident, province.url, person)
    await resident.locator('.code.green').waitFor({ timeout: 20_000 })
    neighbour = province.people.find((one) => one !== person && Number(one.birth_date.slice(0, 4)) < 2000)
    next = await phone(browser)
    await signIn(next, province.url, neighbour)
    await next.locator('.code.green').waitFor({ timeout: 20_000 })
    const page = desks.ming
    await page.getByRole('link', { name: '录入声明' }).click()
    await page.locator('input[name=document_number]').fill(person.document_number)
    await page.locator('input[name=source_record]').fill('DESK-1')
    await page.getByRole('button', { name: '预览后果' }).click()
    await page.locator('.preview').waitFor()
    const seen = await page.locator('.preview').innerText()
    assert.match(seen, /1\s*复核后变差/)
    assert.match(seen, /审批/)
    await picture(page, 'console-preview')
    await page.getByRole('button', { name: '去签署' }).click()
    await page.locator('.signing').waitFor()
    assert.match(await page.locator('.signing').innerText(), new RegExp(person.document_number))
    await picture(page, 'console-sign')
    await signHere(page)
    await page.getByText('已记录，待复核').waitFor()
    await resident.reload()
    await resident.locator('.code.green').waitFor({ timeout: 20_000 })
  })

  it('cannot approve what they entered themselves', async () => {
    const page = desks.ming
    await page.getByRole('link', { name: '待复核' }).click()
    await page.locator('table.plain tbody tr').first().waitFor()
    assert.match(await page.locator('table.plain tbody tr').first().innerText(), /您已签过/)
    assert.equal(await page.locator('tbody input[type=checkbox]').first().isEnabled(), false)
  })

  it('of another institution approve it, and the resident’s page turns within two seconds and names the institution', async () => {
    const page = desks.li
    await page.reload()
    await page.locator('tbody input[type=checkbox]').first().check()
    await picture(page, 'console-holds')
    await page.getByRole('button', { name: '审批 1 项' }).click()
    await page.locator('.signing').waitFor()
    assert.match(await page.locator('.signing').innerText(), /1 位居民将转为红码/)
    await signHere(page)
    const signed = Date.now()
    // Two seconds from the signature to the resident's own code; drawing the page again is the browser's time.
    const turned = await resident.evaluate(async () => {
      for (let i = 0; i < 40; i++) {
        const receipt = await (await fetch('/v1/me/receipt')).json()
        if (receipt.colour === 'red') return Date.now()
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
      return Infinity
    })
    assert.ok(turned - signed < 2_000, `it took ${turned - signed} ms`)
    await resident.reload()
    await resident.locator('.code.red').waitFor({ timeout: 10_000 })
    assert.match(await resident.locator('main').innerText(), /模拟县疾病预防控制中心/)
    await page.getByText('已生效').waitFor()
  })

  it('enter many from a file, and each line that cannot be accepted is named before anything is signed', async () => {
    const page = desks.ming
    const three = province.people.slice(20, 23).map((one) => one.document_number)
    const csv = 'document_number,kind,source_record,cleared_at\n' + [...three, '410102199001010012'].map((number, i) => `${number},risk_clearance,FILE-${i},2022-06-12T08:00`).join('\n')
    await page.getByRole('link', { name: '录入声明' }).click()
    await page.getByRole('tab', { name: '文件录入' }).click()
    await page.locator('input[type=file]').setInputFiles({ name: 'list.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) })
    await page.getByText('共 4 条声明').waitFor()
    await page.getByRole('button', { name: '预览后果' }).last().click()
    await page.locator('.preview').waitFor()
    assert.match(await page.locator('.preview').innerText(), /第 4 条：查无此登记居民/)
    await page.getByRole('button', { name: '修改' }).click()
    await page.locator('input[type=file]').setInputFiles({ name: 'bad.csv', mimeType: 'text/csv', buffer: Buffer.from('document_number,kind\n1,risk_clearance') })
    await page.getByText('缺少列').waitFor()
  })

  it('withdraw an earlier record by a signed correction, and the resident’s page turns back', async () => {
    const page = desks.ming
    await page.goto(console_('statements'))
    await page.locator('input[name=document_number]').fill(person.document_number)
    await page.locator('input[name=source_record]').fill('DESK-1-WITHDRAWN')
    await page.getByText('更正或撤回先前的声明').click()
    await page.locator('select[name=action]').selectOption('withdraw')
    await page.getByLabel('先前的记录号').fill('DESK-1')
    await page.getByRole('button', { name: '预览后果' }).click()
    await page.locator('.preview').waitFor()
    assert.match(await page.locator('.preview').innerText(), /1\s*立即变好/)
    await page.getByRole('button', { name: '去签署' }).click()
    assert.match(await signHere(page), /立即变好\s*1 人/)
    await page.getByText('已生效').waitFor()
    await resident.locator('.code.green').waitFor({ timeout: 10_000 })
    await resident.getByText('已不再计入').first().waitFor({ timeout: 10_000 })
  })

  it('refuse what waits for approval, with a reason, and nobody’s colour changes', async () => {
    const page = desks.ming
    await page.goto(console_('statements'))
    await page.locator('input[name=document_number]').fill(neighbour.document_number)
    await page.locator('input[name=source_record]').fill('DESK-2')
    await page.getByRole('button', { name: '预览后果' }).click()
    await page.getByRole('button', { name: '去签署' }).click()
    await signHere(page)
    await page.getByText('已记录，待复核').waitFor()
    const reviewer = desks.li
    await reviewer.goto(console_())
    await reviewer.locator('tbody input[type=checkbox]').first().check()
    const refuse = reviewer.getByRole('button', { name: '不予通过 1 项' })
    assert.equal(await refuse.isEnabled(), false)
    await reviewer.locator('input[name=reason]').fill('流调依据不足')
    await refuse.click()
    assert.match(await signHere(reviewer), /1 位居民的码色不变[\s\S]*流调依据不足/)
    await reviewer.getByText('已不予通过').waitFor()
    await reviewer.getByText('没有待复核的声明').waitFor()
    await next.reload()
    await next.locator('.code.green').waitFor({ timeout: 20_000 })
  })

  it('order tests in a county with the people it concerns in sight, and lift the order: the residents’ pages follow', async () => {
    const page = desks.chief
    await page.getByRole('link', { name: '区域决定' }).click()
    const place = page.getByLabel('在地图上点选，或从列表选择')
    await place.selectOption(neighbour.home.slice(0, 4))
    await page.getByText(`该地登记居民约 ${province.people.length} 人`).waitFor()
    assert.equal(await page.getByLabel('涉及人口').inputValue(), String(province.people.length))
    await place.selectOption(neighbour.home.slice(0, 6))
    await page.getByText('公开统计只到市').waitFor()
    await page.getByLabel('涉及人口').fill('52000')
    await page.locator('input[name=number]').fill('防指〔2022〕88号')
    await page.locator('input[name=zh]').fill('出现本土病例')
    await page.locator('input[name=en]').fill('Local cases')
    await page.getByRole('button', { name: '去签署' }).click()
    assert.match(await signHere(page), /涉及人口\s*52000 人/)
    await page.getByText('已公布').waitFor()
    const order = page.locator('table.plain tbody tr').filter({ hasText: '防指〔2022〕88号' })
    assert.match(await order.innerText(), /52000/)
    await picture(page, 'console-area')
    await next.locator('.code.red, .code.yellow').waitFor({ timeout: 10_000 })
    await order.getByRole('button', { name: '提前解除' }).click()
    await signHere(page)
    await order.waitFor({ state: 'detached', timeout: 10_000 })
    await next.locator('.code.green').waitFor({ timeout: 10_000 })
  })

  it('read figures that count each resident once', async () => {
    const page = desks.chief
    await page.getByRole('link', { name: '统计' }).click()
    const green = page.locator('.figure').filter({ hasText: '绿码' }).locator('strong')
    await green.and(page.locator(`:text-is("${province.people.length}")`)).waitFor({ timeout: 10_000 })
    await page.getByLabel('地区').selectOption('4102')
    await green.and(page.locator(':text-is("0")')).waitFor({ timeout: 10_000 })
  })
})

describe('the policy workbench', () => {
  let page, draft

  it('shows the person whom a stricter city policy would hit, and does not publish it', async () => {
    const provincial = (await (await fetch(province.url + '/v1/policies?in_force=true')).json()).items[0]
    draft = JSON.parse(provincial.document)
    Object.assign(draft, { id: 'zhengzhou-strict', jurisdiction: '4101', document_no: '郑〔2022〕加码' })
    draft.title = { zh: '郑州市加码规则', en: 'Zhengzhou, stricter' }
    const rule = draft.rules.find((one) => one.id === 'B5') ?? draft.rules.find((one) => one.colour === 'yellow')
    rule.colour = 'red'
    page = desks.chief
    await page.getByRole('link', { name: '规则集' }).click()
    await page.locator('input[type=file]').setInputFiles({ name: 'city.json', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(draft)) })
    await page.getByRole('tab', { name: '证明' }).click()
    await page.getByRole('button', { name: '请证明' }).click()
    await page.locator('.person').first().waitFor({ timeout: 60_000 })
    const proof = await page.locator('.finding').first().innerText()
    assert.match(proof, /红码/)
    assert.match(proof, /黄码|绿码/)
    await picture(page, 'console-proof')
    await page.getByRole('tab', { name: '签署公布' }).click()
    await page.getByRole('button', { name: '签署并公布' }).click()
    await page.locator('.signing input[type=file]').setInputFiles(rootKeys())
    await page.getByRole('button', { name: '用密钥文件签署' }).click()
    await page.getByText('比省级规则更严').waitFor({ timeout: 60_000 })
    assert.match(await page.locator('[role=alert] .person').first().innerText(), /红码/)
    const listed = (await (await fetch(province.url + '/v1/policies')).json()).items.map((one) => one.id)
    assert.ok(!listed.includes('zhengzhou-strict'))
  })

  it('checks the draft, and counts whose colour would change on the live population', async () => {
    await page.getByRole('tab', { name: '检查' }).click()
    await page.getByText(/没有发现问题|提醒|必须修改/).first().waitFor({ timeout: 15_000 })
    await page.getByRole('tab', { name: '对现有居民的影响' }).click()
    await page.getByRole('button', { name: '计算' }).click()
    await page.getByText(/比较了 .* 位居民/).waitFor({ timeout: 30_000 })
    // A draft that turns everybody yellow whom no rule meets: somebody of every age.
    const unkind = { ...draft, id: 'henan-unkind', jurisdiction: '41', default_colour: 'yellow' }
    await page.locator('input[type=file]').setInputFiles({ name: 'unkind.json', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(unkind)) })
    await page.getByRole('tab', { name: '对现有居民的影响' }).click()
    await page.getByRole('button', { name: '计算' }).click()
    await page.getByRole('columnheader', { name: '出生年代' }).waitFor({ timeout: 30_000 })
    await page.getByRole('cell', { name: /^(19|20)\d0年代 \(\d+–\d+\)$/ }).first().waitFor()
  })
})

describe('every page of the console', () => {
  const PAGES = ['', 'cases', 'statements', 'areas', 'policies', 'directory', 'alarms', 'figures', 'look-up', 'hotline', 'enrol']

  async function settle(page) {
    await page.locator('main h1').first().waitFor({ timeout: 15_000 })
    await page.waitForLoadState('networkidle')
    await page.waitForTimeout(300)
  }

  it('has no serious accessibility violation, in both themes', async () => {
    const page = desks.chief
    for (const scheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme: scheme })
      for (const name of PAGES) {
        await page.goto(console_(name))
        await settle(page)
        await page.evaluate(axe.source)
        const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }))
        const serious = found.violations.filter((one) => one.impact === 'serious' || one.impact === 'critical')
        assert.deepEqual(serious.map((one) => `${name} ${scheme}: ${one.id} ${one.nodes.slice(0, 3).map((node) => node.html.slice(0, 140)).join(' | ')}`), [])
        await picture(page, `console-${name || 'holds'}-${scheme}`, { fullPage: true })
      }
    }
    await page.emulateMedia({ colorScheme: 'light' })
  })

  it('fits 768, 1280 and 1920 pixels without scrolling sideways', async () => {
    const page = desks.chief
    for (const width of [768, 1280, 1920]) {
      await page.setViewportSize({ width, height: 900 })
      for (const name of PAGES) {
        await page.goto(console_(name))
        await settle(page)
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
        assert.ok(wide <= 0, `${name} at ${width}: ${wide} px too wide`)
        if (width === 768) await picture(page, `console-${name || 'holds'}-768`)
      }
    }
    await page.setViewportSize({ width: 1280, height: 860 })
  })

  it('says what to do when the centre is away, and keeps what was typed when the session ends', async () => {
    const page = desks.ming
    await page.goto(console_('statements'))
    await page.locator('input[name=document_number]').fill('410102199001010012')
    await page.locator('input[name=source_record]').fill('KEPT-1')
    await page.context().setOffline(true)
    await page.getByRole('button', { name: '预览后果' }).click()
    await page.locator('[role=alert]').first().waitFor()
    await page.context().setOffline(false)
    await page.context().clearCookies()
    await page.getByRole('button', { name: '预览后果' }).click()
    await page.getByText('本页填写的内容都还在').waitFor()
    await picture(page, 'console-ended')
    await page.getByRole('dialog').getByRole('button', { name: '用通行密钥登录' }).click()
    await page.getByText('本页填写的内容都还在').waitFor({ state: 'hidden' })
    assert.equal(await page.locator('input[name=source_record]').inputValue(), 'KEPT-1')
  })

  it('asks no other host for anything, and throws nothing', () => {
    for (const [name, page] of Object.entries(desks)) {
      assert.deepEqual(page.elsewhere, [], name)
      assert.deepEqual(page.faults, [], name)
    }
  })
})
