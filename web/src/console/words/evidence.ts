const zh = {
  kind: {
    contact_finding: '接触者判定', exposure_finding: '暴露风险判定', risk_clearance: '风险排除', case_report: '病例报告', case_release: '出院或解除隔离', case_exclusion: '复核排除', control_order: '管控决定', control_release: '解除管控',
    test_result: '检测结果', testing_duty: '应检通知', border_entry: '入境记录', arrival: '抵达本省', clinic_visit: '发热门诊就诊', work_assignment: '岗位管理', item_contact: '阳性物品接触', stay: '旅居申报', vaccination: '疫苗接种', health_declaration: '健康申报'
  },
  field: {
    last_exposure_at: '末次暴露时间', found_at: '判定时间', exposed_at: '暴露时间', cleared_at: '排除时间', reported_at: '报告时间', released_at: '解除时间', excluded_at: '排除时间', begins_at: '开始时间', ended_at: '结束时间', sampled_at: '采样时间',
    listed_at: '通知时间', due_at: '截止时间', entered_at: '入境时间', arrived_at: '抵达时间', visited_at: '就诊时间', last_contact_at: '末次接触时间',
    level: '接触级别', exposure: '暴露类型', status: '病例类别', severity: '病情', control: '管控方式', reason: '管控原因', result: '结果', method: '方法', from: '来自', group: '岗位', contact: '接触方式'
  },
  value: {
    close: '密切接触者', secondary: '次密接', general: '一般接触者', time_space: '时空交集', confined_space: '同密闭空间', same_vehicle: '同交通工具', regional_assist: '区域协查', potential_contact: '潜在接触', venue: '涉疫场所',
    confirmed: '确诊', asymptomatic: '无症状感染者', suspected: '疑似', screening_positive: '初筛阳性', pooled_positive: '混管阳性', re_positive: '复阳', mild: '轻型', moderate: '普通型', severe: '重型',
    central_isolation: '集中隔离', home_isolation: '居家隔离', home_monitoring: '居家健康监测', hospital: '住院', close_contact: '密切接触者', secondary_contact: '次密接', case: '病例', inbound: '入境', area: '区域', post_work: '高风险岗位轮换', other: '其他',
    negative: '阴性', positive: '阳性', inconclusive: '不确定', molecular: '核酸', antigen: '抗原', other_province: '外省', same_province: '本省', abroad: '境外', closed_loop_high_risk: '闭环高风险岗位', cold_chain: '冷链', key_industry: '重点行业', ordinary: '一般', frequent: '频繁'
  },
  flag: {
    index_first_two_negative: '病例前两次检测阴性', national: '国家协查', tests_done: '检测已完成', pooled: '混采', ct_at_limit: 'Ct 值临界', port_in_province: '本省口岸', registered: '已报备', cleared: '已排除', fever: '发热', bubble: '闭环中'
  },
  measure: { none: '无措施', test_only: '仅检测', home_monitoring: '居家健康监测', home_isolation: '居家隔离', central_isolation: '集中隔离', hospital: '住院' }
}
const en: typeof zh = {
  kind: {
    contact_finding: 'Contact finding', exposure_finding: 'Exposure finding', risk_clearance: 'Clearance of an exposure', case_report: 'Case report', case_release: 'Discharge of a case', case_exclusion: 'Exclusion by review', control_order: 'Control order', control_release: 'End of a control order',
    test_result: 'Test result', testing_duty: 'Duty to be tested', border_entry: 'Entry into the country', arrival: 'Arrival in the province', clinic_visit: 'Fever clinic visit', work_assignment: 'Work assignment', item_contact: 'Contact with a positive item', stay: 'Stay', vaccination: 'Vaccination', health_declaration: 'Health declaration'
  },
  field: {
    last_exposure_at: 'Last exposure', found_at: 'Found', exposed_at: 'Exposed', cleared_at: 'Cleared', reported_at: 'Reported', released_at: 'Released', excluded_at: 'Excluded', begins_at: 'Begins', ended_at: 'Ended', sampled_at: 'Sampled',
    listed_at: 'Listed', due_at: 'Due', entered_at: 'Entered', arrived_at: 'Arrived', visited_at: 'Visited', last_contact_at: 'Last contact',
    level: 'Level', exposure: 'Exposure', status: 'Status', severity: 'Severity', control: 'Control', reason: 'Reason', result: 'Result', method: 'Method', from: 'From', group: 'Group', contact: 'Contact'
  },
  value: {
    close: 'close contact', secondary: 'contact of a contact', general: 'general contact', time_space: 'same time and place', confined_space: 'same confined space', same_vehicle: 'same vehicle', regional_assist: 'regional inquiry', potential_contact: 'potential contact', venue: 'venue',
    confirmed: 'confirmed', asymptomatic: 'asymptomatic', suspected: 'suspected', screening_positive: 'positive screening', pooled_positive: 'positive pool', re_positive: 'positive again', mild: 'mild', moderate: 'moderate', severe: 'severe',
    central_isolation: 'central isolation', home_isolation: 'home isolation', home_monitoring: 'home monitoring', hospital: 'hospital', close_contact: 'close contact', secondary_contact: 'contact of a contact', case: 'case', inbound: 'from abroad', area: 'area', post_work: 'after high-risk work', other: 'other',
    negative: 'negative', positive: 'positive', inconclusive: 'inconclusive', molecular: 'molecular', antigen: 'antigen', other_province: 'another province', same_province: 'this province', abroad: 'abroad', closed_loop_high_risk: 'closed loop, high risk', cold_chain: 'cold chain', key_industry: 'key industry', ordinary: 'ordinary', frequent: 'frequent'
  },
  flag: {
    index_first_two_negative: 'the case’s first two tests were negative', national: 'national inquiry', tests_done: 'tests are done', pooled: 'pooled', ct_at_limit: 'Ct at the limit', port_in_province: 'port in this province', registered: 'registered before arrival', cleared: 'cleared', fever: 'fever', bubble: 'inside a closed loop'
  },
  measure: { none: 'no measure', test_only: 'testing only', home_monitoring: 'home monitoring', home_isolation: 'home isolation', central_isolation: 'central isolation', hospital: 'hospital' }
}
export const evidence = { zh, en }
