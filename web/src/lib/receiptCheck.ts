// Checks a decision of one's own against the ledger, in the browser: the opening belongs to the leaf, the leaf is under a signed
// checkpoint, and that checkpoint extends the last one this phone saw. The server's word is not needed for any of it.
import type { Decision, LeafProof } from './api'
import { fromBase64, sha256, toHex, type Bytes } from './bytes'
import { bytesOf, fromCbor, intOf, mapOf } from './cbor'
import { LEAF_COLOURS, opens, readLeaf, type LeafColour } from './leaf'
import { checkInclusion } from './ledger'
import { extendLast, keysOf, type Extends } from './publicLedger'

export interface DecisionRecord { version: number; previous: Bytes; at: number; from: LeafColour; colour: LeafColour; rule: string; policy: string; hash: string }

export async function readDecisionRecord(record: Bytes): Promise<DecisionRecord> {
  const members = mapOf(fromCbor(record), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])
  return {
    version: intOf(members.get(3), 1),
    previous: bytesOf(members.get(4) ?? new Uint8Array(32), 32),
    at: intOf(members.get(5)),
    from: LEAF_COLOURS[intOf(members.get(7) ?? 0, 0, 3)]!,
    colour: LEAF_COLOURS[intOf(members.get(8) ?? 0, 0, 3)]!,
    rule: String(members.get(10) ?? ''),
    policy: members.has(11) ? toHex(bytesOf(members.get(11), 32)) : '',
    hash: toHex(await sha256(record))
  }
}

export interface Checked { size: number; at: string; extendsLast: Extends }

export async function checkDecision(decision: Decision, ledgerKeys: string[]): Promise<Checked> {
  const leaf = decision.leaf as Required<LeafProof>
  if (leaf.entry === undefined || leaf.proof === undefined) throw new Error('the proof is not there yet')
  const entry = fromBase64(leaf.entry)
  const content = readLeaf(entry)
  if (content.kind !== 3) throw new Error('the leaf is not a decision')
  const record = fromBase64(leaf.record)
  if (!(await opens(content, fromBase64(leaf.commitment_key), fromBase64(leaf.opening), record))) throw new Error('the opening does not belong to the leaf')
  const opened = await readDecisionRecord(record)
  if (opened.version !== decision.version || opened.colour !== decision.colour || opened.rule !== (decision.rule ?? '') || content.to !== decision.colour) {
    throw new Error('the ledger holds another decision')
  }
  const keys = await keysOf(ledgerKeys)
  const under = await checkInclusion(entry, leaf.proof, keys)
  if (under.index !== leaf.index || !under.origin.endsWith(`/shard/${leaf.shard}`)) throw new Error('the proof is for another place')
  return { size: under.size, at: under.origin, extendsLast: await extendLast(leaf.shard, under) }
}
