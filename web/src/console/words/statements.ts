const zh = {
  holds: {
    heading: '待复核', why: '这些声明会让人的码色变差，还缺一手签名。在此之前不生效；到期无人签署自动作废。', none: '没有待复核的声明。', what: '声明', rule: '将适用规则', from: '提交机构', signed: '已签', missing: '还缺', lapses: '自动作废', all: '全选', one: '选择这一项',
    approve: '审批 {n} 项', refuse: '不予通过 {n} 项', reason: '不予通过的理由', document: '依据文号（可不填）', approveTitle: '审批：使 {n} 位居民的码色变差', refuseTitle: '不予通过：{n} 项声明作废', people: '居民', effect: '后果', getWorse: '{n} 位居民将转为{colour}', stay: '{n} 位居民的码色不变',
    mine: '您已签过', ownInstitution: '须由其他机构审批', done: '{n} 项已办。', outcome: { completed: '已生效', noted: '已记录，仍缺其他签名', refused: '已不予通过', unknown: '已不在待复核中', ended: '已经结束', not_entitled: '您的角色不能签这一手', same_person: '须由另一人签署', same_institution: '须由另一机构签署', not_authorised: '提交机构已无授权' },
    group: '{n} 项', filter: '机构', everyone: '全部机构', warning: '您的签名将使这些声明立即生效，并与您的姓名、机构一起写入账本，当事人看得到。', until: '{at} 前'
  },
  entry: {
    heading: '录入声明', byForm: '逐条录入', byFile: '文件录入', who: '当事人', document: '证件号码', documentType: '证件类型', resident_id: '居民身份证', passport: '护照', country: '国家代码', what: '内容', kind: '声明类型', record: '原始记录号', recordWhy: '本单位可出示的记录编号。申诉时须凭它举证。',
    correction: '更正或撤回先前的声明', action: '操作', add: '新增', replace: '替换先前记录', withdraw: '撤回先前记录', earlier: '先前的记录号', why: '更正原因', reasons: { entered_in_error: '录入错误', amended: '结果更正', appeal: '申诉后更正', duplicate: '重复' },
    preview: '预览后果', sign: '去签署', change: '修改', noKinds: '本机构目前没有任何授权，不能提交声明。', done: '已送达：{outcome}', outcome: { accepted: '已生效', held: '已记录，待复核', duplicate: '此前已提交过，无变化', unknown_resident: '查无此登记居民', rejected: '未被接受（{code}）', invalid: '内容有误（{code}）', ignored: '不含声明' },
    required: '请填写', drop: '选择 CSV 或 NDJSON 文件，每行一条', template: '下载 CSV 模板', file: '文件', rows: '共 {n} 条声明', tooMany: '一次最多 1000 条。', badRow: '第 {n} 行：{why}', noColumn: '缺少列 {name}', badKind: '不认识的类型 {kind}', another: '再录一条'
  },
  preview: {
    heading: '签署后会怎样', worse: '立即变差', better: '立即变好', later: '复核后变差', none: '没有人的码色会改变。', hands: '需要的签名', noHands: '不需要其他人签名，签署后立即生效。', handLine: '{n} 条还缺：{hand}', brakes: '触及的限制', brakeLine: '{n} 条：{reason}', problems: '不会被接受的', problemLine: '第 {n} 条：{why}', people: '{n} 人', asOf: '由各分片按现行规则即时推算，未写入任何数据。'
  }
}
const en: typeof zh = {
  holds: {
    heading: 'To approve', why: 'These statements would make somebody’s colour worse and still miss a signature. Until then they have no effect; when nobody signs in time they lapse.', none: 'Nothing waits for approval.', what: 'Statement', rule: 'Rule that would decide', from: 'From', signed: 'Signed', missing: 'Missing', lapses: 'Lapses', all: 'Select all', one: 'Select this one',
    approve: 'Approve {n}', refuse: 'Refuse {n}', reason: 'Why it is refused', document: 'Document number (optional)', approveTitle: 'Approve: {n} residents get worse', refuseTitle: 'Refuse: {n} statements end', people: 'Residents', effect: 'Effect', getWorse: '{n} become {colour}', stay: '{n} keep their colour',
    mine: 'you have signed', ownInstitution: 'another institution must approve', done: '{n} done.', outcome: { completed: 'in effect', noted: 'noted, another hand is missing still', refused: 'refused', unknown: 'waits no longer', ended: 'has ended', not_entitled: 'your role does not give this hand', same_person: 'another person must sign', same_institution: 'another institution must sign', not_authorised: 'the institution’s grant has ended' },
    group: '{n}', filter: 'Institution', everyone: 'All institutions', warning: 'With your signature these take effect at once. It stands in the ledger with your name and institution, and the residents see it.', until: 'by {at}'
  },
  entry: {
    heading: 'Statements', byForm: 'One by one', byFile: 'From a file', who: 'Resident', document: 'Document number', documentType: 'Document', resident_id: 'resident ID', passport: 'passport', country: 'Country code', what: 'Evidence', kind: 'Kind of statement', record: 'Source record', recordWhy: 'The number of your own record. You must show it if there is an appeal.',
    correction: 'Correct or withdraw an earlier statement', action: 'Action', add: 'new', replace: 'replace an earlier record', withdraw: 'withdraw an earlier record', earlier: 'Earlier record', why: 'Why', reasons: { entered_in_error: 'entered in error', amended: 'amended', appeal: 'after an appeal', duplicate: 'duplicate' },
    preview: 'Preview', sign: 'Go on to sign', change: 'Change', noKinds: 'Your institution holds no grant now and can submit nothing.', done: 'Sent: {outcome}', outcome: { accepted: 'in effect', held: 'recorded, waits for approval', duplicate: 'was there already, nothing changes', unknown_resident: 'nobody is registered under this document', rejected: 'not accepted ({code})', invalid: 'not valid ({code})', ignored: 'carries no statement' },
    required: 'Needed', drop: 'Choose a CSV or NDJSON file, one statement a line', template: 'CSV template', file: 'File', rows: '{n} statements', tooMany: 'At most 1,000 at once.', badRow: 'Line {n}: {why}', noColumn: 'the column {name} is missing', badKind: 'unknown kind {kind}', another: 'Another one'
  },
  preview: {
    heading: 'What signing will do', worse: 'worse at once', better: 'better at once', later: 'worse when approved', none: 'Nobody’s colour changes.', hands: 'Hands it needs', noHands: 'Nobody else has to sign; it takes effect at once.', handLine: '{n} still lack: {hand}', brakes: 'Brakes it meets', brakeLine: '{n}: {reason}', problems: 'Will not be accepted', problemLine: 'No. {n}: {why}', people: '{n}', asOf: 'Computed this moment by the shards under the rules in force. Nothing was written.'
  }
}
export const statements = { zh, en }
