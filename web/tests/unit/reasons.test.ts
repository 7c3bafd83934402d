import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { ApiError, Unreachable } from '@/lib/api'

vi.stubGlobal('navigator', { language: 'zh-CN' })
const { preferences } = await import('@/ui/preferences')
const { explain, reason } = await import('@/ui/reasons')
const lib = new URL('../../src/lib', import.meta.url).pathname

describe('reasons', () => {
  it('every sentence that a check can say has its Chinese', () => {
    preferences.language = 'zh'
    let sentences = 0
    for (const file of readdirSync(lib)) {
      for (const [, said] of readFileSync(join(lib, file), 'utf8').matchAll(/new (?:Error|PinChanged)\('([^']*)'/g)) {
        expect(reason(said!), `${file}: ${said}`).not.toContain(said)
        sentences++
      }
    }
    expect(sentences).toBeGreaterThan(40)
  })
  it('a Chinese page shows a problem by its title and code, never by its English detail', () => {
    const problem = new ApiError(409, 'shard.case_step', '与现有状态冲突', 'the case has ended')
    preferences.language = 'zh'
    expect(explain(problem)).toBe('与现有状态冲突（shard.case_step）')
    expect(explain(new Unreachable('x'))).toContain('网络')
    expect(explain(new TypeError('x is undefined'))).toContain('内容有误')
    preferences.language = 'en'
    expect(explain(problem)).toBe('the case has ended')
  })
})
