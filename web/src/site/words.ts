const zh = {
  motto: '谁让码变红，任何时候都查得到。', idea: '没有人能设置码色。人签署证据，公开的规则判定，账本记住一切。',
  app: '我的健康码', appWhy: '出示、原因、历史、申诉', door: '验码', doorWhy: '手机离线验码，不留痕', console: '工作台', consoleWhy: '机构经办人，用通行密钥登录', public: '公开信息', publicWhy: '谁可以让这里的码变色、数据、账本'
}
const en: typeof zh = {
  motto: 'Who turned a code red can always be proved.', idea: 'Nobody can set a colour. People sign evidence; published rules decide; the ledger remembers.',
  app: 'My health code', appWhy: 'Show it, why, history, appeals', door: 'Door', doorWhy: 'Verify offline, leaving no trace', console: 'Console', consoleWhy: 'Officers of institutions, by passkey', public: 'Public', publicWhy: 'Who may change a code here, figures, ledger'
}
export const words = { zh, en }
