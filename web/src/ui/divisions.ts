// Henan's prefectures (4 digits) and counties (6 digits) by their GB/T 2260 codes, as of 2022.
import list from './divisions.json'
import { preferences } from './preferences'

export interface Division { code: string; zh: string; en: string }

export const divisions: Division[] = (list as [string, string, string][]).map(([code, zh, en]) => ({ code, zh, en }))
export const prefectures = divisions.filter((one) => one.code.length === 4)
export const counties = divisions.filter((one) => one.code.length === 6)
export const countiesOf = (prefecture: string): Division[] => counties.filter((one) => one.code.startsWith(prefecture.slice(0, 4)) && one.code.length === 6)

const byCode = new Map(divisions.map((one) => [one.code, one]))
const named = (one: Division): string => (preferences.language === 'zh' ? one.zh : one.en)

// A place as people call it; the code itself where there is no name. Codes come short or filled up: "4101", "410100", "410100000".
export function placeName(code: string): string {
  const short = code.replace(/^([0-9]{6})000$/, '$1').replace(/^([0-9]{4})00$/, '$1').replace(/^([0-9]{2})00$/, '$1')
  if (short === '' || short === '41') return preferences.language === 'zh' ? '全省' : 'the province'
  const found = byCode.get(short) ?? byCode.get(short.slice(0, 6))
  if (found === undefined) return code
  const parent = found.code.length === 6 && found.code !== '419001' ? byCode.get(found.code.slice(0, 4)) : undefined
  if (parent === undefined) return named(found)
  return preferences.language === 'zh' ? named(parent) + named(found) : `${named(found)}, ${named(parent)}`
}
export const shortPlaceName = (code: string): string => {
  const found = byCode.get(code)
  return found === undefined ? code : named(found)
}
