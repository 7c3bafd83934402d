// Deterministic CBOR (RFC 8949, section 4.2.1) for what is hashed or signed. Maps come as Map, byte strings as Uint8Array.
import { decode, encode } from 'cborg'
import { equal, type Bytes } from './bytes'

export type Cbor = number | bigint | string | boolean | null | Uint8Array | Cbor[] | Map<Cbor, Cbor>

export const toCbor = (value: Cbor): Bytes => encode(value) as Bytes

// Refuses every other spelling of the same value: what was read must encode to the same bytes.
export function fromCbor(bytes: Uint8Array): Cbor {
  const value = decode(bytes, {
    strict: true,
    useMaps: true,
    allowIndefinite: false,
    allowUndefined: false,
    allowNaN: false,
    allowInfinity: false,
    rejectDuplicateMapKeys: true
  }) as Cbor
  if (!equal(toCbor(value), bytes)) throw new Error('not deterministic CBOR')
  return value
}

export function mapOf(value: Cbor | undefined, allowed: Cbor[]): Map<Cbor, Cbor> {
  if (!(value instanceof Map)) throw new Error('a map is expected')
  for (const key of value.keys()) if (!allowed.includes(key)) throw new Error('an unknown member')
  return value
}

export function arrayOf(value: Cbor | undefined, length?: number): Cbor[] {
  if (!Array.isArray(value) || (length !== undefined && value.length !== length)) throw new Error('an array is expected')
  return value
}

export function bytesOf(value: Cbor | undefined, length?: number): Bytes {
  if (!(value instanceof Uint8Array) || (length !== undefined && value.length !== length)) throw new Error('bytes are expected')
  return value as Bytes
}

export function textOf(value: Cbor | undefined, bytesMax: number): string {
  if (typeof value !== 'string' || value === '' || new TextEncoder().encode(value).length > bytesMax) throw new Error('a text is expected')
  return value
}

export function intOf(value: Cbor | undefined, least = 0, greatest = Number.MAX_SAFE_INTEGER): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < least || value > greatest) throw new Error('an integer is expected')
  return value
}
