// What this browser prefers: language, theme, large type. Kept in localStorage; nothing personal.
import { reactive, watchEffect } from 'vue'

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

// Shows them: language and theme of the document, kept for the next visit.
export function applyPreferences(): void {
  watchEffect(() => {
    const root = document.documentElement
    root.lang = preferences.language === 'zh' ? 'zh-CN' : 'en'
    root.toggleAttribute('data-large', preferences.large)
    if (preferences.theme === 'auto') root.removeAttribute('data-theme')
    else root.dataset['theme'] = preferences.theme
    try {
      localStorage.setItem('mingma.preferences', JSON.stringify(preferences))
    } catch {
      // As above.
    }
  })
}
