import { createRouter, createWebHistory, type RouteRecordRaw } from 'vue-router'

// `word`: its name in the menu (words.menu); `roles`: to whom the menu offers it, all without.
declare module 'vue-router' {
  interface RouteMeta { word?: string; group?: string; roles?: readonly string[] }
}

const SIGNERS = ['executing', 'approving', 'ordering'] as const

const routes: RouteRecordRaw[] = [
  { path: '/', component: () => import('./views/HoldsPage.vue'), meta: { word: 'holds', group: 'work' } },
  { path: '/cases', component: () => import('./views/CasesPage.vue'), meta: { word: 'cases', group: 'work' } },
  { path: '/cases/:ticket', component: () => import('./views/CasePage.vue'), props: true },
  { path: '/statements', component: () => import('./views/StatementsPage.vue'), meta: { word: 'statements', group: 'say', roles: SIGNERS } },
  { path: '/areas', component: () => import('./views/AreasPage.vue'), meta: { word: 'areas', group: 'say', roles: ['ordering'] } },
  { path: '/policies', component: () => import('./views/PoliciesPage.vue'), meta: { word: 'policies', group: 'say', roles: ['ordering', 'auditor'] } },
  { path: '/look-up', component: () => import('./views/LookUpPage.vue'), meta: { word: 'lookUp', group: 'people', roles: ['auditor', 'case', 'community', 'executing', 'approving'] } },
  { path: '/hotline', component: () => import('./views/HotlinePage.vue'), meta: { word: 'hotline', group: 'people', roles: ['hotline'] } },
  { path: '/directory', component: () => import('./views/DirectoryPage.vue'), meta: { word: 'directory', group: 'watch' } },
  { path: '/alarms', component: () => import('./views/AlarmsPage.vue'), meta: { word: 'alarms', group: 'watch' } },
  { path: '/figures', component: () => import('./views/FiguresPage.vue'), meta: { word: 'figures', group: 'watch' } },
  { path: '/enrol', component: () => import('./views/EnrolPage.vue') },
  { path: '/:rest(.*)*', redirect: '/' }
]

export const router = createRouter({ history: createWebHistory('/console/'), routes })
