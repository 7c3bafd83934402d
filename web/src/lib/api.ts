// The public HTTP API as the pages use it. Types follow docs/openapi.yaml; errors are problem details (RFC 9457).
import type { LeafColour } from './leaf'

export interface Bilingual { zh: string; en: string }

export class ApiError extends Error {
  constructor(readonly status: number, readonly code: string, readonly title: string, detail: string, readonly body: Record<string, unknown> = {}) {
    super(detail === '' ? title : detail)
  }
}
// No answer at all: no network, or the centre is down.
export class Unreachable extends Error {}

export async function request(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Response> {
  const init: RequestInit = { method, headers: { Accept: 'application/json', 'Accept-Language': document.documentElement.lang, ...headers }, credentials: 'same-origin', signal: AbortSignal.timeout(20_000) }
  if (body !== undefined) {
    init.body = JSON.stringify(body)
    ;(init.headers as Record<string, string>)['Content-Type'] = 'application/json'
  }
  const response = await fetch(path, init).catch((error: unknown) => {
    throw new Unreachable(String(error))
  })
  if (response.ok || response.status === 304) return response
  if (response.status >= 502 && response.status <= 504) throw new Unreachable(`status ${response.status}`)
  const problem = (await response.json().catch(() => ({}))) as Record<string, unknown>
  throw new ApiError(response.status, String(problem['code'] ?? 'http.status'), String(problem['title'] ?? response.statusText), String(problem['detail'] ?? ''), problem)
}

export const getJson = async <T>(path: string): Promise<T> => (await request('GET', path)).json() as Promise<T>
export const getBytes = async (path: string): Promise<Uint8Array<ArrayBuffer>> =>
  new Uint8Array(await (await request('GET', path, undefined, { Accept: '*/*' })).arrayBuffer())
export async function postJson<T>(path: string, body: unknown): Promise<T> {
  const response = await request('POST', path, body)
  return (response.status === 204 ? undefined : await response.json()) as T
}

export interface Institution { id: string; name: Bilingual; class: string; phone: string }
export interface LeafPlace { shard: number; index: number }
export interface LeafProof extends LeafPlace { entry?: string; record?: string; opening?: string; commitment_key?: string; proof?: string }

export interface Decision {
  status: 'no_policy' | 'decided' | 'undetermined'
  colour: LeafColour
  measure: string
  since: string
  horizon?: string
  rule?: string
  rule_title?: Bilingual
  policy?: { id: string; version: string; document_number: string; hash: string }
  version: number
  leaf: LeafProof
  record_hash?: string
  previous_hash?: string
  trigger?: string
}

export interface Cause {
  statement: string
  kind: string
  kind_words: Bilingual
  evidence: Record<string, unknown>
  source_record: string
  signed_at: string
  institution: Institution
  deciding: boolean
  effective: boolean
}

export interface Receipt extends Decision {
  reason: Bilingual
  way_out: Bilingual
  control_mode: Bilingual
  legal_basis: string
  responsible: Institution[]
  causes: Cause[]
  contest: Bilingual
}

export interface ShownCode {
  credential?: string // base64url, for a phone
  paper?: string // "HC1:...", for paper
  colour: LeafColour
  since: string
  rule: string
  name: string
  document_digits: string
  issued_at: string
  expires_at: string
  refresh_after: string
  leaf: LeafPlace
}

// What a page must know before it can check anything: pinned at the first visit (lib/pins.ts).
export interface ProvinceInfo { division: string; name: Bilingual; origin: string; pack_key: string; ledger_keys: string[]; shards: number }
