const zh = {
  heading: '区域决定', why: '在地图上选一个县（区），划定风险等级或检测间隔。由指挥部的命令角色签署，全文公开。', pick: '在地图上点选，或从列表选择', area: '区域', level: '风险等级', lockdown: '管控分区', interval: '检测间隔（小时，0 为不要求）', from: '自', until: '至', number: '文号', population: '涉及人口',
  populationWhy: '以平台登记居民数为下限，可按户籍统计改正。规则集的限制据此把关。', registered: '该地登记居民约 {n} 人', hidden: '不足公开下限', limit: '规则集限制：{people} 人、{days} 天以内；超出须由省级根密钥签署。', reason: '原因（中文）', reasonEn: '原因（英文）', sign: '去签署', inForce: '现行区域决定', none: '目前没有区域决定。', done: '已公布，各分片正在重新判定。',
  title: '区域决定：{area}', notCommand: '您的机构不是指挥部，不能签署区域决定；仍可查看现行决定。', overview: '地图：各市登记居民数', counties: '地图：{place}各县（区）', back: '全省', people: '人', lift: '提前解除', liftTitle: '提前解除：{area}', tooMuch: '超出规则集限制，须用根密钥文件签署。',
  levels: { none: '无', low: '低风险', medium: '中风险', high: '高风险' }, lockdowns: { none: '无', precaution: '防范区', control: '管控区', lockdown: '封控区' }
}
const en: typeof zh = {
  heading: 'Area orders', why: 'Choose a county on the map and set its risk level or test interval. Signed by an ordering officer of the command; the full text is public.', pick: 'Choose on the map or from the list', area: 'Area', level: 'Risk level', lockdown: 'Zone', interval: 'Test interval (hours, 0: none)', from: 'From', until: 'Until', number: 'Document number', population: 'Population affected',
  populationWhy: 'Residents registered here are the least it can be; correct it by the census. The policy’s brakes go by it.', registered: 'about {n} residents registered there', hidden: 'below the public minimum', limit: 'The policy allows {people} people and {days} days; more needs the province’s root keys.', reason: 'Reason (Chinese)', reasonEn: 'Reason (English)', sign: 'Go on to sign', inForce: 'Orders in force', none: 'No area order is in force.', done: 'Published; the shards are deciding again.',
  title: 'Area order: {area}', notCommand: 'Your institution is no command and signs no area orders; here are those in force.', overview: 'Map: registered residents by prefecture', counties: 'Map: counties of {place}', back: 'The province', people: 'residents', lift: 'Lift early', liftTitle: 'Lift early: {area}', tooMuch: 'Over the policy’s limits: root key files must sign.',
  levels: { none: 'none', low: 'low risk', medium: 'medium risk', high: 'high risk' }, lockdowns: { none: 'none', precaution: 'precaution zone', control: 'control zone', lockdown: 'lockdown zone' }
}
export const areas = { zh, en }
