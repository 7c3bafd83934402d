// Every string of the resident's pages, in both languages. The compiler refuses a page with a string missing in one.
const zh = {
  title: '健康码',
  colour: { green: '绿码', yellow: '黄码', red: '红码', none: '暂无码色' },
  colourShort: { green: '绿', yellow: '黄', red: '红', none: '无' },
  tab: { code: '我的码', history: '历史', more: '更多' },
  sign: { in: '登录', out: '退出并清除本机', why: '用身份认证登录后，健康码只在您的手机上生成。', again: '登录已过期，请重新登录。' },
  code: {
    validUntil: '有效至 {at}', asOf: '截至 {at}', offline: '连不上中心，正在离线出示。验码不受影响。', expired: '此码已过期，请联网刷新。',
    renews: '{n} 秒后刷新', qr: '健康码二维码', holder: '{name}　证件尾号 {digits}', starting: '正在取码…', failed: '暂时取不到健康码：{why}', retry: '再试一次',
    noColour: '目前没有生效的规则集，因此没有码色。', brighter: '点二维码放大', clockFast: '手机时间快了约 {n} 分钟，验码会不通过。请在手机设置里打开“自动设置时间”。', clockSlow: '手机时间慢了约 {n} 分钟，验码会不通过。请在手机设置里打开“自动设置时间”。'
  },
  why: {
    heading: '为什么是这个颜色', since: '自 {at}', rule: '依据', byRule: '规则 {rule}：{title}', document: '文件', who: '由谁',
    can: '我可以做什么', changes: '何时自动改变', changesAt: '{at}（{distance}）如无新情况将重新判定', changesNever: '不会自动改变；有新的记录才会重新判定',
    contest: '有异议', save: '保存告知书', causes: '所依据的记录', noCauses: '没有单位提交过关于您的记录。', signedBy: '{name} 签署', record: '记录号 {number}',
    deciding: '起决定作用', ineffective: '已不再计入', undetermined: '规则未能判定，按未定处理。'
  },
  check: {
    button: '核验账本', running: '正在本机核验…', good: '已核验：此判定在公开账本中，且账本延续了本机上次见过的检查点（共 {size} 条）。',
    first: '已核验：此判定在公开账本中（共 {size} 条）。本机首次见到此账本，已记住检查点。', waiting: '证明将在几秒内生成，请稍后再核验。', offline: '核验账本需要网络；联网后再试。', bad: '核验失败：{why}。请截屏并拨打 12345 或联系审计。'
  },
  history: {
    heading: '码色历史', changed: '由{from}变为{to}', same: '仍为{to}', trigger: { register: '登记', statements: '收到新的记录', tick: '到期自动改变', recolour: '规则或区域变化', hold: '复核通过', case: '申诉结果', retention: '记录期满销毁', import: '外省记录', other: '重新判定' },
    chain: '每一条都写着上一条的指纹，缺一条就对不上。', chainGood: '{n} 条判定首尾相连。', chainBad: '判定链断开：第 {n} 条与上一条对不上。', statements: '关于我的记录', more: '更早的'
  },
  declare: {
    heading: '申报', health: '健康申报', fine: '没有发热、咳嗽等症状', symptoms: '有发热、咳嗽等症状', trip: '行程申报', place: '所在地（行政区划代码）', arrived: '到达时间', left: '离开时间（可不填）', send: '提交', done: '已提交，已写入账本。', duplicate: '已有相同的申报。'
  },
  family: {
    heading: '家人', none: '您还没有可代为出示的家人。', show: '出示', until: '至 {at}', explain: '为老人、孩子代为出示。成年家人须本人同意；孩子和不便上网的老人可由社区当面登记。',
    mine: '我可以代为出示', guardians: '谁可以代我出示', withdraw: '收回同意', consent: '同意家人代我出示', own: '我的身份证号（再填一次，表示本人同意）', theirs: '家人的身份证号', theirName: '家人的姓名', iAm: '我是家人的', ends: '到哪一天为止', agree: '同意',
    relation: { parent: '父母', child: '子女', spouse: '配偶', grandparent: '祖父母', relative: '亲属', legal_guardian: '法定监护人', carer: '照护人' }
  },
  cases: {
    heading: '申诉', new: '对现在的码色提出申诉', explain: '系统会要求每一家签署了相关记录的单位在限期内拿出依据；到期拿不出的，该记录不再计入，码色重新判定。您会得到一个票号，拨打 12345 报票号也能查。', text: '您想说明的情况（可不填）', send: '提出申诉', ticket: '票号 {ticket}', open: '正在处理', number: '拨打 12345 报出票号，说的是同一件事。',
    deadline: { running: '截止 {at}（{distance}）', done: '已完成', missed: '逾期（截止 {at}）', void: '不需要了' }, reply: '答复', signed: '{name} {actor} 签署，{at}', key: '（密钥 {id}）', asked: '要求谁拿出依据', nobodyAsked: '现在的码色不依据任何单位的记录，无须举证。', steps: '经过', leaf: '账本第 {index} 条', add: '补充说明', sendMore: '提交补充', withdraw: '撤回申诉', sure: '撤回后不再处理，码色不变。确定吗？', keep: '不撤回', go: '提出申诉或查看进度'
  },
  looks: {
    heading: '谁查过我', explain: '工作人员每次查看您的信息都记在账本里，在这里告诉您。验码不会查看您的信息，也不留记录。', none: '没有人查过您的信息。',
    role: { institution: '机构', hotline: '热线坐席', auditor: '审计人员', case: '申诉经办人', community: '社区工作者' }, flag: { no_case: '没有对应的申诉或来电', outside_area: '不在其辖区', many_today: '该人员当天查询很多', emergency: '以紧急为由', ended_case: '申诉早已了结' }
  },
  paper: { heading: '纸质码', make: '制作纸质码', print: '打印或存为 PDF', valid: '有效至 {at}', explain: '纸质码不需要手机。验码人会核对姓名和证件尾号。丢失后请作废。', list: '已发的纸质码', revoke: '作废', state: { valid: '有效', revoked: '已作废', colour_changed: '码色已变，请重做', expired: '已过期' } },
  more: { heading: '更多', declare: '健康与行程申报', family: '家人的码', paper: '纸质码', settings: '显示设置', large: '大字模式', theme: '深浅色', auto: '随系统', light: '浅色', dark: '深色', language: '语言', read: '朗读' },
  register: { heading: '登记', explain: '首次使用需登记常住地，只到县（区）。', home: '常住县（区）代码', send: '登记并取码' },
  large: { call: '拨打 12345', why: '原因', read: '读给我听', spoken: '您现在是{colour}。{reason}。' },
  problem: { offline: '连不上中心。请稍后再试。', other: '出错了：{why}', pins: '省级平台的密钥与本机记住的不同。请勿出示，并拨打 12345 核实。' },
  close: '关闭', loading: '正在载入…'
}

const en: typeof zh = {
  title: 'Health code',
  colour: { green: 'Green code', yellow: 'Yellow code', red: 'Red code', none: 'No colour' },
  colourShort: { green: 'green', yellow: 'yellow', red: 'red', none: 'none' },
  tab: { code: 'My code', history: 'History', more: 'More' },
  sign: { in: 'Sign in', out: 'Sign out and clear this phone', why: 'Sign in with your identity. The code is then made by your own phone.', again: 'Your session has ended. Please sign in again.' },
  code: {
    validUntil: 'Valid until {at}', asOf: 'As of {at}', offline: 'The centre cannot be reached; showing offline. Doors still accept this.', expired: 'This code has expired. Go online to refresh it.',
    renews: 'renews in {n} s', qr: 'Health code QR', holder: '{name}   document ends in {digits}', starting: 'Fetching your code…', failed: 'No code can be shown now: {why}', retry: 'Try again',
    noColour: 'No policy is in force, so there is no colour.', brighter: 'Tap the QR to enlarge', clockFast: 'This phone’s clock is about {n} min fast; doors will refuse the code. Turn on automatic time in the settings.', clockSlow: 'This phone’s clock is about {n} min slow; doors will refuse the code. Turn on automatic time in the settings.'
  },
  why: {
    heading: 'Why this colour', since: 'since {at}', rule: 'Rule', byRule: 'Rule {rule}: {title}', document: 'Document', who: 'On whose word',
    can: 'What I can do', changes: 'When it changes by itself', changesAt: '{at} ({distance}): decided again if nothing new arrives', changesNever: 'It will not change by itself, only with a new record',
    contest: 'If I disagree', save: 'Save this receipt', causes: 'Records it rests on', noCauses: 'Nobody has submitted a record about you.', signedBy: 'signed by {name}', record: 'record {number}',
    deciding: 'decides', ineffective: 'no longer counts', undetermined: 'A rule could not be evaluated; the result is undetermined.'
  },
  check: {
    button: 'Check the ledger', running: 'Checking on this phone…', good: 'Checked: this decision is in the public ledger, which extends the checkpoint this phone saw last ({size} leaves).',
    first: 'Checked: this decision is in the public ledger ({size} leaves). This phone saw it for the first time and remembers the checkpoint.', waiting: 'The proof will be there in a few seconds; check again then.', offline: 'Checking the ledger needs a network; try again when there is one.', bad: 'The check failed: {why}. Keep a screenshot and call 12345 or the auditors.'
  },
  history: {
    heading: 'History of my code', changed: 'from {from} to {to}', same: 'still {to}', trigger: { register: 'registered', statements: 'a new record arrived', tick: 'changed by itself in time', recolour: 'rules or areas changed', hold: 'approved after review', case: 'outcome of an appeal', retention: 'a record reached its end', import: 'a record from another province', other: 'decided again' },
    chain: 'Each entry names the fingerprint of the one before, so none can be missing.', chainGood: '{n} decisions form an unbroken chain.', chainBad: 'The chain is broken: decision {n} does not match the one before.', statements: 'Records about me', more: 'Earlier'
  },
  declare: {
    heading: 'Declare', health: 'Health', fine: 'No fever, cough or other symptoms', symptoms: 'Fever, cough or other symptoms', trip: 'Trip', place: 'Where (division code)', arrived: 'Arrived', left: 'Left (optional)', send: 'Send', done: 'Sent, and written to the ledger.', duplicate: 'The same declaration is already there.'
  },
  family: {
    heading: 'Family', none: 'You can show nobody’s code yet.', show: 'Show', until: 'until {at}', explain: 'Show the code of a parent or child. An adult must consent; children and people without a phone are entered in person at the community office.',
    mine: 'Whose code I may show', guardians: 'Who may show mine', withdraw: 'Withdraw', consent: 'Let somebody show my code', own: 'My document number (once more: it says that I mean it)', theirs: 'Their document number', theirName: 'Their name', iAm: 'I am their', ends: 'Until which day', agree: 'I agree',
    relation: { parent: 'parent', child: 'child', spouse: 'spouse', grandparent: 'grandparent', relative: 'relative', legal_guardian: 'legal guardian', carer: 'carer' }
  },
  cases: {
    heading: 'Appeals', new: 'Contest my present colour', explain: 'Every institution that signed a record behind it must substantiate it in time; what nobody substantiates stops counting and the colour is decided again. You get a ticket number; 12345 knows it too.', text: 'What you want to say (optional)', send: 'Open an appeal', ticket: 'Ticket {ticket}', open: 'in progress', number: 'Call 12345 with this number: it is the same case.',
    deadline: { running: 'due {at} ({distance})', done: 'done', missed: 'missed (was due {at})', void: 'no longer needed' }, reply: 'Reply', signed: 'signed by {name} {actor}, {at}', key: '(key {id})', asked: 'Who must substantiate', nobodyAsked: 'The present colour rests on nobody’s record, so there is nothing to substantiate.', steps: 'What happened', leaf: 'ledger entry {index}', add: 'Add something', sendMore: 'Send', withdraw: 'Withdraw', sure: 'It will not be dealt with any more and the colour stays. Are you sure?', keep: 'Keep it', go: 'Appeal, or see how far it is'
  },
  looks: {
    heading: 'Who looked at me', explain: 'Each time a member of staff reads your data it is written to the ledger and told here. A check at a door reads nothing and leaves no record.', none: 'Nobody has looked at your data.',
    role: { institution: 'institution', hotline: 'hotline agent', auditor: 'auditor', case: 'case officer', community: 'community worker' }, flag: { no_case: 'without a case or call', outside_area: 'outside their area', many_today: 'this person read many that day', emergency: 'claimed an emergency', ended_case: 'the case had ended long before' }
  },
  paper: { heading: 'Paper code', make: 'Make a paper code', print: 'Print or save as PDF', valid: 'Valid until {at}', explain: 'A paper code needs no phone. The door compares the name and the last digits of the document. Revoke it when it is lost.', list: 'Paper codes issued', revoke: 'Revoke', state: { valid: 'valid', revoked: 'revoked', colour_changed: 'colour has changed: make a new one', expired: 'expired' } },
  more: { heading: 'More', declare: 'Declare health or a trip', family: 'Family codes', paper: 'Paper code', settings: 'Display', large: 'Large type', theme: 'Theme', auto: 'as the system', light: 'light', dark: 'dark', language: 'Language', read: 'Read aloud' },
  register: { heading: 'Register', explain: 'The first time, say where you live, down to the county only.', home: 'County code of residence', send: 'Register and get my code' },
  large: { call: 'Call 12345', why: 'Why', read: 'Read to me', spoken: 'You have a {colour}. {reason}.' },
  problem: { offline: 'The centre cannot be reached. Try again later.', other: 'Something went wrong: {why}', pins: 'The province’s keys are not the ones this phone remembers. Do not show the code; call 12345.' },
  close: 'Close', loading: 'Loading…'
}

export const words = { zh, en }
