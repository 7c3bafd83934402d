// Trust pack: what a door needs offline. One signed file; format and roll-back rule in docs/formats/code.md.
import { ed25519 } from '@noble/curves/ed25519.js'
import { compare, equal, sha256, toHex, type Bytes } from './bytes'
import { arrayOf, bytesOf, fromCbor, intOf, mapOf } from './cbor'
import { readEnvelope, verifyEs256 } from './credential'

const PACK_BYTES_MAX = 16 << 20
const ISSUERS_MAX = 1000
const PREFIX_BYTES = 8

export interface Issuer { kid: Bytes; key: Bytes; name: string; phone: boolean; paper: boolean; from: number; until: number }
export interface PolicyTitle { id: string; version: string; zh: string; en: string }

export interface TrustPack {
  sequence: number
  issuedAt: number
  expiresAt: number
  issuers: Issuer[]
  revoked: Bytes // prefixes of 8 bytes, ascending
  policies: Map<string, PolicyTitle> // by hash in hex
  digest: Bytes
}

// The key that signs packs, as the door's page pins it: raw Ed25519 (32 bytes) or SEC1 P-256 (65 bytes).
export async function readTrustPack(bytes: Bytes, packKey: Bytes): Promise<TrustPack> {
  if (bytes.length > PACK_BYTES_MAX) throw new Error('the trust pack is too long')
  const { algorithm, payload, signed, signature } = readEnvelope(bytes, [-7, -8])
  const genuine = algorithm === -8
    ? packKey.length === 32 && ed25519.verify(signature, signed, packKey)
    : packKey.length === 65 && (await verifyEs256(packKey, signed, signature))
  if (!genuine) throw new Error('the signature of the trust pack is wrong')
  const members = mapOf(fromCbor(payload), [1, 2, 3, 4, 5, 6, 7])
  intOf(members.get(1), 1, 1)
  const revoked = bytesOf(members.get(6))
  checkAscending(revoked)
  const pack: TrustPack = {
    sequence: intOf(members.get(2)),
    issuedAt: intOf(members.get(3)),
    expiresAt: intOf(members.get(4)),
    issuers: [],
    revoked,
    policies: new Map(),
    digest: await sha256(bytes)
  }
  const issuers = arrayOf(members.get(5))
  if (issuers.length > ISSUERS_MAX) throw new Error('too many issuers')
  for (const issuer of issuers) {
    const [key, name, usage, from, until] = arrayOf(issuer, 5)
    const point = bytesOf(key, 65)
    const use = intOf(usage, 0, 3)
    pack.issuers.push({
      kid: (await sha256(spkiOfP256(point))).slice(0, 8),
      key: point, name: String(name), phone: (use & 1) !== 0, paper: (use & 2) !== 0, from: intOf(from), until: intOf(until)
    })
  }
  for (const policy of arrayOf(members.get(7))) {
    const [hash, id, version, zh, en] = arrayOf(policy, 5)
    pack.policies.set(toHex(bytesOf(hash, 32)), { id: String(id), version: String(version), zh: String(zh), en: String(en) })
  }
  return pack
}

const P256_SPKI_PREFIX = Uint8Array.from([
  0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07,
  0x03, 0x42, 0x00
])

export function spkiOfP256(point: Uint8Array): Bytes {
  const spki = new Uint8Array(P256_SPKI_PREFIX.length + point.length)
  spki.set(P256_SPKI_PREFIX)
  spki.set(point, P256_SPKI_PREFIX.length)
  return spki
}

function checkAscending(prefixes: Bytes): void {
  if (prefixes.length % PREFIX_BYTES !== 0) throw new Error('the revocation filter is cut')
  for (let at = PREFIX_BYTES; at < prefixes.length; at += PREFIX_BYTES) {
    if (compare(prefixes.subarray(at - PREFIX_BYTES, at), prefixes.subarray(at, at + PREFIX_BYTES)) >= 0) {
      throw new Error('the revocation filter is out of order')
    }
  }
}

export async function isRevoked(pack: TrustPack, id: Bytes): Promise<boolean> {
  const wanted = (await sha256(id)).subarray(0, PREFIX_BYTES)
  let low = 0
  let high = pack.revoked.length / PREFIX_BYTES
  while (low < high) {
    const middle = (low + high) >> 1
    const order = compare(pack.revoked.subarray(middle * PREFIX_BYTES, (middle + 1) * PREFIX_BYTES), wanted)
    if (order === 0) return true
    if (order < 0) low = middle + 1
    else high = middle
  }
  return false
}

// A door keeps what it accepted last; an older pack, or the same number with other bytes, is a roll-back.
export function mayReplace(last: { sequence: number; digest: Bytes } | null, next: TrustPack): boolean {
  return last === null || next.sequence > last.sequence || (next.sequence === last.sequence && equal(next.digest, last.digest))
}
