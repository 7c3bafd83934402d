// Every string of the console, in both languages; the views' own strings are in words/.
import { areas } from './words/areas'
import { cases } from './words/cases'
import { desk } from './words/desk'
import { evidence } from './words/evidence'
import { policies } from './words/policies'
import { statements } from './words/statements'
import { watch } from './words/watch'

const parts = { areas, cases, evidence, policies, statements, watch }
type Part<Language extends 'zh' | 'en'> = { [Name in keyof typeof parts]: (typeof parts)[Name][Language] }
const all = <Language extends 'zh' | 'en'>(language: Language): Part<Language> =>
  Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, part[language]])) as Part<Language>

export const words = { zh: { ...desk.zh, ...all('zh') }, en: { ...desk.en, ...all('en') } }
