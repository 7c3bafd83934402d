// What this browser prefers: language, theme, large type. Kept in localStorage; nothing personal.
import { reactive, watchEffect } from 'vue'
import { createI18n } from 'vue-i18n'

export type Language = 'zh' | 'en'
export type Theme = 'auto' | 'light' | 'dark'

interface Preferences { language: Language; theme: Theme; large: boolean }

function load(): Preferences {
  let stored: Partial<Preferences> = {}
  try {
    stored = JSON.parse(localStorage.getItem('mingma.preferences') ?? '{}') as Partial<Preferences>
  } catch {
    // A browser that keeps nothing: the defaults serve.
  }
  const language = stored.language ?? (navigator.language.startsWith('zh') ? 'zh' : 'en')
  return { language: language === 'en' ? 'en' : 'zh', theme: stored.theme ?? 'auto', large: stored.large === true }
}

export const preferences = reactive(load())

// One i18n for one page. `words` holds every string of the page in both languages, of the same shape (checked by the compiler).
export function makeI18n<Words extends object>(words: { zh: Words; en: Words }) {
  const i18n = createI18n({ legacy: false, locale: preferences.language, fallbackLocale: 'zh', messages: words as never })
  watchEffect(() => {
    const root = document.documentElement
    root.lang = preferences.language === 'zh' ? 'zh-CN' : 'en'
    root.toggleAttribute('data-large', preferences.large)
    if (preferences.theme === 'auto') root.removeAttribute('data-theme')
    else root.dataset['theme'] = preferences.theme
    ;(i18n.global.locale as unknown as { value: Language }).value = preferences.language
    try {
      localStorage.setItem('mingma.preferences', JSON.stringify(preferences))
    } catch {
      // As above.
    }
  })
  return i18n
}
