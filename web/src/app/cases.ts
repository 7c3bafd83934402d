// Appeals and look-ups as the interface gives them to the resident (docs/openapi.yaml), and the clock of an appeal.
import { getJson, postJson, type Bilingual, type Institution, type LeafPlace } from '@/lib/api'

export interface Deadline { step: string; step_words: Bilingual; at: string; state: 'running' | 'done' | 'missed' | 'void' }
export interface CaseStatement { statement: string; kind_words?: Bilingual; source_record?: string; signed_at?: string; institution: Institution; answer: string; answer_words: Bilingual; answered_at?: string }
export interface CaseStep { number: number; kind: string; words: Bilingual; at: string; institution: Institution; actor?: string; text?: string; reply?: Bilingual; leaf: LeafPlace }
export interface Case {
  ticket: string; state: 'open' | 'ended'; end: string; end_words: Bilingual; opened_at: string; ended_at?: string; contested_version: number
  handler?: Institution; decider?: Institution; statements: CaseStatement[]; deadlines: Deadline[]; steps: CaseStep[]; actions: string[]
}
export interface OpenCase { ticket: string; end_words: Bilingual; opened_at: string; deadlines: Deadline[] }
export interface LookUp { at: string; institution: Institution; reader: string; role: string; duty: string; duty_words: Bilingual; ticket?: string; note?: string; flags: string[]; leaf: LeafPlace }

export const listCases = async (): Promise<Case[]> => (await getJson<{ items: Case[] }>('/v1/me/cases')).items
export const showCase = (ticket: string): Promise<Case> => getJson('/v1/me/cases/' + ticket)
export const openCase = (text: string): Promise<Case> => postJson('/v1/me/cases', text === '' ? {} : { text })
export const addToCase = (ticket: string, text: string): Promise<Case> => postJson(`/v1/me/cases/${ticket}/materials`, { text })
export const withdrawCase = (ticket: string): Promise<Case> => postJson(`/v1/me/cases/${ticket}/withdrawal`, {})
export const listLookUps = async (): Promise<LookUp[]> => (await getJson<{ items: LookUp[] }>('/v1/me/lookups')).items

// What runs out next; undefined: nothing does.
export const nextDeadline = (deadlines: Deadline[]): Deadline | undefined =>
  deadlines.filter((one) => one.state === 'running').sort((a, b) => a.at.localeCompare(b.at))[0]
