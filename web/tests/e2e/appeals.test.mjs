// Two appeals against an institution's finding: one is worked through, one meets silence until the platform's own clock ends it.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { launch, officerAt, officerSignsIn, phone, picture, signHere, signIn, startProvince } from './harness.mjs'

const DAY_MS = 86_400_000

let province, browser, ming, li
const heard = {}
const unheard = {}
before(async () => {
  province = await startProvince('desk')
  browser = await launch()
})
after(async () => {
  await browser?.close()
  await province?.stop()
})

const menu = (page, name) => page.getByRole('link', { name, exact: true }).click()
const workOf = (page, resident) => page.locator('table.plain tbody tr').filter({ hasText: resident.ticket })

describe('appeals against a finding', () => {
  it('two residents turn red on the word of one institution', async () => {
    const [first, second] = province.people.filter((one) => Number(one.birth_date.slice(0, 4)) < 2000)
    for (const [resident, person, record] of [[unheard, first, 'CDC-SILENT'], [heard, second, 'CDC-ANSWERED']]) {
      Object.assign(resident, { person, record, page: await phone(browser) })
      await signIn(resident.page, province.url, person)
      await resident.page.locator('.code.green').waitFor({ timeout: 20_000 })
    }
    ming = await officerAt(browser, province, 'SIM-CDC', 'ming', 'executing', '明某', 'Ming')
    li = await officerAt(browser, province, 'HN-HEALTH', 'li', 'approving', '李某', 'Li')
    const exposed = new Date(Date.now() - 3_600_000).toISOString()
    const csv = 'document_number,kind,source_record,last_exposure_at,level\n' + [unheard, heard].map((one) => `${one.person.document_number},contact_finding,${one.record},${exposed},close`).join('\n')
    await menu(ming, '录入声明')
    await ming.getByRole('tab', { name: '文件录入' }).click()
    await ming.locator('input[type=file]').setInputFiles({ name: 'contacts.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) })
    await ming.getByRole('button', { name: '预览后果' }).last().click()
    await ming.getByRole('button', { name: '去签署' }).click()
    await signHere(ming)
    await ming.getByText('已记录，待复核').waitFor()
    await li.reload()
    await li.getByLabel('全选').check()
    await li.getByRole('button', { name: '审批 2 项' }).click()
    await signHere(li)
    for (const { page } of [unheard, heard]) await page.locator('.code.red').waitFor({ timeout: 10_000 })
  })

  it('each opens an appeal from the code, gets a ticket and sees the clock and who must answer', async () => {
    for (const resident of [unheard, heard]) {
      const { page } = resident
      await page.waitForTimeout(1_100) // deadlines are whole seconds apart
      await page.getByRole('link', { name: '提出申诉或查看进度' }).click()
      await page.getByLabel('您想说明的情况').fill('我没有去过那里。')
      await page.getByRole('button', { name: '提出申诉' }).click()
      await page.locator('[data-step=substantiate][data-state=running]').waitFor({ timeout: 15_000 })
      resident.ticket = /票号 (\d{4}-\d{3}-\d{3})/.exec(await page.locator('h1').innerText())[1]
      assert.match(await page.locator('[data-step=substantiate]').innerText(), /截止 .+1[12]小时后/)
      const said = await page.locator('main').innerText()
      for (const expected of ['模拟县疾病预防控制中心', resident.record, '等待核实', '我没有去过那里。']) assert.ok(said.includes(expected), `${expected}: ${said}`)
    }
    await unheard.page.getByLabel('补充说明').fill('附行程单一份。')
    await unheard.page.getByRole('button', { name: '提交补充' }).click()
    await unheard.page.getByText('附行程单一份。').waitFor({ timeout: 10_000 })
    await picture(unheard.page, 'appeal-open', { fullPage: true })
  })

  it('the institution finds both on its worklist, the soonest first', async () => {
    await menu(ming, '申诉')
    await workOf(ming, heard).waitFor()
    const rows = await ming.locator('table.plain tbody tr').allInnerTexts()
    assert.deepEqual(rows.map((row) => [unheard, heard].find((one) => row.includes(one.ticket)).record), [unheard.record, heard.record])
    for (const [row, { record }] of [[rows[0], unheard], [rows[1], heard]]) assert.ok(row.includes('举证') && row.includes(record), row)
    await picture(ming, 'console-worklist')
  })

  it('it substantiates one from its own record, another body decides, and the resident reads the reply and who signed it', async () => {
    await workOf(ming, heard).getByRole('link', { name: '打开' }).click()
    await ming.getByLabel('答复').selectOption('substantiated')
    await ming.getByLabel('说明').fill('流调记录在案。')
    await ming.getByRole('button', { name: '签署答复' }).click()
    assert.match(await signHere(ming), /CDC-ANSWERED/)
    await ming.getByText('已记录。').waitFor()
    await menu(li, '申诉')
    await workOf(li, heard).getByRole('link', { name: '打开' }).click()
    await li.getByRole('button', { name: '受理' }).click()
    await li.getByText('已记录。').waitFor()
    assert.match(await li.locator('main').innerText(), /流调记录在案。/)
    await li.getByLabel('给当事人的答复（中文）').fill('经复核，流调记录属实，维持。')
    await li.getByLabel('给当事人的答复（英文）').fill('Reviewed: the record stands.')
    await li.getByRole('button', { name: '签署结论' }).click()
    assert.match(await signHere(li), /维持/)
    // Nobody touches the resident's page.
    await heard.page.getByText('经复核，流调记录属实，维持。').first().waitFor({ timeout: 20_000 })
    const said = await heard.page.locator('main').innerText()
    assert.match(said, /省卫生健康委 （密钥 [0-9a-f]{16}） 签署/)
    assert.match(said, /流调记录在案。/)
    await picture(heard.page, 'appeal-answered', { fullPage: true })
  })
})

describe('nobody answers', () => {
  it('the deadline passes, the platform suspends the finding, and the open page turns green by itself', async () => {
    const { page, ticket } = unheard
    await page.goto(province.url + '/app/')
    await page.locator('.code.red').waitFor({ timeout: 10_000 })
    await page.locator('.open-case [data-step=substantiate][data-state=running]').waitFor({ timeout: 10_000 })
    await province.restart('--demo-clock-ahead', '1')
    for (const own of [page, ming, li]) await own.context().clock.install({ time: Date.now() + DAY_MS })
    // A restart ends sessions: the resident signs in on another tab, and the first one is left alone.
    const other = await page.context().newPage()
    await signIn(other, province.url, unheard.person)
    await page.locator('.code.green').waitFor({ timeout: 20_000 })
    await picture(page, 'appeal-green')
    await other.goto(province.url + '/app/cases/' + ticket)
    await other.locator('[data-step=substantiate][data-state=missed]').waitFor({ timeout: 10_000 })
    const said = await other.locator('main').innerText()
    for (const expected of ['逾期未核实，证据已中止', '逾期未核实，已中止', '模拟县疾病预防控制中心']) assert.ok(said.includes(expected), `${expected}: ${said}`)
    await picture(other, 'appeal-defaulted', { fullPage: true })
    await other.goto(province.url + '/app/history')
    await other.getByText('由红变为绿').waitFor({ timeout: 10_000 })
    assert.match(await other.locator('main').innerText(), /申诉结果/)
  })

  it('the console shows the case as ended by default, and who was silent', async () => {
    await officerSignsIn(ming, province, 'SIM-CDC/ming', '明某')
    await menu(ming, '申诉')
    await ming.getByText('没有等待本机构处理的申诉').waitFor()
    await ming.getByLabel('按工单号打开').fill(unheard.ticket)
    await ming.getByRole('button', { name: '打开' }).click()
    await ming.getByText('逾期未核实，证据已中止').waitFor()
    const said = await ming.locator('main').innerText()
    for (const expected of ['机构核实', '已超时', '逾期未核实，已中止']) assert.ok(said.includes(expected), `${expected}: ${said}`)
    await picture(ming, 'console-defaulted')
  })

  it('an answer that comes too late changes nothing until a reviewer signs that the finding counts again', async () => {
    await ming.getByText('须由复核机构签署后才恢复').waitFor()
    await ming.getByLabel('答复').selectOption('substantiated')
    await ming.getByRole('button', { name: '签署答复' }).click()
    await signHere(ming)
    await ming.getByText('逾期后核实，仍中止，待复核').waitFor()
    const { page } = unheard
    assert.equal(await page.locator('.code.green').count(), 1)
    await officerSignsIn(li, province, 'HN-HEALTH/li', '李某')
    await menu(li, '申诉')
    await workOf(li, unheard).getByRole('link', { name: '打开' }).click()
    assert.deepEqual(await li.getByLabel('结论').locator('option').allInnerTexts(), ['恢复生效'])
    await li.getByLabel('给当事人的答复（中文）').fill('逾期补交的记录属实，恢复。')
    await li.getByLabel('给当事人的答复（英文）').fill('The late record is genuine: it counts again.')
    await li.getByRole('button', { name: '签署结论' }).click()
    assert.match(await signHere(li), /恢复生效/)
    await page.locator('.code.red').waitFor({ timeout: 10_000 })
  })

  it('asks no other host for anything, and throws nothing', () => {
    for (const page of [ming, li]) assert.deepEqual([page.elsewhere, page.faults], [[], []])
    for (const { page } of [unheard, heard]) assert.deepEqual(page.faults, [])
  })
})
