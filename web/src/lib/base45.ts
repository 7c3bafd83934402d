// Base45 (RFC 9285). The reader refuses what the writer would not write.
import type { Bytes } from './bytes'

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:'
const VALUE = new Map(Array.from(ALPHABET, (letter, i) => [letter, i]))

export function toBase45(bytes: Uint8Array): string {
  let text = ''
  for (let i = 0; i < bytes.length; i += 2) {
    const pair = i + 1 < bytes.length
    let value = pair ? bytes[i]! * 256 + bytes[i + 1]! : bytes[i]!
    for (let digit = 0; digit < (pair ? 3 : 2); digit++) {
      text += ALPHABET[value % 45]
      value = Math.floor(value / 45)
    }
  }
  return text
}

export function fromBase45(text: string): Bytes {
  if (text.length % 3 === 1) throw new Error('not base45')
  const bytes = new Uint8Array(Math.floor(text.length / 3) * 2 + (text.length % 3 === 2 ? 1 : 0))
  let at = 0
  for (let i = 0; i < text.length; i += 3) {
    const group = Array.from(text.slice(i, i + 3), (letter) => VALUE.get(letter))
    if (group.includes(undefined)) throw new Error('not base45')
    const value = group.reduce<number>((sum, digit, place) => sum + digit! * 45 ** place, 0)
    if (value > (group.length === 3 ? 0xffff : 0xff)) throw new Error('not base45')
    if (group.length === 3) bytes[at++] = value >> 8
    bytes[at++] = value & 0xff
  }
  return bytes
}
