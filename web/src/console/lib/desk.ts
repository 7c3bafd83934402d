// The API as an officer's desk uses it. A session that ended is told once, in one place (session.ts): what was typed stays on the page.
import { request, type Bilingual, type Institution, type LeafPlace } from '@/lib/api'
import { isSignedOut } from '@/ui/useAsync'
import { session } from './session'

async function watched(method: string, path: string, body?: unknown): Promise<Response> {
  try {
    return await request(method, path, body)
  } catch (error) {
    if (session.state === 'in' && error instanceof Error && isSignedOut(error)) session.state = 'ended'
    throw error
  }
}

export const ask = async <T>(path: string): Promise<T> => (await watched('GET', path)).json() as Promise<T>
export async function send<T>(path: string, body: unknown): Promise<T> {
  const answer = await watched('POST', path, body)
  return (answer.status === 204 ? undefined : await answer.json()) as T
}
export const items = async <T>(path: string): Promise<T[]> => (await ask<{ items: T[] }>(path)).items

export interface GivenHand { hand: string; officer: string; key: string; at: string }
export interface Hold {
  statement: string
  institution: Institution
  kind: string
  kind_words: Bilingual
  rule: string
  missing: string[]
  reasons: string[]
  since: string
  lapses_at: string
  given: GivenHand[]
}
export interface ApprovalOutcome { statement: string; outcome: string; missing: string[] }

export interface Preview {
  statements: number
  outcomes: Record<string, number>
  worse: number
  better: number
  worse_when_approved: number
  missing: Record<string, number>
  reasons: Record<string, number>
  problems: { line: number; outcome: string; code?: string; place?: string }[]
}
export interface Outcome { outcome: string; code?: string; statement?: string }

export interface Officer {
  id: string
  institution: string
  role: string
  name: Bilingual
  phone?: string
  keys: { key: string; kind: string; credential?: string; in_force: boolean; from: string; until?: string; revoked_for?: string }[]
}

export interface PublicDocument<Content> { id: string; hash: string; from?: string; until?: string; in_force: boolean; leaf: LeafPlace; document: string; content: Content }
export interface InstitutionDocument { id: string; class: string; name: Bilingual; phone: string; division: string }
export interface GrantDocument { id: string; grantor: string; grantee: string; kinds: string[]; areas: string[]; from: string; until: string; may_delegate: boolean; document_number: string }
export interface AreaOrderDocument {
  number: string
  issuer: string
  area: string
  level: string
  lockdown: string
  test_interval_hours: number
  from: string
  until: string
  population?: number
  reason?: Bilingual
}
