// Why something failed, in the language of the page. The checks in src/lib speak English only; each sentence they can say has its Chinese here
// (a test finds missing ones). Problems of the server come with a title in the page's language and a detail in English, which Chinese pages leave out.
import { ApiError, Unreachable } from '@/lib/api'
import { preferences } from './preferences'

const chinese: Record<string, string> = {
  'a bundle is cut': '账本分块不完整',
  'a hash has 32 bytes': '哈希长度不对',
  'a map is expected': '格式不对：应为映射',
  'a root has 32 bytes': '根哈希长度不对',
  'a signature is wrong': '检查点的签名不对',
  'a signature line is malformed': '签名行格式不对',
  'a text is expected': '格式不对：应为文字',
  'an array is expected': '格式不对：应为列表',
  'an integer is expected': '格式不对：应为整数',
  'an unknown member': '含有未知内容',
  'an unprotected header': '含有未受保护的头部',
  'another algorithm': '不是约定的签名算法',
  'another kind of key': '不是约定的密钥类型',
  'another prefix': '不是健康码',
  'bytes are expected': '格式不对：应为字节',
  'ends before it begins': '结束早于开始',
  'neither a proof nor a receipt nor a bundle': '既不是证明，也不是告知书或证据包',
  'no signature of a known key of this ledger': '没有已知账本密钥的签名',
  'not a COSE_Sign1': '不是签名信封',
  'not a number': '应为数字',
  'not a private key in PEM': '不是 PEM 私钥文件',
  'not a signed note': '不是签名检查点',
  'not a tlog-proof': '不是账本证明文件',
  'not an Ed25519 key': '不是 Ed25519 密钥',
  'not a verifier key': '不是验证密钥',
  'not base45': '编码有误',
  'not base64': '编码有误',
  'not base64url': '编码有误',
  'not canonical base64': '编码不规范，文件被改过',
  'not deterministic CBOR': '编码不规范，内容被改过',
  'not lower-case hex': '应为小写十六进制',
  'paper has no phone': '纸质码与手机码混用',
  'the chain of decisions has a gap or a fork': '判定链有缺口或分叉',
  'the entry is not in the ledger': '账本里没有这一条（哈希对不上根）',
  'the index is missing': '缺少序号',
  'the key id is not the key': '密钥编号与密钥不符',
  'the keys of the province are not the ones this browser has seen': '省级平台的密钥与本机记住的不同',
  'the leaf is beyond the tree': '序号超出账本',
  'the leaf is not a decision': '这一条不是判定',
  'the leaf is not this document': '这一条不是这份文件的（文件被改过）',
  'the ledger does not extend what was seen': '账本没有延续见过的检查点：历史被改写',
  'the ledger has become shorter': '账本变短了：历史被截断',
  'the ledger holds another decision': '账本里是另一个判定',
  'the ledger shows two histories': '账本出现两个历史',
  'the opening does not belong to the leaf': '记录与账本里的承诺对不上（记录被改过）',
  'the paper mark is true or absent': '纸质码标记有误',
  'the proof is for another place': '证明属于账本的另一处',
  'the proof is not there yet': '证明还没有生成，请等几秒',
  'the proof is too long': '证明过长',
  'the proof is too short': '证明过短',
  'the revocation filter is cut': '作废清单不完整',
  'the revocation filter is out of order': '作废清单次序不对',
  'the signature of the trust pack is wrong': '信任包的签名不对',
  'the trust pack is too long': '信任包过大',
  'too long': '过长',
  'too many hashes': '哈希过多',
  'too many issuers': '签发单位过多',
  'too many signatures': '签名过多',
  'two roots for one size': '同样大小却有两个根：历史被改写'
}

const isChinese = (): boolean => preferences.language === 'zh'

// What one of our own checks said.
export const reason = (said: string): string => (isChinese() ? chinese[said] ?? `内容有误（${said}）` : said)

// What went wrong, as a clause that fits into "It failed: {why}".
export function explain(error: unknown): string {
  if (error instanceof Unreachable) return isChinese() ? '连不上中心，请检查网络后再试' : 'the centre cannot be reached; check the network and try again'
  if (error instanceof ApiError) return isChinese() ? `${error.title}（${error.code}）` : error.message
  return reason(error instanceof Error ? error.message : String(error))
}
