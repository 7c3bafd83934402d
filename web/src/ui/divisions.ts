// Division codes (GB/T 2260) offered in forms: the capital's counties, where the demonstration lives; others are typed in.
export const counties: { code: string; zh: string }[] = [
  ['410102', '中原区'], ['410103', '二七区'], ['410104', '管城回族区'], ['410105', '金水区'], ['410106', '上街区'], ['410108', '惠济区'], ['410122', '中牟县'],
  ['410181', '巩义市'], ['410182', '荥阳市'], ['410183', '新密市'], ['410184', '新郑市'], ['410185', '登封市']
].map(([code, zh]) => ({ code: code!, zh: zh! }))
