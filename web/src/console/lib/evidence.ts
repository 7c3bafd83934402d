// The closed vocabulary of evidence as forms need it: which instants, words and flags each kind has (docs/facts.md, src/rules/evidence_schema.cpp).
// Their names in both languages are in words/evidence.ts.
export interface KindForm {
  kind: string
  at: string
  until?: { name: string; required?: boolean }
  choices?: { name: string; values: readonly string[]; required: boolean }[]
  flags?: readonly string[]
}

const choice = (name: string, ...values: string[]) => ({ name, values, required: true })
const maybe = (name: string, ...values: string[]) => ({ name, values, required: false })

export const forms: readonly KindForm[] = [
  { kind: 'contact_finding', at: 'last_exposure_at', until: { name: 'found_at' }, choices: [choice('level', 'close', 'secondary', 'general')], flags: ['index_first_two_negative'] },
  { kind: 'exposure_finding', at: 'exposed_at', until: { name: 'found_at' },
    choices: [choice('exposure', 'time_space', 'confined_space', 'same_vehicle', 'regional_assist', 'potential_contact', 'venue')], flags: ['national'] },
  { kind: 'risk_clearance', at: 'cleared_at' },
  { kind: 'case_report', at: 'reported_at',
    choices: [choice('status', 'confirmed', 'asymptomatic', 'suspected', 'screening_positive', 'pooled_positive', 're_positive'), maybe('severity', 'mild', 'moderate', 'severe')] },
  { kind: 'case_release', at: 'released_at' },
  { kind: 'case_exclusion', at: 'excluded_at' },
  { kind: 'control_order', at: 'begins_at',
    choices: [choice('control', 'central_isolation', 'home_isolation', 'home_monitoring', 'hospital'), choice('reason', 'close_contact', 'secondary_contact', 'case', 'inbound', 'area', 'post_work', 'other')] },
  { kind: 'control_release', at: 'ended_at', flags: ['tests_done'] },
  { kind: 'test_result', at: 'sampled_at', until: { name: 'reported_at' }, choices: [choice('result', 'negative', 'positive', 'inconclusive'), choice('method', 'molecular', 'antigen')], flags: ['pooled', 'ct_at_limit'] },
  { kind: 'testing_duty', at: 'listed_at', until: { name: 'due_at', required: true } },
  { kind: 'border_entry', at: 'entered_at', flags: ['port_in_province'] },
  { kind: 'arrival', at: 'arrived_at', choices: [choice('from', 'other_province', 'same_province', 'abroad')], flags: ['registered'] },
  { kind: 'clinic_visit', at: 'visited_at', flags: ['cleared', 'fever'] },
  { kind: 'work_assignment', at: 'begins_at', until: { name: 'ended_at' }, choices: [choice('group', 'closed_loop_high_risk', 'cold_chain', 'key_industry')], flags: ['bubble'] },
  { kind: 'item_contact', at: 'last_contact_at', choices: [choice('contact', 'ordinary', 'frequent')] }
]
export const formOf = (kind: string): KindForm | undefined => forms.find((one) => one.kind === kind)
