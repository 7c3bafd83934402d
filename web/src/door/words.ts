// Every string of the door's page, in both languages. Verdicts: word for the glance, sentence for what to do (docs/formats/code.md).
const zh = {
  title: '验码',
  scan: '对准健康码', camera: '打开摄像头', picture: '选图片', scanner: '扫码枪', paste: '用扫码枪扫，或在此输入后回车',
  noCamera: '不能使用摄像头：{why}。可选图片或用扫码枪。', noCode: '图片里没有二维码。',
  match: '核对姓名和证件末位', until: '有效至 {at}', paper: '纸质码', again: '继续验码',
  pack: { age: '信任包 {distance}更新', none: '还没有信任包，请先联网一次。', update: '更新信任包', updating: '正在更新…', expired: '信任包已过期，请联网更新。', rolled: '收到的信任包比已有的旧，已拒绝。', failed: '更新失败：{why}', pins: '省级平台的密钥变了，已拒绝。请联系管理员。' },
  private: '本机验码，不联网，不保存，不上传。',
  sound: '声音',
  verdict: {
    green: ['绿码', '核对姓名和证件末位后放行。'], yellow: ['黄码', '核对姓名和证件末位，按黄码规定引导。'], red: ['红码', '核对姓名和证件末位，按红码规定引导，不得扣留本人。'],
    expired: ['已过期', '请持码人联网刷新健康码；纸质码请到社区重新打印。'], screenshot_or_clock_off: ['截图，或手机时间不准', '请持码人打开健康码页面现场出示，并核对双方手机的时间。'],
    wrong_phone_key: ['不是在本人手机上出示', '此码是转发或复制的，请持码人在自己的手机上出示。'], unknown_issuer: ['签发单位未知', '请更新信任包后重试；仍未知则不是有效健康码。'],
    bad_signature: ['签名不符，疑为伪造', '请持码人刷新后重新出示；仍不符请改用证件查验。'], revoked: ['已作废', '请持码人联网领取新码。'],
    pack_too_old: ['信任包过旧，或本机时间不准', '请联网更新信任包，并核对本机时间。'], not_a_health_code: ['不是健康码', '请持码人出示健康码。']
  }
}

const en: typeof zh = {
  title: 'Door',
  scan: 'Point at the code', camera: 'Open the camera', picture: 'Choose a picture', scanner: 'Hand scanner', paste: 'Scan with a hand scanner, or type here and press Enter',
  noCamera: 'No camera: {why}. Choose a picture or use a hand scanner.', noCode: 'No QR code in this picture.',
  match: 'Match the name and last digits', until: 'valid until {at}', paper: 'paper code', again: 'Next',
  pack: { age: 'Trust pack updated {distance}', none: 'No trust pack yet: go online once.', update: 'Update the trust pack', updating: 'Updating…', expired: 'The trust pack has expired: go online.', rolled: 'The pack received is older than the one here; refused.', failed: 'Update failed: {why}', pins: 'The province’s keys have changed; refused. Call your administrator.' },
  private: 'Checked on this device: offline, nothing stored, nothing sent.',
  sound: 'Sound',
  verdict: {
    green: ['Green code', 'Match the name and the last digits, then let in.'], yellow: ['Yellow code', 'Match the name and the last digits, then follow the procedure for yellow codes.'], red: ['Red code', 'Match the name and the last digits, then follow the procedure for red codes; do not detain the person.'],
    expired: ['Expired', 'Ask the holder to go online and refresh; paper codes are printed anew at the community office.'], screenshot_or_clock_off: ['A screenshot, or a clock that is off', 'Ask the holder to open the code itself, and compare the clocks of both phones.'],
    wrong_phone_key: ['Not shown by the phone it was made for', 'Forwarded or copied: ask the holder to show it on their own phone.'], unknown_issuer: ['Unknown issuer', 'Update the trust pack and try again; if it stays unknown this is no valid code.'],
    bad_signature: ['Wrong signature: probably forged', 'Ask the holder to refresh; if it stays wrong, check by identity document instead.'], revoked: ['Revoked', 'Ask the holder to go online for a new code.'],
    pack_too_old: ['Trust pack too old, or this clock is off', 'Go online to update the trust pack, and check this device’s clock.'], not_a_health_code: ['Not a health code', 'Ask the holder to show a health code.']
  }
}

export const words = { zh, en }
