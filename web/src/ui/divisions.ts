// Division codes of Henan (GB/T 2260): prefectures and counties, for forms and maps.
export interface Division { code: string; zh: string; en: string }

export const prefectures: Division[] = [
  ['4101', '郑州市', 'Zhengzhou'], ['4102', '开封市', 'Kaifeng'], ['4103', '洛阳市', 'Luoyang'], ['4104', '平顶山市', 'Pingdingshan'], ['4105', '安阳市', 'Anyang'],
  ['4106', '鹤壁市', 'Hebi'], ['4107', '新乡市', 'Xinxiang'], ['4108', '焦作市', 'Jiaozuo'], ['4109', '濮阳市', 'Puyang'], ['4110', '许昌市', 'Xuchang'],
  ['4111', '漯河市', 'Luohe'], ['4112', '三门峡市', 'Sanmenxia'], ['4113', '南阳市', 'Nanyang'], ['4114', '商丘市', 'Shangqiu'], ['4115', '信阳市', 'Xinyang'],
  ['4116', '周口市', 'Zhoukou'], ['4117', '驻马店市', 'Zhumadian'], ['419001', '济源市', 'Jiyuan']
].map(([code, zh, en]) => ({ code: code!, zh: zh!, en: en! }))

// Counties of the capital, where the demonstration lives; elsewhere the code is typed in.
export const counties: { code: string; zh: string }[] = [
  ['410102', '中原区'], ['410103', '二七区'], ['410104', '管城回族区'], ['410105', '金水区'], ['410106', '上街区'], ['410108', '惠济区'], ['410122', '中牟县'],
  ['410181', '巩义市'], ['410182', '荥阳市'], ['410183', '新密市'], ['410184', '新郑市'], ['410185', '登封市']
].map(([code, zh]) => ({ code: code!, zh: zh! }))

export const divisionName = (code: string, language: 'zh' | 'en'): string => {
  if (code === '' || code === '41') return language === 'zh' ? '河南省' : 'Henan'
  const found = prefectures.find((division) => division.code === code)
  if (found !== undefined) return language === 'zh' ? found.zh : found.en
  return counties.find((county) => county.code === code)?.zh ?? code
}
