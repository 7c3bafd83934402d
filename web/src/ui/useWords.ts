// Texts that the server gives in both languages, in the language of the page.
import { preferences } from './preferences'

export const inLanguage = (text: { zh: string; en: string } | undefined): string =>
  text === undefined ? '' : preferences.language === 'zh' ? text.zh || text.en : text.en || text.zh
