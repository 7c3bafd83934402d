import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { words as app } from '@/app/words'
import { words as console } from '@/console/words'
import { words as door } from '@/door/words'
import { words as publicWords } from '@/public/words'
import { words as site } from '@/site/words'

const source = new URL('../../src', import.meta.url).pathname
const keys = (value: unknown, path = ''): string[] =>
  typeof value === 'object' && value !== null ? Object.entries(value).flatMap(([name, inner]) => keys(inner, `${path}.${name}`)) : [path]
const placeholders = (value: unknown, path = ''): string[] =>
  typeof value === 'string' ? [...value.matchAll(/\{(\w+)\}/g)].map((match) => `${path}{${match[1]}}`).sort()
    : typeof value === 'object' && value !== null ? Object.entries(value).flatMap(([name, inner]) => placeholders(inner, `${path}.${name}`)) : []
const texts = (value: unknown): string[] => (typeof value === 'string' ? [value] : typeof value === 'object' && value !== null ? Object.values(value).flatMap(texts) : [])
const CHINESE = /[\u4e00-\u9fff]/

describe.each([['app', app], ['console', console], ['door', door], ['public', publicWords], ['site', site]])('the words of %s', (_, words) => {
  it('are there in both languages, with the same blanks to fill', () => {
    expect(keys(words.en)).toEqual(keys(words.zh))
    expect(placeholders(words.en)).toEqual(placeholders(words.zh))
  })
  it('are Chinese in Chinese and not Chinese in English', () => {
    for (const text of texts(words.en)) expect(text).not.toMatch(CHINESE)
    for (const text of texts(words.zh)) expect(text === '' || CHINESE.test(text), text).toBe(true)
  })
})

describe('templates', () => {
  const files = readdirSync(source, { recursive: true }).map(String).filter((name) => name.endsWith('.vue'))
  // The switch between the languages names each in itself; the name of the platform is a name.
  const allowed = [/中文/g, /明码/g]
  it.each(files)('%s has no text of its own', (name) => {
    const text = readFileSync(join(source, name), 'utf8')
    const template = text.slice(text.indexOf('<template>'), text.lastIndexOf('</template>'))
    const left = allowed.reduce((rest, pattern) => rest.replace(pattern, ''), template).replace(/label\('[^']*'[^)]*\)/g, '')
    expect(left).not.toMatch(CHINESE)
    const plain = left.replace(/<!--[\s\S]*?-->/g, '').replace(/\{\{[\s\S]*?\}\}/g, '').replace(/<(?:"[^"]*"|'[^']*'|[^>"'])*>/g, ' ')
    expect(plain.replace(/12345|Mingma|English/g, '')).not.toMatch(/[A-Za-z]{3,}/)
  })
})
