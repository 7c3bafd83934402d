// The words of a page in its language: a path such as 'code.validUntil' to a text with {blanks}. Every page shows words before anything else, so
// this is forty lines rather than a library of forty kilobytes. A path without words is shown as it is; a test finds those.
import { inject, type App, type InjectionKey } from 'vue'
import { applyPreferences, preferences, type Language } from './preferences'

export type Values = Record<string, string | number | undefined>
interface Tree { [name: string]: string | string[] | Tree }
interface I18n {
  t: (path: string, values?: Values) => string
  te: (path: string) => boolean // is there a text?
  tm: (path: string) => unknown // what stands there, whatever it is
}

const KEY: InjectionKey<I18n> = Symbol('words')

export function makeI18n<Words extends object>(words: Record<Language, Words>): { install: (app: App) => void } {
  const at = (path: string): unknown => {
    let here: unknown = words[preferences.language]
    for (const name of path.split('.')) here = typeof here === 'object' && here !== null ? (here as Tree)[name] : undefined
    return here
  }
  const t = (path: string, values: Values = {}): string => {
    const text = at(path)
    return typeof text === 'string' ? text.replace(/\{(\w+)\}/g, (blank, name: string) => (name in values ? String(values[name] ?? '') : blank)) : path
  }
  const i18n: I18n = { t, te: (path) => typeof at(path) === 'string', tm: at }
  return {
    install(app) {
      applyPreferences()
      app.provide(KEY, i18n)
    }
  }
}

export function useI18n(): I18n {
  const i18n = inject(KEY)
  if (i18n === undefined) throw new Error('the page has no words')
  return i18n
}
