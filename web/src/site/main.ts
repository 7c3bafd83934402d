import { createApp } from 'vue'
import { makeI18n } from '@/ui/i18n'
import '@/ui/tokens.css'
import SitePage from './SitePage.vue'
import { words } from './words'

createApp(SitePage).use(makeI18n(words)).mount('#page')
