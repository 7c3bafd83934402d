const zh = {
  motto: '谁让码变红，任何时候都查得到。', idea: '没有人能设置码色。人签署证据，公开的规则判定，账本记住一切。',
  app: '我的健康码', appWhy: '出示、原因、历史、家人、纸质码', door: '验码', doorWhy: '手机离线验码，不留痕', public: '公开', publicWhy: '谁能改码、规则、数字、账本、核验文件', console: '工作台', consoleWhy: '经办人签署、审批、举证'
}
const en: typeof zh = {
  motto: 'Who turned a code red can always be proved.', idea: 'Nobody can set a colour. People sign evidence; published rules decide; the ledger remembers.',
  app: 'My health code', appWhy: 'Show it, why, history, family, paper', door: 'Door', doorWhy: 'Verify offline, leaving no trace', public: 'Public', publicWhy: 'Who may change a code, rules, figures, ledger, verify a file', console: 'Console', consoleWhy: 'Officers sign, approve, substantiate'
}
export const words = { zh, en }
