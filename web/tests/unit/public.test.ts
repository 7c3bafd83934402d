import { describe, expect, it } from 'vitest'
import type { DayFigures, Policy, Rule, Statistics } from '@/public/documents'
import { byCity, byPlace, byRule, mapValues, toCsv } from '@/public/figures'
import { comparePolicies } from '@/public/policyDiff'

const text = (en: string): { zh: string; en: string } => ({ zh: '文', en })
const rule = (id: string, more: Partial<Rule> = {}): Rule => ({ id, colour: 'red', measure: 'none', when: true, title: text(id), reason: text(id), way_out: text('wait'), ...more })
const policy = (rules: Rule[], more: Partial<Policy> = {}): Policy =>
  ({ id: 'p', version: '1.0.0', jurisdiction: '41', title: text('p'), document_no: '1', effective_from: 'a', effective_to: 'b', default_colour: 'green', default_reason: text('none'), rules, ...more })

describe('the difference of two policies', () => {
  it('is nothing between a policy and itself', () => {
    expect(comparePolicies(policy([rule('A')]), policy([rule('A')]))).toEqual({ policy: [], rules: [], same: 1 })
  })
  it('names rules that were added, removed, changed and moved, and limits by their table', () => {
    const before = policy([rule('A'), rule('B'), rule('C'), rule('D')], { brakes: { no_flip_back_days: 14 } })
    const after = policy([rule('B'), rule('A', { colour: 'yellow' }), rule('E'), rule('D')], { brakes: { no_flip_back_days: 7 }, effective_to: 'c' })
    const found = comparePolicies(before, after)
    expect(found.policy.map((one) => [one.field, one.before, one.after])).toEqual([['effective_to', 'b', 'c'], ['brakes.no_flip_back_days', 14, 7]])
    expect(found.rules.map((one) => [one.id, one.change, one.fields.map((field) => field.field)])).toEqual([['B', 'moved', []], ['A', 'changed', ['colour']], ['E', 'added', []], ['C', 'removed', []]])
    expect(found.same).toBe(1)
  })
})

describe('public figures', () => {
  const statistics: Statistics = { cell_min: 10, cells: [
    { area: '', colour: 'red', rule: 'A1', count: 12 }, { area: '', colour: 'green', rule: 'default', count: 900 }, { area: '4101', colour: 'red', rule: 'A1', suppressed: true },
    { area: '4101', colour: 'green', rule: 'default', count: 500 }, { area: '4102', colour: 'red', rule: 'A1', count: 11 }, { area: '4102', colour: 'red', rule: 'A2', suppressed: true }] }
  it('a place whose cells are all hidden has no number on the map, not zero', () => {
    expect(mapValues(byPlace(statistics), 'red')).toEqual({ 4101: null, 4102: 11 })
    expect(byPlace(statistics)[0]).toMatchObject({ area: '', red: { count: 12, hidden: 0 }, green: { count: 900 } })
    expect(byPlace(statistics)[2]!.red).toEqual({ count: 11, hidden: 1 })
    expect(byRule(statistics)).toEqual([{ colour: 'red', rule: 'A1', count: 12 }, { colour: 'green', rule: 'default', count: 900 }])
  })
  it('a day is summed by city, and its table says what is suppressed', () => {
    const day: DayFigures = { day: '2022-06-13', cell_min: 10, ledgers: [], leaves: 30, totals: {}, cells: [
      { kind: 'decision', city: '410100', class: 'cdc', rule: 'B1', from: 'green', to: 'red', direction: 'worse', count: 20 }, { kind: 'decision', city: '410100', direction: 'better', suppressed: true }, { kind: 'statement', city: '410100', count: 10 }] }
    expect(byCity(day)).toEqual([{ city: '410100', worse: { count: 20, hidden: 0 }, better: { count: 0, hidden: 1 }, statements: { count: 10, hidden: 0 } }])
    expect(toCsv(day).split('\n').slice(0, 3)).toEqual(['day,kind,city,class,rule,from,to,direction,count', '2022-06-13,decision,410100,cdc,B1,green,red,worse,20', '2022-06-13,decision,410100,,,,,better,suppressed'])
  })
})
