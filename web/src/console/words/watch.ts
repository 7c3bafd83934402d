const zh = {
  directory: {
    heading: '机构与授权', why: '谁可以签什么、凭谁的授权。全部公开，撤销也公开。', root: '省级根密钥', grants: '授权', officers: '经办人', keys: '密钥', all: '全部机构', search: '查找机构', phone: '电话', division: '辖区', kinds: '可签署', areas: '地区', until: '有效至', number: '文号', delegate: '可再授权', direct: '根密钥直接授权',
    noOfficers: '没有登记经办人。', noGrants: '没有授权：不能提交任何声明。', inForce: '有效', ended: '已失效', revoked: '已撤销：{why}', passkey: '通行密钥', key: '密钥文件', onlyOwn: '仅本机构经办人可见', choose: '选择一家机构查看详情。', tree: '授权关系'
  },
  alarms: {
    heading: '告警', why: '告警只说明出现了正常疫情少见的情形，不指控任何人。由审计、指挥部或卫健委签署结论后结束，全部公开。', none: '没有告警。', open: '未结束', ended: '已结束', all: '全部', what: '情形', who: '涉及', when: '提出时间', how: '结论', leaf: '账本第 {shard} 分片第 {index} 条', severity: { notice: '提示', warning: '警告', grave: '严重' },
    endings: { explained: '有正当理由', unfounded: '情形不成立', corrected: '已纠正', misuse: '属于滥用', referred: '移送其他机关' }, waiting: '等待结论'
  },
  figures: {
    heading: '统计', why: '来自公开统计和公开账本。小于 {n} 的数不公布。', colours: '各市码色', reasons: '原因（规则）', map: '红码、黄码居民分布', days: '每日变化', held: '待复核与作废', cases: '申诉按时率', shards: '分片与时效', throughput: '处理量', residents: '居民', red: '红码', yellow: '黄码', green: '绿码', none: '暂无码色', asOf: '截至 {at}', hidden: '不足公开下限', noDays: '还没有完整的一天。每日统计在次日零点后公布。',
    worse: '变差', better: '变好', day: '日期', total: '合计', rule: '规则', people: '人数', place: '地区', shard: '分片', state: '状态', serving: '服务中', opening: '启动中', stopped: '已停止', checkpoint: '最近检查点', leaves: '账本条数', queued: '排队', statements: '已受理声明', decisions: '判定', codes: '出示码', events: '写入', sinceStart: '自本次启动以来', heldNow: '现在待复核', lapsing: '4 小时内将作废', onTime: '现在没有超时', overdue: '{n} 件超时', waiting: '{n} 件在办', kinds: { hold: '转为待复核', hold_end: '复核结束', decision: '判定', statement: '声明', correction: '更正', case_step: '申诉步骤', look_up: '查询' }, other: '其他'
  }
}
const en: typeof zh = {
  directory: {
    heading: 'Who may', why: 'Who may sign what, and by whose grant. All of it is public, revocations too.', root: 'The province’s root keys', grants: 'Grants', officers: 'Officers', keys: 'Keys', all: 'All institutions', search: 'Find an institution', phone: 'Telephone', division: 'Division', kinds: 'May sign', areas: 'For', until: 'Until', number: 'Document', delegate: 'may delegate', direct: 'granted by the roots',
    noOfficers: 'No officers are enrolled.', noGrants: 'No grant: it can submit nothing.', inForce: 'in force', ended: 'ended', revoked: 'revoked: {why}', passkey: 'passkey', key: 'key file', onlyOwn: 'seen by officers only', choose: 'Choose an institution to see it whole.', tree: 'Grants as a tree'
  },
  alarms: {
    heading: 'Alarms', why: 'An alarm says that a pattern is there which an honest epidemic seldom leaves. It accuses nobody. It ends when an auditor, a command or a health commission signs how; all of it is public.', none: 'No alarms.', open: 'Open', ended: 'Ended', all: 'All', what: 'Pattern', who: 'Concerns', when: 'Raised', how: 'Ending', leaf: 'shard {shard}, leaf {index}', severity: { notice: 'notice', warning: 'warning', grave: 'grave' },
    endings: { explained: 'explained', unfounded: 'unfounded', corrected: 'corrected', misuse: 'misuse', referred: 'referred' }, waiting: 'waits for an ending'
  },
  figures: {
    heading: 'Figures', why: 'From the public statistics and the public ledgers. Counts under {n} are not published.', colours: 'Colours by prefecture', reasons: 'Reasons (rules)', map: 'Where red and yellow are', days: 'Changes by day', held: 'Held and lapsed', cases: 'Cases on time', shards: 'Shards and freshness', throughput: 'Throughput', residents: 'Residents', red: 'red', yellow: 'yellow', green: 'green', none: 'no colour', asOf: 'as of {at}', hidden: 'below the public minimum', noDays: 'No whole day yet. A day’s figures are published after its midnight.',
    worse: 'worse', better: 'better', day: 'Day', total: 'Total', rule: 'Rule', people: 'Residents', place: 'Place', shard: 'Shard', state: 'State', serving: 'serving', opening: 'opening', stopped: 'stopped', checkpoint: 'Last checkpoint', leaves: 'Leaves', queued: 'Queued', statements: 'statements accepted', decisions: 'decisions', codes: 'codes shown', events: 'writes', sinceStart: 'since this start', heldNow: 'held now', lapsing: 'lapse within 4 hours', onTime: 'nothing is overdue', overdue: '{n} overdue', waiting: '{n} open', kinds: { hold: 'held', hold_end: 'holds ended', decision: 'decisions', statement: 'statements', correction: 'corrections', case_step: 'case steps', look_up: 'look-ups' }, other: 'other'
  }
}
export const watch = { zh, en }
