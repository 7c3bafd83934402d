// Checks a decision of one's own against the ledger, in the browser: the opening belongs to the leaf, the leaf is under a signed
// checkpoint, and that checkpoint extends the last one this phone saw. The server's word is not needed for any of it.
import { getJson, type Decision, type LeafProof } from './api'
import { equal, fromBase64, sha256, toHex, type Bytes } from './bytes'
import { bytesOf, fromCbor, intOf, mapOf } from './cbor'
import { rememberCheckpoint, seenCheckpoint } from './device'
import { LEAF_COLOURS, opens, readLeaf, type LeafColour } from './leaf'
import { checkConsistency, checkInclusion, readVerifierKeys } from './ledger'

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

export interface Checked { size: number; at: string; extendsLast: 'first' | 'same' | 'extended' }

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
  const keys = await readVerifierKeys(ledgerKeys.join('\n') + '\n')
  const under = await checkInclusion(entry, leaf.proof, keys)
  if (under.index !== leaf.index || !under.origin.endsWith(`/shard/${leaf.shard}`)) throw new Error('the proof is for another place')
  return { size: under.size, at: under.origin, extendsLast: await extendLast(leaf.shard, under) }
}

async function extendLast(shard: number, current: { origin: string; size: number; root: Bytes }): Promise<Checked['extendsLast']> {
  const last = await seenCheckpoint(current.origin)
  if (last === undefined) {
    await rememberCheckpoint({ origin: current.origin, size: current.size, root: current.root })
    return 'first'
  }
  if (last.size === current.size) {
    if (!equal(last.root, current.root)) throw new Error('the ledger shows two histories')
    return 'same'
  }
  const [older, newer] = last.size < current.size ? [last, current] : [current, last]
  const answer = await getJson<{ path: string[] }>(`/v1/ledger/${shard}/consistency?first=${older.size}&second=${newer.size}`)
  await checkConsistency(older, newer, answer.path.map(fromBase64))
  await rememberCheckpoint({ origin: newer.origin, size: newer.size, root: newer.root })
  return 'extended'
}
