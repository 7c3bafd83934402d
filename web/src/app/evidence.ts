// Evidence in words. The vocabulary is closed (src/rules/evidence.h), so every value has a word here; an unknown one is shown as it is.
import { preferences } from '@/ui/preferences'
import { dayAndTime } from '@/ui/time'

const values: Record<string, [string, string]> = {
  negative: ['阴性', 'negative'], positive: ['阳性', 'positive'], inconclusive: ['结果不确定', 'inconclusive'], molecular: ['核酸', 'molecular'], antigen: ['抗原', 'antigen'],
  screening_positive: ['初筛阳性', 'screening positive'], pooled_positive: ['混管阳性', 'pooled positive'], suspected: ['疑似', 'suspected'], confirmed: ['确诊', 'confirmed'], asymptomatic: ['无症状', 'asymptomatic'], re_positive: ['复阳', 're-positive'],
  mild: ['轻型', 'mild'], moderate: ['普通型', 'moderate'], severe: ['重型', 'severe'], general: ['一般接触', 'general contact'], secondary: ['次密接', 'secondary contact'], close: ['密接', 'close contact'],
  same_province: ['省内', 'within the province'], other_province: ['省外', 'another province'], abroad: ['境外', 'abroad'], hospital: ['医院隔离', 'hospital'], central_isolation: ['集中隔离', 'central isolation'], home_isolation: ['居家隔离', 'home isolation'], home_monitoring: ['居家健康监测', 'home monitoring'],
  close_contact: ['密切接触', 'close contact'], secondary_contact: ['次密切接触', 'secondary contact'], inbound: ['入境', 'inbound'], area: ['区域管控', 'area'], post_work: ['离岗', 'after work'], case: ['病例', 'case'], other: ['其他', 'other']
}
const names: Record<string, [string, string]> = {
  sampled_at: ['采样', 'sampled'], reported_at: ['报告', 'reported'], released_at: ['解除', 'released'], excluded_at: ['排除', 'excluded'], last_exposure_at: ['末次暴露', 'last exposure'], exposed_at: ['暴露', 'exposed'], found_at: ['判定', 'found'],
  cleared_at: ['排除风险', 'cleared'], entered_at: ['入境', 'entered'], arrived_at: ['到达', 'arrived'], left_at: ['离开', 'left'], begins_at: ['开始', 'begins'], ended_at: ['结束', 'ended'], given_at: ['接种', 'given'], declared_at: ['申报', 'declared'],
  pooled: ['混检', 'pooled'], area: ['地点', 'place'], dose: ['剂次', 'dose'], symptoms: ['有症状', 'symptoms'], registered: ['已登记', 'registered']
}
const pick = (pair: [string, string] | undefined, otherwise: string): string => (pair === undefined ? otherwise : preferences.language === 'zh' ? pair[0] : pair[1])

export function evidenceLines(evidence: Record<string, unknown>): string[] {
  const lines: string[] = []
  for (const [name, value] of Object.entries(evidence)) {
    if (name === 'kind' || value === false || value === null || value === 'none') continue
    const word = pick(names[name], name.replace(/_at$/, '').replace(/_/g, ' '))
    if (typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value)) lines.push(`${word} ${dayAndTime(value)}`)
    else if (value === true) lines.push(word)
    else lines.push(typeof value === 'string' && values[value] !== undefined ? pick(values[value], value) : `${word} ${String(value)}`)
  }
  return lines
}
