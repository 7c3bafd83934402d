// The code: credential (COSE_Sign1), presentation by the phone, paper form. Format: docs/formats/code.md.
import { unzlibSync } from 'fflate'
import { fromBase45, toBase45 } from './base45'
import type { Bytes } from './bytes'
import { arrayOf, bytesOf, fromCbor, intOf, mapOf, textOf, toCbor, type Cbor } from './cbor'

export type Colour = 'green' | 'yellow' | 'red'
const COLOURS: readonly Colour[] = ['green', 'yellow', 'red']

const CREDENTIAL_BYTES_MAX = 768
const SHOWN_CHARACTERS_MAX = 2048
const LATEST_SECONDS = 253_402_300_799
const ES256_HEADER_BYTES = 13 // {1: -7, 4: kid of 8 bytes}

export interface Credential {
  bytes: Bytes
  kid: Bytes
  signed: Bytes // the Sig_structure
  signature: Bytes
  issuer: string
  expiresAt: number // seconds
  issuedAt: number
  id: Bytes
  holder: Bytes | null // SEC1 uncompressed point of the phone's key; null on paper
  colour: Colour
  rule: string
  policy: Bytes
  shard: number
  leaf: number
  name: string
  documentDigits: string
  since: number
}

export interface Presentation {
  form: 'phone' | 'paper'
  credential: Bytes
  shownAt: number
  proof: Bytes
}

function envelope(bytes: Bytes, kidAlgorithms: number[]): { kid: Bytes; algorithm: number; payload: Bytes; signed: Bytes; signature: Bytes } {
  if (bytes[0] !== 0xd2) throw new Error('not a COSE_Sign1')
  const [header, unprotected, payload, signature] = arrayOf(fromCbor(bytes.subarray(1)), 4)
  if (mapOf(unprotected, []).size !== 0) throw new Error('an unprotected header')
  const protectedBytes = bytesOf(header)
  const members = mapOf(fromCbor(protectedBytes), [1, 4])
  const algorithm = intOf(members.get(1), -8, -7)
  if (!kidAlgorithms.includes(algorithm) || protectedBytes.length > ES256_HEADER_BYTES) throw new Error('another algorithm')
  return {
    kid: bytesOf(members.get(4), 8),
    algorithm,
    payload: bytesOf(payload),
    signed: toCbor(['Signature1', protectedBytes, new Uint8Array(0), bytesOf(payload)]),
    signature: bytesOf(signature, 64)
  }
}

export const readEnvelope = envelope

const time = (value: Cbor | undefined): number => intOf(value, 0, LATEST_SECONDS)

function readHolder(value: Cbor | undefined): Bytes | null {
  if (value === undefined) return null
  const key = mapOf(mapOf(value, [1]).get(1), [1, -1, -2, -3])
  if (key.get(1) !== 2 || key.get(-1) !== 1) throw new Error('another kind of key')
  const point = new Uint8Array(65)
  point[0] = 4
  point.set(bytesOf(key.get(-2), 32), 1)
  point.set(bytesOf(key.get(-3), 32), 33)
  return point
}

export function readCredential(bytes: Bytes): Credential {
  if (bytes.length > CREDENTIAL_BYTES_MAX) throw new Error('too long')
  const { kid, payload, signed, signature } = envelope(bytes, [-7])
  const claims = mapOf(fromCbor(payload), [1, 4, 6, 7, 8, -260])
  const colour = mapOf(mapOf(claims.get(-260), [-1]).get(-1), [1, 2, 3, 4, 5, 6, 7, 8, 9])
  const credential: Credential = {
    bytes, kid, signed, signature,
    issuer: textOf(claims.get(1), 16),
    expiresAt: time(claims.get(4)),
    issuedAt: time(claims.get(6)),
    id: bytesOf(claims.get(7), 16),
    holder: readHolder(claims.get(8)),
    colour: COLOURS[intOf(colour.get(1), 1, 3) - 1]!,
    rule: textOf(colour.get(2), 16),
    policy: bytesOf(colour.get(3), 32),
    shard: intOf(colour.get(4), 0, 65_535),
    leaf: intOf(colour.get(5)),
    name: textOf(colour.get(6), 64),
    documentDigits: textOf(colour.get(7), 8),
    since: time(colour.get(8))
  }
  if (credential.expiresAt <= credential.issuedAt) throw new Error('ends before it begins')
  const paper = colour.get(9)
  if (paper !== undefined && paper !== true) throw new Error('the paper mark is true or absent')
  if ((paper === true) !== (credential.holder === null)) throw new Error('paper has no phone')
  return credential
}

// What the phone signs every 20 seconds.
export const shownMessage = (credential: Bytes, shownAt: number): Bytes => toCbor(['MM1', credential, shownAt])

export const writeShown = (credential: Bytes, shownAt: number, proof: Bytes): string =>
  'MM1:' + toBase45(toCbor([credential, shownAt, proof]))

function inflate(bytes: Bytes): Bytes {
  const out = new Uint8Array(CREDENTIAL_BYTES_MAX + 1)
  const inflated = unzlibSync(bytes, { out }) as Bytes
  if (inflated.length > CREDENTIAL_BYTES_MAX) throw new Error('too long')
  return inflated.slice()
}

export function readPresentation(text: string): Presentation {
  if (text.length > SHOWN_CHARACTERS_MAX) throw new Error('too long')
  if (text.startsWith('MM1:')) {
    const bytes = fromBase45(text.slice(4))
    const [credential, shownAt, proof] = arrayOf(fromCbor(bytes), 3)
    return { form: 'phone', credential: bytesOf(credential), shownAt: time(shownAt), proof: bytesOf(proof, 64) }
  }
  if (text.startsWith('HC1:')) {
    return { form: 'paper', credential: inflate(fromBase45(text.slice(4))), shownAt: 0, proof: new Uint8Array(64) }
  }
  throw new Error('another prefix')
}

export async function verifyEs256(point: Bytes, message: Bytes, signature: Bytes): Promise<boolean> {
  const key = await crypto.subtle.importKey('raw', point, { name: 'ECDSA', namedCurve: 'P-256' }, false, ['verify'])
  return crypto.subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, key, signature, message)
}

