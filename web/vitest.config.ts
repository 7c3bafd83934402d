import { defineConfig } from 'vitest/config'
export default defineConfig({ test: { testTimeout: 60_000, include: ['tests/unit/**/*.test.ts'] }, resolve: { alias: { '@': new URL('src', import.meta.url).pathname } } })
