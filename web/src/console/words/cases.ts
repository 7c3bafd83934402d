const zh = {
  heading: '申诉', why: '等待本机构处理的申诉，最急的在最前。超过时限，系统按规则自动处理：不举证的声明停止生效。', none: '没有等待本机构处理的申诉。', ticket: '工单', due: '时限', left: '还剩', what: '要做什么', place: '地区', opened: '受理于', overdue: '已超时', all: '全部', open: '打开',
  action: { reply: '举证', accept: '受理', decide: '作出结论', reinstate: '恢复', tell: '告知本人', add: '补充材料', withdraw: '撤回' },
  looked: '打开即记为一次查询，当事人看得到。', now: '现在的码色', statements: '被质疑的声明', deadlines: '时限', steps: '经过', back: '返回申诉列表', record: '记录号', by: '由', channel: '渠道',
  deadline: { running: '进行中', done: '已完成', missed: '已超时', void: '不再需要' },
  reply: { heading: '举证', why: '核对本单位的原始记录后签署。不能举证即停止生效。', answer: '答复', substantiated: '有原始记录，予以举证', not_substantiated: '没有可举证的记录', corrected: '已另行更正', grounds: '说明', sign: '签署答复', title: '对工单 {ticket} 的答复' },
  decide: { heading: '结论', outcome: '结论', upheld: '维持', corrected: '更正', reinstated: '恢复生效', zh: '给当事人的答复（中文）', en: '给当事人的答复（英文）', sign: '签署结论', title: '工单 {ticket} 的结论' },
  note: '备注', accept: '受理', tell: '已告知本人', add: '补充', done: '已记录。',
  lookUp: { heading: '查询', why: '查询一个人须有职责和目的。每次查询都写入账本，本人看得到是谁、为什么查。', duty: '职责', duties: { case: '办理申诉', caller: '来电', visit: '上门服务', mandate: '审计职责', emergency: '紧急情况', authorised: '本人授权' }, ticket: '工单号', document: '证件号码', documentType: '证件类型', note: '目的说明', authorisation: '本人授权码', look: '查询并记录', result: '查询结果', recorded: '已记入账本（第 {shard} 分片第 {index} 条）。', flags: { no_case: '无对应申诉', outside_area: '辖区以外', many_today: '今日查询较多', emergency: '紧急', ended_case: '申诉已结束' }, cases: '相关申诉', way: '怎样解除', who: '责任机构' },
  hotline: { heading: '12345 热线', why: '输入来电人的工单号或证件号，得到可照读的答复。只读；每次查询本人看得到。', ask: '查询', read: '请照读', openCase: '代为提出申诉', consent: '我已在电话中征得本人同意', text: '来电人的理由', opened: '已提出申诉，工单号 {ticket}。请告知来电人。' }
}
const en: typeof zh = {
  heading: 'Cases', why: 'What waits for your institution, soonest first. When a deadline passes, the rules act by themselves: a statement that nobody substantiates stops counting.', none: 'No case waits for your institution.', ticket: 'Ticket', due: 'Due', left: 'Left', what: 'To do', place: 'Place', opened: 'Opened', overdue: 'overdue', all: 'All', open: 'Open',
  action: { reply: 'substantiate', accept: 'accept', decide: 'decide', reinstate: 'reinstate', tell: 'tell the resident', add: 'add material', withdraw: 'withdraw' },
  looked: 'Opening a case is a look-up; the resident sees it.', now: 'Present colour', statements: 'Statements in question', deadlines: 'Deadlines', steps: 'What happened', back: 'Back to the cases', record: 'record', by: 'by', channel: 'Through',
  deadline: { running: 'running', done: 'done', missed: 'missed', void: 'not needed' },
  reply: { heading: 'Substantiate', why: 'Compare with your own source record, then sign. What cannot be substantiated stops counting.', answer: 'Answer', substantiated: 'substantiated by our record', not_substantiated: 'no record substantiates it', corrected: 'corrected already', grounds: 'Grounds', sign: 'Sign the answer', title: 'Answer on ticket {ticket}' },
  decide: { heading: 'Decide', outcome: 'Outcome', upheld: 'upheld', corrected: 'corrected', reinstated: 'reinstated', zh: 'Reply to the resident (Chinese)', en: 'Reply to the resident (English)', sign: 'Sign the decision', title: 'Decision on ticket {ticket}' },
  note: 'Note', accept: 'Accept', tell: 'The resident was told', add: 'Add', done: 'On record.',
  lookUp: { heading: 'Look-up', why: 'A look-up needs a duty and a purpose. Each stands in the ledger, and the resident sees who looked and why.', duty: 'Duty', duties: { case: 'a case', caller: 'a caller', visit: 'a visit', mandate: 'audit mandate', emergency: 'emergency', authorised: 'authorised by the resident' }, ticket: 'Ticket', document: 'Document number', documentType: 'Document', note: 'Purpose', authorisation: 'The resident’s code', look: 'Look up, on record', result: 'Result', recorded: 'On record (shard {shard}, leaf {index}).', flags: { no_case: 'no case', outside_area: 'outside the area', many_today: 'many today', emergency: 'emergency', ended_case: 'the case has ended' }, cases: 'Cases', way: 'Way out', who: 'Responsible' },
  hotline: { heading: '12345 hotline', why: 'Enter the caller’s ticket or document number and get an answer to read aloud. Read-only; the resident sees each look-up.', ask: 'Find', read: 'Read this aloud', openCase: 'Open a case for the caller', consent: 'The caller consented on the telephone', text: 'The caller’s reasons', opened: 'A case is open, ticket {ticket}. Tell the caller.' }
}
export const cases = { zh, en }
