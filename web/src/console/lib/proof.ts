import type { Bilingual } from '@/lib/api'

// What the prover answers (docs/proofs.md). `person` is somebody who could exist, nobody who does.
export interface ProofSide { colour?: string; measure?: string; rule?: string; status?: string }
export interface ProofPerson { story: Bilingual; first: ProofSide; second?: ProofSide }
export interface ProofFinding { rules: string[]; verdict: 'proved' | 'refuted' | 'not_proved'; reason?: string; person?: ProofPerson }
export interface ProofAnswer { question: string; verdict: 'proved' | 'refuted' | 'not_proved'; findings: ProofFinding[]; solver: string; effort: number }
export interface Refusal { policy: string; provincial: string; at: string; answer: ProofAnswer; text: Bilingual }

export const TWO_POLICIES = ['never_stricter', 'equivalent']
export const QUESTIONS = ['never_stricter', 'equivalent', 'dead_rule', 'never_decisive', 'error_reachable', 'waiting_never_worsens', 'clearing_never_worsens', 'horizon_bounded', 'gap', 'disjoint']
