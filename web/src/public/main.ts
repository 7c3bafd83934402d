import { createApp } from 'vue'
import { createRouter, createWebHistory } from 'vue-router'
import { makeI18n } from '@/ui/i18n'
import '@/ui/tokens.css'
import HomePage from './HomePage.vue'
import PublicApp from './PublicApp.vue'
import { words } from './words'

const router = createRouter({
  history: createWebHistory('/public/'),
  routes: [
    { path: '/', component: HomePage },
    { path: '/who-may', component: () => import('./PowerPage.vue') },
    { path: '/rules', component: () => import('./RulesPage.vue') },
    { path: '/rules/compare', component: () => import('./ComparePage.vue'), beforeEnter: (to) => (to.query['before'] && to.query['after'] ? true : '/rules') },
    { path: '/rules/:hash', component: () => import('./RulePage.vue') },
    { path: '/figures', component: () => import('./FiguresPage.vue') },
    { path: '/ledger', component: () => import('./LedgerPage.vue') },
    { path: '/ledger/:shard/:index', component: () => import('./LeafPage.vue') },
    { path: '/verify', component: () => import('./VerifyPage.vue') },
    { path: '/alarms', component: () => import('./AlarmsPage.vue') },
    { path: '/proofs', component: () => import('./ProofsPage.vue') },
    { path: '/:rest(.*)*', redirect: '/' }
  ],
  scrollBehavior: (to, _, saved) => saved ?? (to.hash === '' ? { top: 0 } : { el: to.hash })
})

createApp(PublicApp).use(makeI18n(words)).use(router).mount('#page')
