// Cases (appeals) and look-ups as the API gives them to staff.
import type { Bilingual, Decision, Institution, LeafPlace, Receipt } from '@/lib/api'

export interface Deadline { step: string; step_words: Bilingual; at: string; remaining_seconds: number; state: 'running' | 'done' | 'missed' | 'void' }
export interface Work {
  ticket: string
  actions: string[]
  opened_at: string
  due_at: string
  remaining_seconds: number
  division: string
  overdue: boolean
  asked: { statement: string; kind: string; source_record?: string; signed_at: string }[]
}
export interface CaseStatement {
  statement: string
  kind?: string
  kind_words?: Bilingual
  evidence?: Record<string, unknown>
  source_record?: string
  signed_at?: string
  institution: Institution
  answer: string
  answer_words: Bilingual
  answered_at?: string
}
export interface CaseStep { number: number; kind: string; words: Bilingual; at: string; institution: Institution; actor?: string; text?: string; reply?: Bilingual; leaf: LeafPlace }
export interface Case {
  ticket: string
  state: 'open' | 'ended'
  end: string
  end_words: Bilingual
  opened_at: string
  ended_at?: string
  channel_words: Bilingual
  opener: Institution
  handler?: Institution
  decision?: Decision
  statements: CaseStatement[]
  deadlines: Deadline[]
  steps: CaseStep[]
  actions: string[]
}
export interface LookUp {
  look_up: { at: string; flags: string[]; leaf: LeafPlace }
  name?: string
  document_digits?: string
  receipt?: Receipt
  decision?: Decision
  ticket?: string
  answer?: Bilingual
  cases: Case[]
}
