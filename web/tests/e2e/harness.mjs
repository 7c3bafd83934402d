// What every browser test needs: a province that serves the built pages, a Chromium, a signed-in phone.
import { execFile, spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import AxeBuilder from 'axe-core'
import { chromium } from 'playwright-core'

const run = promisify(execFile)
const FLAGS = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync']
export const WIDTHS = [360, 390, 768, 1280, 1920]

// `more`: see province.py
export async function startProvince(...more) {
  const process = spawn('python3', [new URL('province.py', import.meta.url).pathname, ...more], { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: process.stdout })
  const answer = async () => {
    const said = JSON.parse(await new Promise((resolve, reject) => {
      lines.once('line', resolve)
      process.once('exit', (status) => reject(new Error(`the province ended with status ${status}`)))
    }))
    if (said.error) throw new Error(said.error)
    return said
  }
  const info = await answer()
  const ended = new Promise((resolve) => process.once('exit', resolve))
  return {
    ...info,
    mingma: async (...args) => (await run(info.mingma, args)).stdout,
    key: (institution) => join(info.folder, 'county/keys', institution + '.pem'),
    // The server ends and starts again, with these options too. Sessions end with it.
    restart: async (...options) => {
      process.stdin.write(options.join(' ') + '\n')
      await answer()
    },
    stop: async () => {
      process.stdin.end()
      await ended
    }
  }
}

export const launch = (...more) => chromium.launch({ executablePath: '/usr/bin/chromium', args: [...FLAGS, ...more] })

export async function phone(browser, options = {}) {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, locale: 'zh-CN', timezoneId: 'Asia/Shanghai', ...options })
  const page = await context.newPage()
  page.faults = []
  page.on('pageerror', (error) => page.faults.push(String(error)))
  return page
}

// A desk with a passkey of its own: Chromium's virtual authenticator.
export async function desk(browser, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, reducedMotion: 'reduce', locale: 'zh-CN', timezoneId: 'Asia/Shanghai', ...options })
  const page = await context.newPage()
  const devtools = await context.newCDPSession(page)
  await devtools.send('WebAuthn.enable')
  await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true }
  })
  page.faults = []
  page.elsewhere = []
  page.on('pageerror', (error) => page.faults.push(String(error)))
  page.on('request', (request) => {
    if (/^https?:/.test(request.url()) && new URL(request.url()).hostname !== 'localhost') page.elsewhere.push(request.url())
  })
  return page
}

// As an institution does it: the officer makes a passkey, the institution's key vouches for it, the passkey signs in.
export async function officerAt(browser, province, institution, name, role, zh, en) {
  const page = await desk(browser)
  await page.goto(province.url + '/console/enrol')
  await page.locator('select[name=institution]').selectOption(institution)
  for (const [field, value] of [['name', name], ['zh', zh], ['en', en]]) await page.locator(`input[name=${field}]`).fill(value)
  await page.locator('select[name=role]').selectOption(role)
  await page.getByRole('button', { name: '第一步' }).click()
  await page.getByText('通行密钥已制作').waitFor({ timeout: 10_000 })
  await page.locator('input[type=file]').setInputFiles(province.key(institution))
  await page.getByRole('button', { name: '签署并公布' }).click()
  await page.getByText('已登记').waitFor({ timeout: 10_000 })
  await officerSignsIn(page, province, `${institution}/${name}`, zh)
  return page
}

export async function officerSignsIn(page, province, officer, zh) {
  await page.goto(province.url + '/console/')
  await page.locator('input[name=officer]').fill(officer)
  await page.getByRole('button', { name: '用通行密钥登录' }).click()
  await page.getByText(`${zh} ·`).waitFor({ timeout: 10_000 })
}

// What the dialog says before the passkey signs it.
export async function signHere(page) {
  await page.locator('.signing').waitFor()
  const says = await page.locator('.signing').innerText()
  await page.getByRole('button', { name: '用通行密钥签署' }).click()
  await page.locator('.signing').waitFor({ state: 'hidden', timeout: 15_000 })
  return says
}

// Through the sandbox identity provider, as a person would: the form for somebody it does not offer.
export async function signIn(page, url, person, returnTo = '/app/') {
  await page.goto(`${url}/v1/session/login?return_to=${encodeURIComponent(returnTo)}`)
  const form = page.locator('form').last()
  await form.locator('[name=document_number]').fill(person.document_number)
  await form.locator('[name=name]').fill(person.name)
  await form.locator('button').click()
  await page.waitForURL(url + returnTo)
}

// What axe finds of serious and critical violations on a page, shown with these preferences.
export async function seriousViolations(context, address, settings = {}) {
  const view = await context.newPage()
  await view.addInitScript((kept) => localStorage.setItem('mingma.preferences', JSON.stringify(kept)), { language: 'zh', theme: 'light', large: false, ...settings })
  await view.goto(address)
  await view.waitForTimeout(1_500)
  // By the protocol, not by a script element: the pages' content policy refuses those.
  await view.evaluate(AxeBuilder.source)
  const { violations } = await view.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }))
  await picture(view, 'page' + new URL(address).pathname.replaceAll('/', '-') + Object.values(settings).join('-'))
  await view.close()
  return violations.filter((one) => ['serious', 'critical'].includes(one.impact)).map((one) => `${one.id}: ${one.nodes.map((node) => node.target).join(' ')}`)
}

// A y4m clip of one picture, for Chromium's fake camera.
export async function writeClip(page, png, file, width = 1280, height = 960) {
  const luma = await page.evaluate(async ({ png, width, height }) => {
    const image = new Image()
    image.src = 'data:image/png;base64,' + png
    await image.decode()
    const canvas = new OffscreenCanvas(width, height)
    const context = canvas.getContext('2d')
    context.fillStyle = '#888'
    context.fillRect(0, 0, width, height)
    const scale = Math.min(width / image.width, height / image.height)
    context.drawImage(image, (width - image.width * scale) / 2, (height - image.height * scale) / 2, image.width * scale, image.height * scale)
    const { data } = context.getImageData(0, 0, width, height)
    let binary = ''
    for (let i = 0; i < data.length; i += 4) binary += String.fromCharCode(Math.round(0.299 * data[i] + 0.587 * data[i + 1] + 0.114 * data[i + 2]))
    return btoa(binary)
  }, { png: png.toString('base64'), width, height })
  const frame = Buffer.concat([Buffer.from('FRAME\n'), Buffer.from(luma, 'base64'), Buffer.alloc(width * height / 2, 128)])
  writeFileSync(file, Buffer.concat([Buffer.from(`YUV4MPEG2 W${width} H${height} F5:1 Ip A1:1 C420jpeg\n`), frame, frame]))
}

// Kept only when asked for (MINGMA_PICTURES=folder): the README's and docs' pictures come from here.
export async function picture(page, name, options = {}) {
  const folder = process.env.MINGMA_PICTURES
  if (!folder) return
  mkdirSync(folder, { recursive: true })
  await page.screenshot({ path: join(folder, name + '.png'), ...options })
}
