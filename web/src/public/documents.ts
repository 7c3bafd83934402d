// What the public interface gives, as these pages use it. Types follow docs/openapi.yaml and docs/rules.md.
import { getJson, type Bilingual, type Institution, type LeafPlace } from '@/lib/api'

export interface PublicDocument<Content> {
  type: string; id: string; hash: string; from?: string; until?: string; in_force: boolean; leaf: LeafPlace
  document: string; signatures: { key: string }[]; content: Content
}
export type Hand = 'ordered' | 'approved' | 'executed'
export interface Rule {
  id: string; colour: 'green' | 'yellow' | 'red'; measure: string; when: unknown; title: Bilingual; reason: Bilingual; way_out: Bilingual; control_mode?: Bilingual
  legal_basis?: string; hands?: Hand[]; held_until_evidence?: Bilingual; worsens_by_waiting?: Bilingual
}
export interface Policy {
  id: string; version: string; jurisdiction: string; title: Bilingual; document_no: string; effective_from: string; effective_to: string
  default_colour: string; default_reason: Bilingual; rules: Rule[]
  brakes?: Record<string, number>; cases?: Record<string, number>; retention_days?: Record<string, number>
}
export type PolicyDocument = PublicDocument<Policy>
export interface ProofRecord { question: string; policy: string; other?: string; except_rules?: string[]; verdict: string; solver: string; effort: number; at: string }
export interface AreaOrder { id?: string; issuer?: string; division?: string; level?: string; from: string; until: string; document_number?: string; reason?: Bilingual }

export interface GrantLink {
  id: string; grantor: Institution; grantee: Institution; areas: string[]; kinds: string[]; from: string; until: string
  may_delegate: boolean; document_number: string; document_hash: string; leaf: LeafPlace
}
export interface Mandate { institution: Institution; area: string; chain: GrantLink[] }
export interface KindPower { kind: string; words: Bilingual; resident_may_declare: boolean; mandates: Mandate[] }
export interface Power {
  division: string; at: string; province: Bilingual; roots: { threshold: number; names: string[] }
  policy?: { id: string; version: string; document_number: string; hash: string }
  area_orders_by: Institution[]; kinds: KindPower[]
}

export interface Notice<Content> { id: string; raised_at: string; leaf: LeafPlace; text: string; content: Content; endings?: Notice<Ending>[] }
export interface Alarm {
  id: string; kind: string; severity: 'notice' | 'warning' | 'grave'; institution?: string; key?: string; division?: string; detail?: string
  from?: string; until?: string; threshold: number; words: Bilingual
}
export interface Ending { alarm: string; ending: string; by: string; text: Bilingual; at: string }
export interface FigureCell { kind: string; city?: string; class?: string; rule?: string; from?: string; to?: string; direction?: string; count?: number; suppressed?: boolean }
export interface DayFigures { day: string; cell_min: number; ledgers: { shard: number; first: number; end: number }[]; leaves: number; totals: Record<string, number>; cells: FigureCell[] }
export interface StatisticsCell { area: string; colour: 'none' | 'green' | 'yellow' | 'red'; rule?: string; count?: number; suppressed?: boolean }
export interface Statistics { as_of?: string; cell_min: number; cells: StatisticsCell[] }

interface Items<T> { items: T[] }
const items = async <T>(path: string): Promise<T[]> => (await getJson<Items<T>>(path)).items

export const loadPolicies = async (): Promise<PolicyDocument[]> =>
  (await items<PolicyDocument>('/v1/policies')).sort((a, b) => b.leaf.index - a.leaf.index)
export const loadProofs = (): Promise<PublicDocument<ProofRecord>[]> => items('/v1/proofs')
export const loadAlarms = async (): Promise<Notice<Alarm>[]> => (await items<Notice<Alarm>>('/v1/alarms')).reverse()
export const loadFigures = async (): Promise<Notice<DayFigures>[]> =>
  (await items<Notice<DayFigures>>('/v1/figures')).sort((a, b) => a.content.day.localeCompare(b.content.day))
export const loadStatistics = (): Promise<Statistics> => getJson('/v1/statistics')
export const loadInstitutions = (): Promise<PublicDocument<{ id: string; name: Bilingual; phone?: string }>[]> => items('/v1/institutions')
export const loadPower = (division: string, kind: string, at: string): Promise<Power> =>
  getJson(`/v1/grants?division=${division}${kind === '' ? '' : '&kind=' + kind}${at === '' ? '' : '&at=' + encodeURIComponent(at)}`)
