const zh = {
  heading: '规则集', inForce: '生效与历次规则集', none: '尚无规则集。没有规则集就没有码色。', open: '打开', state: { in_force: '生效中', past: '已失效', future: '未生效' }, file: '打开草案（JSON 文件）', fresh: '以此为草案', jurisdiction: '适用地区', version: '版本', until: '有效至', document: '文号',
  tabs: { table: '规则表', check: '检查', diff: '对现有居民的影响', prove: '证明', publish: '签署公布', text: '原文' },
  rule: '规则', colour: '码色', measure: '措施', hands: '经手', basis: '依据', wayOut: '怎样解除', fallback: '其余所有人', noHands: '本机构签名即可', other: '另一机构审批',
  brakes: '限制', brake: {
    signer_worse_per_hour: '每名签署人每小时致变差人数', signer_worse_per_day: '每名签署人每日致变差人数', institution_worse_per_hour: '每机构每小时致变差人数', institution_worse_per_day: '每机构每日致变差人数', batch_approval_above: '单批超过即须审批', no_flip_back_days: '解除后不得再赋（天）',
    area_order_population_max: '区域决定人口上限', area_order_days_max: '区域决定天数上限', hold_lapses_after_hours: '待复核自动作废（小时）'
  }, enforced: '已启用：缺签名或超过限制即待复核。', notEnforced: '本规则集只声明、未启用经手和限制。',
  lint: '静态检查', clean: '没有发现问题。', tests: '测试表（可选）', runTests: '检查', passed: '{n} 条通过', failed: '{n} 条不符', line: '第 {n} 行', untested: '没有测试的规则：{rules}', level: { error: '必须修改', warning: '提醒' },
  against: '与之比较', days: '未来天数', compute: '计算', residents: '比较了 {n} 位居民，{elsewhere} 位不受这两个规则集管辖。', day: '第 {n} 天', worse: '变差', better: '变好', same: '不变', unclear: '不确定', change: '变化', place: '地区', born: '出生年代（周岁）', decade: '{decade}年代', earlier: '1930年以前', unknown: '不详', people: '人数', chart: '今后各天变好、变差的居民数', noDiff: '没有人的码色会不同。',
  question: '问题', questions: {
    never_stricter: '绝不比对照的规则集更严', equivalent: '两者对任何人都相同', dead_rule: '每条规则都可能成立', never_decisive: '每条规则都可能起决定作用', error_reachable: '没有人会成为未定', waiting_never_worsens: '只因时间推移不会变差', clearing_never_worsens: '解除类证据不会使人变差', horizon_bounded: '没有人会永远红码', gap: '默认码色不落到任何人', disjoint: '没有两条规则同时成立'
  }, ask: '请证明', verdict: { proved: '已证明', refuted: '不成立', not_proved: '未能证明' }, person: '反例：这样一个人', first: '本规则集', second: '对照', effort: '求解器 {solver}，耗量 {effort}', running: '正在证明…', shownTo: '规则',
  sign: '签署并公布', signWhy: '规则集由省级根密钥签署（{n} 把）。地市规则集公布前，系统先证明它不比省级更严。', publishTitle: '公布规则集：{title}', published: '已公布。各分片正在按新规则判定。', refused: '没有公布：比省级规则更严。下面是受影响的人。', refusedWhy: '没有公布：{why}', rules: '规则', count: '{n} 条', forbidden: '只有指挥部、卫健委和审计的命令、审计角色可以这样问。'
}
const en: typeof zh = {
  heading: 'Policies', inForce: 'Policies, in force and past', none: 'There is no policy. Without one there are no colours.', open: 'Open', state: { in_force: 'in force', past: 'past', future: 'to come' }, file: 'Open a draft (JSON file)', fresh: 'Draft from this', jurisdiction: 'For', version: 'Version', until: 'Until', document: 'Document',
  tabs: { table: 'Rules', check: 'Check', diff: 'Who would change', prove: 'Prove', publish: 'Sign and publish', text: 'Text' },
  rule: 'Rule', colour: 'Colour', measure: 'Measure', hands: 'Hands', basis: 'Basis', wayOut: 'Way out', fallback: 'everybody else', noHands: 'the institution’s signature suffices', other: 'approved by another institution',
  brakes: 'Brakes', brake: {
    signer_worse_per_hour: 'worse per signer and hour', signer_worse_per_day: 'worse per signer and day', institution_worse_per_hour: 'worse per institution and hour', institution_worse_per_day: 'worse per institution and day', batch_approval_above: 'batches above this need approval', no_flip_back_days: 'days without flip-back',
    area_order_population_max: 'population of an area order', area_order_days_max: 'days of an area order', hold_lapses_after_hours: 'hours until a hold lapses'
  }, enforced: 'Enforced: what misses a hand or meets a brake is held.', notEnforced: 'This policy states hands and brakes and does not enforce them.',
  lint: 'Lint', clean: 'Nothing found.', tests: 'Test table (optional)', runTests: 'Check', passed: '{n} passed', failed: '{n} failed', line: 'line {n}', untested: 'Rules without a test: {rules}', level: { error: 'must be mended', warning: 'note' },
  against: 'Compared with', days: 'Days ahead', compute: 'Compute', residents: '{n} residents compared; {elsewhere} are governed by neither.', day: 'day {n}', worse: 'worse', better: 'better', same: 'same', unclear: 'unclear', change: 'Change', place: 'Place', born: 'Decade of birth (age)', decade: '{decade}s', earlier: 'before 1930', unknown: 'not known', people: 'Residents', chart: 'Residents who get better and worse on the days ahead', noDiff: 'Nobody’s colour would differ.',
  question: 'Question', questions: {
    never_stricter: 'Never stricter than the other', equivalent: 'The same for everybody', dead_rule: 'Every rule is true of somebody', never_decisive: 'Every rule decides about somebody', error_reachable: 'Nobody is ever undetermined', waiting_never_worsens: 'Waiting alone never makes worse', clearing_never_worsens: 'Clearing evidence never makes worse', horizon_bounded: 'Nobody stays red for ever', gap: 'The default decides about nobody', disjoint: 'No two rules are true at once'
  }, ask: 'Ask the prover', verdict: { proved: 'Proved', refuted: 'Refuted', not_proved: 'Not proved' }, person: 'Somebody who could exist', first: 'this policy', second: 'the other', effort: '{solver}, effort {effort}', running: 'Proving…', shownTo: 'Rules',
  sign: 'Sign and publish', signWhy: 'A policy is signed by the province’s root keys ({n} of them). Before a city’s is published, it is proved to be no stricter than the province’s.', publishTitle: 'Publish: {title}', published: 'Published. The shards are deciding by the new rules.', refused: 'Not published: stricter than the province. These are the people it would hit.', refusedWhy: 'Not published: {why}', rules: 'Rules', count: '{n}', forbidden: 'Asked by ordering officers and auditors of a command, a health commission or an audit body.'
}
export const policies = { zh, en }
