// Checking the ledger in the browser: notes, checkpoints, tlog-proofs (C2SP), inclusion and consistency (RFC 6962).
// Nothing here asks a server. Ed25519 keys only (algorithm 1); lines of unknown keys are ignored, a bad line of a known key is fatal.
import { ed25519 } from '@noble/curves/ed25519.js'
import { equal, fromBase64, sha256, toHex, utf8, type Bytes } from './bytes'

export interface VerifierKey { name: string; id: Bytes; key: Bytes }
export interface Checkpoint { origin: string; size: number; root: Bytes }
export interface TlogProof { index: number; hashes: Bytes[]; checkpoint: string }

const ED25519 = 1
const NOTE_SIGNATURES_MAX = 128
const PROOF_HASHES_MAX = 64

export async function readVerifierKey(text: string): Promise<VerifierKey> {
  const match = /^([^\s+]+)\+([0-9a-f]{8})\+([0-9A-Za-z+/]+=*)$/.exec(text)
  if (match === null) throw new Error('not a verifier key')
  const [, name, id, encoded] = match as unknown as [string, string, string, string]
  const typed = fromBase64(encoded)
  if (typed[0] !== ED25519 || typed.length !== 33) throw new Error('another algorithm')
  const derived = (await sha256(utf8(name + '\n'), typed)).slice(0, 4)
  if (toHex(derived) !== id) throw new Error('the key id is not the key')
  return { name, id: derived, key: typed.slice(1) }
}

export async function readVerifierKeys(text: string): Promise<VerifierKey[]> {
  return Promise.all(text.split('\n').filter((line) => line !== '').map(readVerifierKey))
}

function readNumber(text: string | undefined): number {
  if (text === undefined || !/^(0|[1-9][0-9]*)$/.test(text) || !Number.isSafeInteger(Number(text))) throw new Error('not a number')
  return Number(text)
}

// The checkpoint of a signed note, after one of `keys` with the checkpoint's origin as its name has verified it.
export function openCheckpoint(note: string, keys: VerifierKey[]): Checkpoint {
  const split = note.lastIndexOf('\n\n')
  if (split < 0 || !note.endsWith('\n')) throw new Error('not a signed note')
  const text = note.slice(0, split + 1)
  const lines = note.slice(split + 2, -1).split('\n')
  if (lines.length > NOTE_SIGNATURES_MAX) throw new Error('too many signatures')
  const [origin, size, root] = text.split('\n') as [string, string, string]
  let verified = false
  for (const line of lines) {
    const match = /^\u2014 ([^\s+]+) ([0-9A-Za-z+/]+=*)$/.exec(line)
    if (match === null) throw new Error('a signature line is malformed')
    const bytes = fromBase64(match[2]!)
    const key = keys.find((candidate) => candidate.name === match[1] && equal(candidate.id, bytes.subarray(0, 4)))
    if (key === undefined) continue
    if (bytes.length !== 68 || !ed25519.verify(bytes.slice(4), utf8(text), key.key)) throw new Error('a signature is wrong')
    if (key.name === origin) verified = true
  }
  if (!verified) throw new Error('no signature of a known key of this ledger')
  const hash = fromBase64(root)
  if (hash.length !== 32) throw new Error('a root has 32 bytes')
  return { origin, size: readNumber(size), root: hash }
}

export function readTlogProof(text: string): TlogProof {
  const body = text.indexOf('\n\n')
  const lines = text.slice(0, body).split('\n')
  if (body < 0 || lines.shift() !== 'c2sp.org/tlog-proof@v1') throw new Error('not a tlog-proof')
  if (lines[0]?.startsWith('extra ')) lines.shift()
  const index = lines.shift()
  if (index === undefined || !index.startsWith('index ')) throw new Error('the index is missing')
  if (lines.length > PROOF_HASHES_MAX) throw new Error('too many hashes')
  const hashes = lines.map(fromBase64)
  if (hashes.some((hash) => hash.length !== 32)) throw new Error('a hash has 32 bytes')
  return { index: readNumber(index.slice(6)), hashes, checkpoint: text.slice(body + 2) }
}

export const leafHash = (entry: Uint8Array): Promise<Bytes> => sha256(Uint8Array.of(0), entry)
const nodeHash = (left: Uint8Array, right: Uint8Array): Promise<Bytes> => sha256(Uint8Array.of(1), left, right)

function checkHashes(...hashes: Bytes[]): void {
  if (hashes.some((hash) => hash.length !== 32)) throw new Error('a hash has 32 bytes')
}

// RFC 9162, section 2.1.3.2.
export async function rootFromInclusion(leaf: Bytes, index: number, size: number, path: Bytes[]): Promise<Bytes> {
  if (index >= size) throw new Error('the leaf is beyond the tree')
  checkHashes(leaf, ...path)
  let fn = index
  let sn = size - 1
  let root = leaf
  for (const hash of path) {
    if (sn === 0) throw new Error('the proof is too long')
    if (fn % 2 === 1 || fn === sn) {
      root = await nodeHash(hash, root)
      while (fn % 2 === 0 && fn !== 0) {
        fn = Math.floor(fn / 2)
        sn = Math.floor(sn / 2)
      }
    } else {
      root = await nodeHash(root, hash)
    }
    fn = Math.floor(fn / 2)
    sn = Math.floor(sn / 2)
  }
  if (sn !== 0) throw new Error('the proof is too short')
  return root
}

// RFC 9162, section 2.1.4.2. Throws when the second tree does not extend the first.
export async function checkConsistency(first: { size: number; root: Bytes }, second: { size: number; root: Bytes }, proof: Bytes[]): Promise<void> {
  if (first.size > second.size) throw new Error('the ledger has become shorter')
  checkHashes(second.root, ...proof)
  if (first.size === second.size || first.size === 0) {
    if (proof.length !== 0 || (first.size !== 0 && !equal(first.root, second.root))) throw new Error('two roots for one size')
    return
  }
  const path = [...proof]
  if (isPowerOfTwo(first.size)) path.unshift(first.root)
  let fn = first.size - 1
  let sn = second.size - 1
  while (fn % 2 === 1) {
    fn = Math.floor(fn / 2)
    sn = Math.floor(sn / 2)
  }
  const start = path.shift()
  if (start === undefined) throw new Error('the proof is too short')
  let [fr, sr] = [start, start]
  for (const hash of path) {
    if (sn === 0) throw new Error('the proof is too long')
    if (fn % 2 === 1 || fn === sn) {
      fr = await nodeHash(hash, fr)
      sr = await nodeHash(hash, sr)
      while (fn % 2 === 0 && fn !== 0) {
        fn = Math.floor(fn / 2)
        sn = Math.floor(sn / 2)
      }
    } else {
      sr = await nodeHash(sr, hash)
    }
    fn = Math.floor(fn / 2)
    sn = Math.floor(sn / 2)
  }
  if (sn !== 0 || !equal(fr, first.root) || !equal(sr, second.root)) throw new Error('the ledger does not extend what was seen')
}

const isPowerOfTwo = (value: number): boolean => Number.isInteger(Math.log2(value))

// The whole way from an entry to a signed root. Throws with the reason; returns the checkpoint it stands under.
export async function checkInclusion(entry: Bytes, proofText: string, keys: VerifierKey[]): Promise<Checkpoint & { index: number }> {
  const proof = readTlogProof(proofText)
  const checkpoint = openCheckpoint(proof.checkpoint, keys)
  const root = await rootFromInclusion(await leafHash(entry), proof.index, checkpoint.size, proof.hashes)
  if (!equal(root, checkpoint.root)) throw new Error('the entry is not in the ledger')
  return { ...checkpoint, index: proof.index }
}

// Entry bundles of tlog-tiles: each entry behind its length as big-endian uint16.
export function readBundle(bytes: Uint8Array): Bytes[] {
  const entries: Bytes[] = []
  for (let at = 0; at < bytes.length; ) {
    if (at + 2 > bytes.length) throw new Error('a bundle is cut')
    const length = bytes[at]! * 256 + bytes[at + 1]!
    at += 2
    if (at + length > bytes.length) throw new Error('a bundle is cut')
    entries.push(bytes.slice(at, at + length) as Bytes)
    at += length
  }
  return entries
}

// tlog-tiles path of an entry bundle: tile/entries/x001/067.p/12
export function bundlePath(index: number, size: number): string {
  const whole = Math.floor(size / 256)
  const groups = [String(index % 1000).padStart(3, '0')]
  for (let rest = Math.floor(index / 1000); rest > 0; rest = Math.floor(rest / 1000)) groups.unshift('x' + String(rest % 1000).padStart(3, '0'))
  return `tile/entries/${groups.join('/')}${index < whole ? '' : `.p/${size % 256}`}`
}

