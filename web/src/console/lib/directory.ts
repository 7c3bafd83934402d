// Public documents that many views need: institutions, rules in force. Loaded once, asked again on reload.
import { computed } from 'vue'
import type { Bilingual } from '@/lib/api'
import { inLanguage } from '@/ui/useWords'
import { useAsync } from '@/ui/useAsync'
import { items, type InstitutionDocument, type PublicDocument } from './desk'

export interface Rule {
  id: string
  colour: string
  measure: string
  title: Bilingual
  reason: Bilingual
  way_out: Bilingual
  legal_basis: string
  hands: string[]
}
export interface Policy {
  id: string
  version: string
  jurisdiction: string
  title: Bilingual
  document_no: string
  effective_from: string
  effective_to: string
  default_colour: string
  default_reason: Bilingual
  brakes: Record<string, number>
  enforcement?: { hands: boolean; brakes: boolean; approved_by_other_institution: string[] }
  rules: Rule[]
}

export function useInstitutions() {
  const loaded = useAsync(() => items<PublicDocument<InstitutionDocument>>('/v1/institutions'))
  const byId = computed(() => new Map((loaded.value.value ?? []).map((one) => [one.content.id, one.content])))
  return { ...loaded, byId, nameOf: (id: string): string => inLanguage(byId.value.get(id)?.name) || id }
}

export function usePolicies() {
  const loaded = useAsync(() => items<PublicDocument<Policy>>('/v1/policies'))
  const inForce = computed(() => (loaded.value.value ?? []).filter((one) => one.in_force).map((one) => one.content))
  const rule = (id: string): Rule | undefined => inForce.value.flatMap((policy) => policy.rules).find((one) => one.id === id)
  return { ...loaded, inForce, rule, ruleTitle: (id: string): string => (rule(id) ? `${id} ${inLanguage(rule(id)?.title)}` : id) }
}
