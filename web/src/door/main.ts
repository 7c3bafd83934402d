import { createApp } from 'vue'
import { makeI18n } from '@/ui/i18n'
import '@/ui/tokens.css'
import DoorPage from './DoorPage.vue'
import { words } from './words'

createApp(DoorPage).use(makeI18n(words)).mount('#page')
if ('serviceWorker' in navigator && import.meta.env.PROD) void navigator.serviceWorker.register('/sw.js', { scope: '/' })
