// What differs between two versions of a policy, rule by rule. Order counts: the first rule that is true decides.
import type { Policy, Rule } from './documents'

export const RULE_FIELDS = ['colour', 'measure', 'when', 'title', 'reason', 'way_out', 'control_mode', 'legal_basis', 'hands', 'held_until_evidence', 'worsens_by_waiting'] as const
export const POLICY_FIELDS = ['title', 'document_no', 'jurisdiction', 'effective_from', 'effective_to', 'default_colour', 'default_reason'] as const
export const TABLES = ['brakes', 'cases', 'retention_days'] as const
export type RuleField = (typeof RULE_FIELDS)[number]

export interface FieldChange { field: string; before: unknown; after: unknown }
export interface RuleChange { id: string; change: 'added' | 'removed' | 'changed' | 'moved'; before?: Rule; after?: Rule; fields: FieldChange[] }
export interface PolicyChanges { policy: FieldChange[]; rules: RuleChange[]; same: number }

const spelled = (value: unknown): string => JSON.stringify(value ?? null)
function differences(before: object, after: object, fields: readonly string[]): FieldChange[] {
  const [a, b] = [before as Record<string, unknown>, after as Record<string, unknown>]
  return fields.filter((field) => spelled(a[field]) !== spelled(b[field])).map((field) => ({ field, before: a[field], after: b[field] }))
}

// Rules in the order of the later version; those that went come where they stood. Moved: another rule that both have now comes before it.
export function comparePolicies(before: Policy, after: Policy): PolicyChanges {
  const common = (one: Policy, other: Policy): string[] => one.rules.map((rule) => rule.id).filter((id) => other.rules.some((rule) => rule.id === id))
  const [oldOrder, newOrder] = [common(before, after), common(after, before)]
  const rules: RuleChange[] = []
  let same = 0
  for (const rule of after.rules) {
    const old = before.rules.find((one) => one.id === rule.id)
    if (old === undefined) {
      rules.push({ id: rule.id, change: 'added', after: rule, fields: [] })
      continue
    }
    const fields = differences(old, rule, RULE_FIELDS)
    const moved = oldOrder.indexOf(rule.id) !== newOrder.indexOf(rule.id)
    if (fields.length === 0 && !moved) same++
    else rules.push({ id: rule.id, change: fields.length === 0 ? 'moved' : 'changed', before: old, after: rule, fields })
  }
  for (const rule of before.rules) if (!newOrder.includes(rule.id)) rules.push({ id: rule.id, change: 'removed', before: rule, fields: [] })
  const tables = TABLES.flatMap((table) => {
    const [a, b] = [before[table] ?? {}, after[table] ?? {}]
    return differences(a, b, [...new Set([...Object.keys(a), ...Object.keys(b)])]).map((one) => ({ ...one, field: `${table}.${one.field}` }))
  })
  return { policy: [...differences(before, after, POLICY_FIELDS), ...tables], rules, same }
}
