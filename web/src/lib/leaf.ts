// What a leaf commits to, and how its holder opens it. Format: docs/formats/event.md, "Leaves".
import { equal, hmacSha256, toHex, type Bytes } from './bytes'
import { bytesOf, fromCbor, intOf, mapOf, type Cbor } from './cbor'

export const LEAF_COLOURS = ['none', 'green', 'yellow', 'red'] as const
export type LeafColour = (typeof LEAF_COLOURS)[number]

export interface Leaf {
  kind: number
  institutionClass: number // 0: the resident or the clock
  rule: string
  policy: string // hash in hex; empty: absent
  from: LeafColour
  to: LeafColour
  city: number
  hour: number
  commitment: Bytes | null
  document: string
}

const optionalHex = (value: Cbor | undefined): string => (value === undefined ? '' : toHex(bytesOf(value, 32)))

export function readLeaf(entry: Bytes): Leaf {
  const members = mapOf(fromCbor(entry), Array.from({ length: 32 }, (_, i) => i + 1))
  intOf(members.get(1), 1, 1)
  return {
    kind: intOf(members.get(2), 1, 255),
    institutionClass: intOf(members.get(3) ?? 0, 0, 255),
    rule: String(members.get(4) ?? ''),
    policy: optionalHex(members.get(5)),
    from: LEAF_COLOURS[intOf(members.get(6) ?? 0, 0, 3)]!,
    to: LEAF_COLOURS[intOf(members.get(7) ?? 0, 0, 3)]!,
    city: intOf(members.get(8) ?? 0),
    hour: intOf(members.get(9)),
    commitment: members.has(11) ? bytesOf(members.get(11), 32) : null,
    document: optionalHex(members.get(12))
  }
}

// Does this opening belong to this leaf? commitment = HMAC-SHA-256(commitment key, opening || record).
export async function opens(leaf: Leaf, commitmentKey: Bytes, opening: Bytes, record: Bytes): Promise<boolean> {
  return leaf.commitment !== null && equal(await hmacSha256(commitmentKey, opening, record), leaf.commitment)
}
