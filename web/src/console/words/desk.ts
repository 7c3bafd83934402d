const zh = {
  title: '工作台', skip: '跳到内容',
  menu: {
    work: '待办', say: '签署', people: '当事人', watch: '公开与监督',
    holds: '待复核', cases: '申诉', statements: '录入声明', areas: '区域决定', policies: '规则集', lookUp: '查询', hotline: '热线', directory: '机构与授权', alarms: '告警', figures: '统计', open: '菜单'
  },
  sign: {
    in: '用通行密钥登录', out: '退出', officer: '经办人编号（可不填）', example: '例如 SIM-CDC/zhang', idea: '没有人能设置码色。您在这里签署证据，公开的规则判定，每一次签名都带着您的名字。',
    ended: '登录已结束。请再次登录；本页填写的内容都还在。', again: '再次登录', enrol: '首次使用？登记通行密钥', back: '返回登录',
    refused: '没有使用通行密钥。请插入或解锁登记过的设备后再试；换了设备须由机构重新登记。', unreachable: '连不上中心。请检查网络，稍后再试。', retry: '再试一次'
  },
  role: { executing: '执行', approving: '审批', ordering: '命令', hotline: '热线', auditor: '审计', case: '申诉办理', community: '社区' },
  class: {
    command: '疫情防控指挥部', health_commission: '卫生健康委', cdc: '疾控中心', laboratory: '检测机构', hospital: '医院', border_post: '口岸', community: '社区', other_province: '外省', operator: '运营单位', auditor: '审计监督'
  },
  colour: { green: '绿码', yellow: '黄码', red: '红码', none: '暂无码色', undetermined: '未定' },
  hand: { executed: '执行', approved: '审批', ordered: '命令', other_institution: '另一机构' },
  reason: { hands: '规则要求多人经手', flip_back: '此人不久前刚被解除', signer_brake: '签署人本时段致码变差已达上限', institution_brake: '本机构本时段致码变差已达上限', batch_brake: '本批人数已达上限' },
  signing: {
    heading: '签署前请核对', exact: '将被签署的原文', type: '文件类型', hash: '指纹（SHA-256）', passkey: '用通行密钥签署', keys: '用密钥文件签署', cancel: '不签', chooseKeys: '选择密钥文件（PEM）', keysNeeded: '需要 {n} 把密钥',
    keysStay: '密钥只在本页使用，不上传，不保存。', running: '正在签署第 {n} 份，共 {all} 份…', done: '已签署', many: '共 {n} 份，通行密钥每份确认一次。', failed: '没有签成：{why}', partly: '前 {n} 份已签署并送达，后面的没有签。', asWho: '签署人：{name}（{role}，{institution}）', badKey: '这不是可用的密钥文件：{why}'
  },
  state: { loading: '正在载入…', failed: '载入失败：{why}', retry: '重新载入', unreachable: '连不上中心，请稍后再试。', forbidden: '您的角色不能查看这里。如需要，请联系本机构管理员。' },
  enrol: {
    heading: '登记经办人的通行密钥', why: '经办人文件由机构密钥和新的通行密钥共同签署，并公开写入账本。私钥不离开您的设备。', institution: '机构', name: '登录名（字母、数字）', zh: '姓名（中文）', en: '姓名（拼音）', role: '角色', phone: '电话（可不填）',
    make: '第一步：在此设备上制作通行密钥', made: '通行密钥已制作（编号 {id}）。', sign: '第二步：由机构签署并登记', file: '机构的密钥文件（PEM）', publish: '签署并公布', done: '已登记。现在可以用通行密钥登录。', already: '该经办人已有其他密钥，将一并保留。'
  }
}
const en: typeof zh = {
  title: 'Console', skip: 'Skip to content',
  menu: {
    work: 'To do', say: 'Sign', people: 'Persons', watch: 'Public and oversight',
    holds: 'To approve', cases: 'Cases', statements: 'Statements', areas: 'Area orders', policies: 'Policies', lookUp: 'Look-up', hotline: 'Hotline', directory: 'Who may', alarms: 'Alarms', figures: 'Figures', open: 'Menu'
  },
  sign: {
    in: 'Sign in with a passkey', out: 'Sign out', officer: 'Officer (optional)', example: 'such as SIM-CDC/zhang', idea: 'Nobody can set a colour. Here you sign evidence, published rules decide, and every signature carries your name.',
    ended: 'Your session has ended. Sign in again; everything on this page is still here.', again: 'Sign in again', enrol: 'First time? Enrol a passkey', back: 'Back to sign-in',
    refused: 'No passkey was used. Connect or unlock the device it was enrolled on and try again; a new device must be enrolled by your institution.', unreachable: 'The centre cannot be reached. Check the network and try again.', retry: 'Try again'
  },
  role: { executing: 'executing', approving: 'approving', ordering: 'ordering', hotline: 'hotline', auditor: 'auditor', case: 'cases', community: 'community' },
  class: {
    command: 'epidemic command', health_commission: 'health commission', cdc: 'CDC', laboratory: 'laboratory', hospital: 'hospital', border_post: 'border post', community: 'community', other_province: 'other province', operator: 'operator', auditor: 'auditor'
  },
  colour: { green: 'green', yellow: 'yellow', red: 'red', none: 'no colour', undetermined: 'undetermined' },
  hand: { executed: 'executing', approved: 'approving', ordered: 'ordering', other_institution: 'another institution' },
  reason: { hands: 'the rule asks for several hands', flip_back: 'this resident was cleared not long ago', signer_brake: 'the signer’s limit of worse colours is reached', institution_brake: 'the institution’s limit of worse colours is reached', batch_brake: 'the batch is over its limit' },
  signing: {
    heading: 'Check before you sign', exact: 'The exact text that is signed', type: 'Kind of document', hash: 'Fingerprint (SHA-256)', passkey: 'Sign with my passkey', keys: 'Sign with key files', cancel: 'Do not sign', chooseKeys: 'Choose key files (PEM)', keysNeeded: '{n} keys are needed',
    keysStay: 'Keys are used in this page only: not sent, not kept.', running: 'Signing {n} of {all}…', done: 'Signed', many: '{n} documents; the passkey asks once for each.', failed: 'Not signed: {why}', partly: 'The first {n} were signed and sent; the others were not.', asWho: 'Signing as {name} ({role}, {institution})', badKey: 'This key file cannot be used: {why}'
  },
  state: { loading: 'Loading…', failed: 'This could not be loaded: {why}', retry: 'Load again', unreachable: 'The centre cannot be reached. Try again in a moment.', forbidden: 'Your role does not see this. If you need it, ask your institution.' },
  enrol: {
    heading: 'Enrol an officer’s passkey', why: 'The officer’s document is signed by the institution’s key and by the new passkey, and is public in the ledger. The private key never leaves your device.', institution: 'Institution', name: 'Sign-in name (letters, digits)', zh: 'Name (Chinese)', en: 'Name (Latin letters)', role: 'Role', phone: 'Telephone (optional)',
    make: 'First: make a passkey on this device', made: 'The passkey is made (key {id}).', sign: 'Second: the institution signs and publishes', file: 'The institution’s key file (PEM)', publish: 'Sign and publish', done: 'Enrolled. You can sign in with the passkey now.', already: 'This officer has other keys; they stay.'
  }
}
export const desk = { zh, en }
