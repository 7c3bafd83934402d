import { createApp } from 'vue'
import { createRouter, createWebHistory } from 'vue-router'
import { makeI18n } from '@/ui/i18n'
import '@/ui/tokens.css'
import App from './App.vue'
import CodePage from './CodePage.vue'
import { words } from './words'

const router = createRouter({
  history: createWebHistory('/app/'),
  routes: [
    { path: '/', component: CodePage },
    { path: '/history', component: () => import('./HistoryPage.vue') },
    { path: '/more', component: () => import('./MorePage.vue') },
    { path: '/declare', component: () => import('./DeclarePage.vue') },
    { path: '/family', component: () => import('./FamilyPage.vue') },
    { path: '/cases', component: () => import('./CasesPage.vue') },
    { path: '/cases/:ticket', component: () => import('./CasePage.vue') },
    { path: '/lookups', component: () => import('./LookUpsPage.vue') },
    { path: '/paper', component: () => import('./PaperPage.vue') },
    { path: '/:rest(.*)*', redirect: '/' }
  ]
})

createApp(App).use(makeI18n(words)).use(router).mount('#page')
if ('serviceWorker' in navigator && import.meta.env.PROD) void navigator.serviceWorker.register('/sw.js', { scope: '/' })
