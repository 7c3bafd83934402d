import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { equal, fromBase64, utf8, type Bytes } from '@/lib/bytes'
import { bundlePath, checkConsistency, checkInclusion, openCheckpoint, readBundle, readVerifierKey, rootFromInclusion } from '@/lib/ledger'

const page = readFileSync(new URL('../../../docs/formats/ledger.md', import.meta.url), 'utf8')
const proof = page.split('```')[1]!.replace(/^\n/, '')
const logKey = /mingma\.example\/41\/shard\/1\+b57b44ab\+\S+/.exec(page)![0]

describe('the worked example of the ledger format', () => {
  it('proves entry 1 with the ledger key alone', async () => {
    const keys = [await readVerifierKey(logKey)]
    expect(await checkInclusion(utf8('two'), proof, keys)).toMatchObject({ origin: 'mingma.example/41/shard/1', size: 3, index: 1 })
  })
  it('refuses another entry, another index, a changed signature and another key', async () => {
    const keys = [await readVerifierKey(logKey)]
    await expect(checkInclusion(utf8('one'), proof, keys)).rejects.toThrow('not in the ledger')
    await expect(checkInclusion(utf8('two'), proof.replace('index 1', 'index 0'), keys)).rejects.toThrow()
    await expect(checkInclusion(utf8('two'), proof.replace('tXtEq8XL', 'tXtEq8XM'), keys)).rejects.toThrow('a signature is wrong')
    await expect(checkInclusion(utf8('two'), proof, [])).rejects.toThrow('no signature of a known key')
    await expect(readVerifierKey(logKey.replace('b57b44ab', 'b57b44ac'))).rejects.toThrow()
    expect(() => openCheckpoint('x', keys)).toThrow()
  })
  it('splits entry bundles and names their paths as tlog-tiles does', () => {
    expect(readBundle(Uint8Array.from([0, 3, 0x6f, 0x6e, 0x65, 0, 0])).map((entry) => entry.length)).toEqual([3, 0])
    expect(() => readBundle(Uint8Array.from([0, 3, 0x6f]))).toThrow()
    expect(bundlePath(0, 3)).toBe('tile/entries/000.p/3')
    expect(bundlePath(1067, 1_000_000)).toBe('tile/entries/x001/067')
  })
})

// RFC 6962 proofs, good and bad, of transparency-dev/merkle.
const data = join(process.env.MINGMA_DATA ?? new URL('../../../../shared/data', import.meta.url).pathname, 'merkle')
function* vectors(folder: string): Generator<string> {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name)
    if (statSync(path).isDirectory()) yield* vectors(path)
    else if (name.endsWith('.json')) yield path
  }
}
interface Vector { leafIdx: number; treeSize: number; size1: number; size2: number; root: string; root1: string; root2: string; leafHash: string; proof: string[] | null; wantErr: boolean }

describe.skipIf(!existsSync(data))('the Merkle vectors', () => {
  const holds = async (check: () => Promise<void>): Promise<boolean> => check().then(() => true, () => false)
  const bytes = (text: string | null): Bytes => fromBase64(text ?? '')
  it('are judged as their authors do', async () => {
    let judged = 0
    for (const path of vectors(data)) {
      const vector = JSON.parse(readFileSync(path, 'utf8')) as Vector
      const path32 = (vector.proof ?? []).map(bytes)
      const inclusion: boolean = 'leafIdx' in vector
      const good = inclusion
        ? await holds(async () => {
          const root = await rootFromInclusion(bytes(vector.leafHash), vector.leafIdx, vector.treeSize, path32)
          if (!equal(root, bytes(vector.root))) throw new Error('another root')
        })
        : await holds(() => checkConsistency({ size: vector.size1, root: bytes(vector.root1) }, { size: vector.size2, root: bytes(vector.root2) }, path32))
      expect(good, path).toBe(!vector.wantErr)
      judged++
    }
    expect(judged).toBeGreaterThan(50)
  })
})
