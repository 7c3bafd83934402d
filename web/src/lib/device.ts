// What this phone keeps, in IndexedDB: its key (never exportable), the newest credential, and the checkpoints it has seen.
// The page can go on showing the code without a network; "sign out and forget" empties all of it.
import { openDB, type DBSchema, type IDBPDatabase } from 'idb'
import type { ShownCode } from './api'
import type { Bytes } from './bytes'

export interface KeptCode extends ShownCode { etag: string; fetchedAt: number }
export interface SeenCheckpoint { origin: string; size: number; root: Bytes }

interface Kept extends DBSchema {
  keys: { key: string; value: CryptoKeyPair }
  codes: { key: string; value: KeptCode }
  texts: { key: string; value: unknown }
  checkpoints: { key: string; value: SeenCheckpoint }
}

let database: Promise<IDBPDatabase<Kept>> | null = null
function open(): Promise<IDBPDatabase<Kept>> {
  database ??= openDB<Kept>('mingma', 1, {
    upgrade(db) {
      for (const store of ['keys', 'codes', 'texts', 'checkpoints'] as const) db.createObjectStore(store)
    }
  })
  return database
}

// The phone's P-256 key; made at first use. Its private half cannot leave this browser.
export async function deviceKey(): Promise<CryptoKeyPair> {
  const db = await open()
  const kept = await db.get('keys', 'phone')
  if (kept !== undefined) return kept
  const made = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify'])
  // Two tabs may come here at once: the first to write has made the phone's key, and both use it.
  const writing = db.transaction('keys', 'readwrite')
  const earlier = await writing.store.get('phone')
  if (earlier === undefined) await writing.store.put(made, 'phone')
  await writing.done
  return earlier ?? made
}

export const publicPoint = async (pair: CryptoKeyPair): Promise<Bytes> => new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey))
export const signByPhone = async (pair: CryptoKeyPair, message: Bytes): Promise<Bytes> =>
  new Uint8Array(await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, pair.privateKey, message))

export const keptCode = async (who: string): Promise<KeptCode | undefined> => (await open()).get('codes', who)
export const keepCode = async (who: string, code: KeptCode): Promise<void> => void (await (await open()).put('codes', code, who))

export const kept = async <T>(name: string): Promise<T | undefined> => (await (await open()).get('texts', name)) as T | undefined
export const keep = async (name: string, value: unknown): Promise<void> => void (await (await open()).put('texts', value, name))

export const seenCheckpoint = async (origin: string): Promise<SeenCheckpoint | undefined> => (await open()).get('checkpoints', origin)
export const rememberCheckpoint = async (seen: SeenCheckpoint): Promise<void> => void (await (await open()).put('checkpoints', seen, seen.origin))

export async function forgetAll(): Promise<void> {
  const db = await open()
  await Promise.all(['keys' as const, 'codes' as const, 'texts' as const, 'checkpoints' as const].map((store) => db.clear(store)))
}
