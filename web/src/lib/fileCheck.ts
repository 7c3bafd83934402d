// Checks a file that somebody holds: a C2SP tlog-proof, a receipt saved from the resident's page, or a bundle of `mingma who` (docs/formats/bundle.md).
// Each check has a name, so that a page can say which one failed. Checked here: signatures of checkpoints, inclusion, commitments, the chain, published documents.
// Not here: the institutions' own signatures and the derivation of colours, which `mingma who --verify` checks.
import { Unreachable, type Decision, type LeafProof } from './api'
import { equal, fromBase64, sha256, toHex, utf8, type Bytes } from './bytes'
import { opens, readLeaf, type Leaf } from './leaf'
import { leafHash, openCheckpoint, readTlogProof, rootFromInclusion, type Checkpoint, type VerifierKey } from './ledger'
import { fetchEntry, presentExtends, shardOf } from './publicLedger'
import { readDecisionRecord, type DecisionRecord } from './receiptCheck'

export const FILE_CHECKS = ['read', 'checkpoint', 'entry', 'inclusion', 'opening', 'says', 'chain', 'documents', 'present'] as const
export type FileCheckName = (typeof FILE_CHECKS)[number]
export interface FileCheckStep { name: FileCheckName; good: boolean; count: number; why: string; where: string }
export interface FileReport {
  kind: 'proof' | 'receipt' | 'bundle' | 'unknown'
  steps: FileCheckStep[]
  good: boolean
  leaf?: { shard: number; index: number; leaf: Leaf }
  decisions: DecisionRecord[]
  checkpoints: Checkpoint[]
}

interface BundleFile { format: string; resident: string; version: number; chain: { leaf: Required<LeafProof> }[]; statements: { leaf: Required<LeafProof> }[]
  documents: { document: string; leaf: Required<LeafProof> }[] }

const FILE_BYTES_MAX = 32 << 20
class Failed extends Error {}

class FileReader {
  readonly report: FileReport = { kind: 'unknown', steps: [], good: false, decisions: [], checkpoints: [] }
  constructor(private readonly keys: VerifierKey[]) {}

  // Runs one check; equal names count together, the first failure ends the reading.
  private async step<T>(name: FileCheckName, where: string, work: () => T | Promise<T>): Promise<T> {
    let step = this.report.steps.find((one) => one.name === name)
    if (step === undefined) this.report.steps.push((step = { name, good: true, count: 0, why: '', where: '' }))
    try {
      const result = await work()
      step.count++
      return result
    } catch (error) {
      Object.assign(step, { good: false, why: error instanceof Error ? error.message : String(error), where })
      throw new Failed(name)
    }
  }

  private async prove(index: number, entry: Bytes, proofText: string, where: string): Promise<Leaf> {
    const proof = await this.step('read', where, () => readTlogProof(proofText))
    const under = await this.step('checkpoint', where, () => openCheckpoint(proof.checkpoint, this.keys))
    await this.step('inclusion', where, async () => {
      if (proof.index !== index) throw new Error('the proof is for another place')
      const root = await rootFromInclusion(await leafHash(entry), index, under.size, proof.hashes)
      if (!equal(root, under.root)) throw new Error('the entry is not in the ledger')
    })
    if (!this.report.checkpoints.some((one) => one.origin === under.origin && one.size === under.size)) this.report.checkpoints.push(under)
    return this.step('read', where, () => readLeaf(entry))
  }

  private async open(place: Required<LeafProof>, where: string): Promise<{ leaf: Leaf; record: Bytes }> {
    const leaf = await this.prove(place.index, await this.step('read', where, () => fromBase64(place.entry)), place.proof, where)
    const record = await this.step('opening', where, async () => {
      const bytes = fromBase64(place.record)
      if (!(await opens(leaf, fromBase64(place.commitment_key), fromBase64(place.opening), bytes))) throw new Error('the opening does not belong to the leaf')
      return bytes
    })
    return { leaf, record }
  }

  async proof(text: string, given: Bytes | undefined): Promise<void> {
    this.report.kind = 'proof'
    const proof = await this.step('read', '', () => readTlogProof(text))
    const under = await this.step('checkpoint', '', () => openCheckpoint(proof.checkpoint, this.keys))
    const shard = await this.step('checkpoint', '', () => shardOf(under))
    const entry = await this.step('entry', '', () => given ?? fetchEntry(shard, proof.index, under.size))
    const leaf = await this.prove(proof.index, entry, text, '')
    this.report.leaf = { shard, index: proof.index, leaf }
  }

  async receipt(decision: Decision): Promise<void> {
    this.report.kind = 'receipt'
    const place = await this.step('read', '', () => {
      const leaf = decision.leaf
      for (const part of [leaf.entry, leaf.record, leaf.opening, leaf.commitment_key, leaf.proof]) if (typeof part !== 'string') throw new Error('the proof is not there yet')
      return leaf as Required<LeafProof>
    })
    const { leaf, record } = await this.open(place, '')
    this.report.leaf = { shard: place.shard, index: place.index, leaf }
    await this.step('says', '', async () => {
      const opened = await readDecisionRecord(record)
      if (opened.version !== decision.version || opened.colour !== decision.colour || opened.rule !== (decision.rule ?? '') || leaf.to !== decision.colour) {
        throw new Error('the ledger holds another decision')
      }
      this.report.decisions.push(opened)
    })
  }

  async bundle(bundle: BundleFile): Promise<void> {
    this.report.kind = 'bundle'
    let previous = toHex(new Uint8Array(32))
    for (const [i, version] of bundle.chain.entries()) {
      const where = `chain/${i}`
      const { leaf, record } = await this.open(version.leaf, where)
      await this.step('chain', where, async () => {
        const opened = await readDecisionRecord(record)
        if (opened.version !== i + 1 || toHex(opened.previous) !== previous) throw new Error('the chain of decisions has a gap or a fork')
        if (leaf.from !== opened.from || leaf.to !== opened.colour || leaf.rule !== opened.rule || leaf.policy !== opened.policy) throw new Error('the ledger holds another decision')
        previous = opened.hash
        this.report.decisions.push(opened)
        this.report.leaf = { shard: version.leaf.shard, index: version.leaf.index, leaf }
      })
    }
    for (const [i, statement] of bundle.statements.entries()) await this.open(statement.leaf, `statements/${i}`)
    for (const [i, published] of bundle.documents.entries()) {
      const where = `documents/${i}`
      const leaf = await this.prove(published.leaf.index, await this.step('read', where, () => fromBase64(published.leaf.entry)), published.leaf.proof, where)
      await this.step('documents', where, async () => {
        if (leaf.document !== toHex(await sha256(utf8(published.document)))) throw new Error('the leaf is not this document')
      })
    }
  }

  // The one check that asks the server: its ledger of today must extend what the file was signed under. Without a network it is left out: count 0.
  async present(): Promise<void> {
    for (const seen of this.report.checkpoints) {
      const answer = await presentExtends(shardOf(seen), seen, this.keys).catch((error: unknown) => error)
      if (answer instanceof Unreachable) this.report.steps.push({ name: 'present', good: true, count: 0, why: '', where: seen.origin })
      else await this.step('present', seen.origin, () => {
        if (answer instanceof Error) throw answer
      })
    }
  }

  async read(text: string, entry: Bytes | undefined): Promise<void> {
    if (text.startsWith('c2sp.org/tlog-proof')) return this.proof(text, entry)
    const json = await this.step('read', '', () => {
      if (text.length > FILE_BYTES_MAX) throw new Error('too long')
      let parsed: unknown
      try {
        parsed = JSON.parse(text)
      } catch {
        throw new Error('neither a proof nor a receipt nor a bundle')
      }
      if (typeof parsed !== 'object' || parsed === null) throw new Error('neither a proof nor a receipt nor a bundle')
      return parsed as { format?: string; leaf?: LeafProof }
    })
    if (json.format === 'mingma/bundle/1') return this.bundle(json as unknown as BundleFile)
    if (typeof json.leaf === 'object') return this.receipt(json as Decision)
    await this.step('read', '', () => {
      throw new Error('neither a proof nor a receipt nor a bundle')
    })
  }
}

// `entry`: the leaf's bytes, when the holder has them too; without it they come from the public tiles.
export async function checkFile(text: string, keys: VerifierKey[], entry?: Bytes): Promise<FileReport> {
  const reader = new FileReader(keys)
  try {
    await reader.read(text, entry)
    await reader.present()
    reader.report.good = true
  } catch (error) {
    if (!(error instanceof Failed)) {
      reader.report.steps.push({ name: 'read', good: false, count: 0, where: '', why: error instanceof Error ? error.message : String(error) })
    }
  }
  return reader.report
}
