// The longer tables of words.ts: rules, figures, ledger and leaves.

const zhRules = {
  heading: '规则集', lead: '码色只由规则判定。规则集有编号、版本和期限，由根密钥签署；自上而下，第一条成立的规则决定码色。', policy: '规则集', number: '文号', place: '适用范围', term: '有效期', state: '状态', count: '条数', states: { in: '现行', out: '不在有效期', past: '过去', coming: '尚未生效' },
  version: '版本', signedBy: '签署密钥', fingerprint: '指纹（SHA-256）', table: '规则表：自上而下，首条成立者为准', rule: '规则', colour: '码色', otherwise: '均不成立', brakes: '限制：防止滥用', cases: '申诉时限', retention_days: '记录保存天数',
  before: '前一版', after: '后一版', compare: '对比', differences: '两版规则的差别', summary: '{changed} 条规则不同，{same} 条相同；规则集本身有 {policy} 处不同。', what: '内容', whole: '规则集', absent: '（无）', change: { added: '新增', removed: '删除', moved: '次序变化', changed: '修改' },
  field: { colour: '码色', measure: '措施', when: '成立条件', title: '名称', reason: '原因', way_out: '如何解除', control_mode: '管控方式', legal_basis: '依据', hands: '须几方签字', held_until_evidence: '须凭证据解除', worsens_by_waiting: '随时间变差', document_no: '文号', jurisdiction: '适用范围', effective_from: '生效', effective_to: '失效', default_colour: '默认码色', default_reason: '默认原因' }
}
const enRules: typeof zhRules = {
  heading: 'Policies', lead: 'Only rules decide colours. A policy has a number, a version and an end, and is signed by the root keys; from the top, the first rule that is true decides.', policy: 'Policy', number: 'Document number', place: 'Where', term: 'In force', state: 'State', count: 'Rules', states: { in: 'in force', out: 'not in force', past: 'past', coming: 'not yet in force' },
  version: 'Version', signedBy: 'Signing keys', fingerprint: 'Fingerprint (SHA-256)', table: 'The rules: from the top, the first that is true decides', rule: 'Rule', colour: 'Colour', otherwise: 'none is true', brakes: 'Brakes against misuse', cases: 'Deadlines of appeals', retention_days: 'Days a record is kept',
  before: 'Earlier', after: 'Later', compare: 'Compare', differences: 'Differences between two policies', summary: '{changed} rules differ, {same} are the same; {policy} differences in the policy itself.', what: 'What', whole: 'Policy', absent: '(none)', change: { added: 'added', removed: 'removed', moved: 'moved', changed: 'changed' },
  field: { colour: 'colour', measure: 'measure', when: 'condition', title: 'title', reason: 'reason', way_out: 'way out', control_mode: 'control', legal_basis: 'legal basis', hands: 'hands needed', held_until_evidence: 'held until evidence', worsens_by_waiting: 'worsens by waiting', document_no: 'document number', jurisdiction: 'where', effective_from: 'from', effective_to: 'until', default_colour: 'default colour', default_reason: 'default reason' }
}
export const ruleWords = { zh: zhRules, en: enRules }

const zhFigures = {
  heading: '数字', lead: '少于 {n} 人的格子不公布；为免相减推出，同组里再隐去一格，因此有些合计写“至少”。', map: '地图', mapOf: '河南各市{colour}人数地图，数字见右表', people: '人', place: '地方', places: '各市各色人数', rules: '全省各规则人数', hidden: '不公布', atLeast: '至少 {n}', live: '这是此刻的计数，刷新会变；要引用某一天，请用下面的每日数字。',
  days: '每日', daysLead: '每天结束后公布一次，写入账本，此后不再改动；数的是公开账本里的每一条，任何人可以重数。', noDays: '还没有公布过完整一天的数字；第一天结束十分钟后公布。', day: '日期', chart: '每日变差、变好与待复核的条数', totals: '{day} 全省合计', cities: '{day} 各市', leaves: '账本条数', csv: '下载表格（CSV）',
  total: { statement: '证据', correction: '更正', decision: '判定', decision_worse: '变差', decision_better: '变好', decision_same: '颜色未变', hold: '待复核', hold_ended: '复核了结', case_step: '申诉步骤', look_up: '查询个人信息', key_destroyed: '到期销毁', other: '其他' }
}
const enFigures: typeof zhFigures = {
  heading: 'Figures', lead: 'Cells under {n} people are not published, and one more of the same group is left out so that they cannot be had by subtraction; some sums therefore say “at least”.', map: 'Map', mapOf: 'Map of Henan’s cities by {colour} codes; the numbers are in the table', people: 'people', place: 'Place', places: 'Colours by city', rules: 'The province by rule', hidden: 'not published', atLeast: 'at least {n}', live: 'Counted at this moment; it changes. To quote a day, use the daily figures below.',
  days: 'Each day', daysLead: 'Published once when the day is over, written to the ledger and never changed. What is counted is every entry of the public ledgers; anyone can count again.', noDays: 'No whole day has been published yet; the first comes ten minutes after its end.', day: 'Day', chart: 'Worse, better and held, by day', totals: '{day}, the province', cities: '{day}, by city', leaves: 'ledger entries', csv: 'download as a table (CSV)',
  total: { statement: 'evidence', correction: 'corrections', decision: 'decisions', decision_worse: 'worse', decision_better: 'better', decision_same: 'same colour', hold: 'held', hold_ended: 'holds ended', case_step: 'steps of appeals', look_up: 'look-ups of personal data', key_destroyed: 'destroyed at their end', other: 'other' }
}
export const figureWords = { zh: zhFigures, en: enFigures }

const zhLeaves = {
  ledger: {
    heading: '账本', lead: '每一片居民一本账，另有一本总账；只增不改。下表的签名与前后一致由您的浏览器核验。', ledger: '账本', size: '条数', checked: '本浏览器的核验', witnesses: '见证人', noWitness: '尚无见证人签名', root: '根', note: '检查点原文', control: '总账（规则、机构、授权、告警）', residents: '居民账 {n}',
    extends: { first: '签名有效；首次见到，已记住', same: '签名有效；与上次见到的相同', extended: '签名有效；延续了上次见到的' }, which: '哪本账', index: '第几条（0 至 {last}）', open: '看这一条', keys: '账本密钥', keysWhy: '首次访问时已记在本浏览器；变了会告警。用其他工具核验也用它们：'
  },
  leaf: {
    heading: '账本 {shard} 第 {index} 条', hour: '小时', colours: '码色', class: '机构类别', byClock: '无机构：时间、规则或区域变化', city: '市', document: '文件指纹', commitment: '个人内容', closed: '只有承诺（哈希）；本人、经授权的审计可以打开核对', proved: '本浏览器已核验：此条在 {origin} 的 {size} 条之中。', bytes: '原始字节', before: '上一条', after: '下一条',
    kind: { 1: '一份证据', 2: '一份更正', 3: '一次判定', 10: '创世文件', 11: '机构', 12: '授权', 13: '撤销', 14: '规则集', 15: '区域决定', 16: '经办人', 17: '规则例外', 18: '规则证明', 20: '另一账本的检查点', 21: '一份待复核的证据', 22: '待复核了结', 23: '申诉的一步', 24: '一次查询', 25: '到期销毁', 26: '告警或其了结', 27: '纸质码', 28: '监护关系', 29: '与外省交换', 30: '所信任的外省', 31: '一天的数字', other: '其他记录' }
  }
}
const enLeaves: typeof zhLeaves = {
  ledger: {
    heading: 'Ledgers', lead: 'One ledger for each part of the residents and one for everything public; entries are added, never changed. The signatures and the continuity below are checked by your browser.', ledger: 'Ledger', size: 'Entries', checked: 'Checked by this browser', witnesses: 'Witnesses', noWitness: 'no witness has signed yet', root: 'Root', note: 'checkpoint', control: 'Public ledger (rules, institutions, grants, alarms)', residents: 'Residents {n}',
    extends: { first: 'signature good; seen for the first time and remembered', same: 'signature good; as seen last', extended: 'signature good; extends what was seen last' }, which: 'Which ledger', index: 'Entry (0 to {last})', open: 'Show it', keys: 'Ledger keys', keysWhy: 'Kept by this browser since the first visit; a change is an alarm. Other tools verify with them too:'
  },
  leaf: {
    heading: 'Ledger {shard}, entry {index}', hour: 'Hour', colours: 'Colour', class: 'Class of institution', byClock: 'none: time, rules or areas changed', city: 'City', document: 'Fingerprint of the document', commitment: 'Personal content', closed: 'a commitment (hash) only; the resident, and auditors with leave, can open it', proved: 'Checked by this browser: among the {size} entries of {origin}.', bytes: 'raw bytes', before: 'Before', after: 'After',
    kind: { 1: 'A piece of evidence', 2: 'A correction', 3: 'A decision', 10: 'The genesis document', 11: 'An institution', 12: 'A grant', 13: 'A revocation', 14: 'A policy', 15: 'An area order', 16: 'An officer', 17: 'An exception to a policy', 18: 'A proof about a policy', 20: 'Another ledger’s checkpoint', 21: 'Evidence that is held', 22: 'The end of a hold', 23: 'A step of an appeal', 24: 'A look-up', 25: 'Destroyed at its end', 26: 'An alarm, or how it ended', 27: 'A paper code', 28: 'A guardianship', 29: 'Exchange with another province', 30: 'A province that is trusted', 31: 'The figures of a day', other: 'Another entry' }
  }
}
export const leafWords = { zh: zhLeaves, en: enLeaves }
