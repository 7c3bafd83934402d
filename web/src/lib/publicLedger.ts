// Reading the public ledgers, and believing nothing of it: what comes is checked against keys that this browser pinned.
import { getBytes, getJson, request } from './api'
import { equal, fromBase64, type Bytes } from './bytes'
import { rememberCheckpoint, seenCheckpoint } from './device'
import { readLeaf, type Leaf } from './leaf'
import { bundlePath, checkConsistency, leafHash, openCheckpoint, readBundle, readVerifierKeys, rootFromInclusion, type Checkpoint, type VerifierKey } from './ledger'

const BUNDLE_ENTRIES = 256

export interface ProvedLeaf { shard: number; index: number; entry: Bytes; leaf: Leaf; under: Checkpoint }
export type Extends = 'first' | 'same' | 'extended'

export const keysOf = (lines: string[]): Promise<VerifierKey[]> => readVerifierKeys(lines.join('\n') + '\n')

export function shardOf(checkpoint: Checkpoint): number {
  const match = /\/shard\/(0|[1-9][0-9]*)$/.exec(checkpoint.origin)
  if (match === null) throw new Error('the proof is for another place')
  return Number(match[1])
}

export async function fetchNote(shard: number): Promise<string> {
  return (await request('GET', `/ledger/${shard}/checkpoint`, undefined, { Accept: 'text/plain' })).text()
}

// Entry `index` as the public tiles have it, in a tree of `size` leaves that was published.
export async function fetchEntry(shard: number, index: number, size: number): Promise<Bytes> {
  const bundle = readBundle(await getBytes(`/ledger/${shard}/${bundlePath(Math.floor(index / BUNDLE_ENTRIES), size)}`))
  const entry = bundle[index % BUNDLE_ENTRIES]
  if (entry === undefined) throw new Error('a bundle is cut')
  return entry
}

// Throws when the ledger as it is now does not extend `older`.
export async function presentExtends(shard: number, older: Checkpoint, keys: VerifierKey[]): Promise<Checkpoint> {
  const present = openCheckpoint(await fetchNote(shard), keys)
  if (present.origin !== older.origin) throw new Error('the proof is for another place')
  await consistent(shard, older, present)
  return present
}

async function consistent(shard: number, older: Checkpoint, newer: Checkpoint): Promise<void> {
  const path = older.size === newer.size ? [] : (await getJson<{ path: string[] }>(`/v1/ledger/${shard}/consistency?first=${older.size}&second=${newer.size}`)).path
  await checkConsistency(older, newer, path.map(fromBase64))
}

// Compares with the last checkpoint of this ledger that this browser saw, and remembers the newer of the two.
export async function extendLast(shard: number, current: Checkpoint): Promise<Extends> {
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
  await consistent(shard, older, newer)
  await rememberCheckpoint({ origin: newer.origin, size: newer.size, root: newer.root })
  return 'extended'
}

// One leaf with everything that proves it: its entry from the tiles, its path, a signed checkpoint that extends what was seen before.
export async function proveLeaf(shard: number, index: number, keys: VerifierKey[]): Promise<ProvedLeaf> {
  const answer = await getJson<{ path: string[]; checkpoint: string }>(`/v1/ledger/${shard}/inclusion?leaf=${index}`)
  const under = openCheckpoint(answer.checkpoint, keys)
  if (shardOf(under) !== shard) throw new Error('the proof is for another place')
  const entry = await fetchEntry(shard, index, under.size)
  const root = await rootFromInclusion(await leafHash(entry), index, under.size, answer.path.map(fromBase64))
  if (!equal(root, under.root)) throw new Error('the entry is not in the ledger')
  await extendLast(shard, under)
  return { shard, index, entry, leaf: readLeaf(entry), under }
}
