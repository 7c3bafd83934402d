// One place where anything is signed: whoever needs a signature calls sign() with the document, where it goes, and what it says in plain words.
import { reactive } from 'vue'
import { send } from './desk'
import { documentDigest, type KeyFile } from './keyFile'
import { assertion, type RequestOptions } from './passkey'
import { session } from './session'

export interface Said { label: string; value: string; tone?: 'worse' | 'better' }
export interface ToSign {
  type: string
  documents: string[] // each is signed and sent by itself, in this order
  path: string
  title: string
  says: Said[]
  warning?: string
  // Who signs: the officer's passkey, or key files of the institution or the roots (`keys`: how many at least).
  by: 'passkey' | 'keys' | 'either'
  keys?: number
  // Refusals with these codes are the caller's to explain: sign() throws them instead of showing them.
  explained?: string[]
}
export interface SignatureEntry { key: string; signature?: string; webauthn?: { authenticator_data: string; client_data: string; signature: string } }

interface Open { wanted: ToSign; settle: (answers: unknown[] | undefined) => void; fail: (error: Error) => void }
export const signing = reactive<{ open?: Open }>({})

// The answers of the server, one for each document; undefined: the officer did not sign.
export function sign<Answer>(wanted: ToSign): Promise<Answer[] | undefined> {
  return new Promise((resolve, reject) => {
    signing.open = { wanted, settle: (answers) => resolve(answers as Answer[] | undefined), fail: reject }
  })
}

export async function byPasskey(type: string, document: string, key = session.caller?.key, credential = session.credential): Promise<SignatureEntry> {
  const options = await send<RequestOptions>('/v1/document-challenges', { type, document })
  const { authenticator_data, client_data, signature } = await assertion(options, credential)
  return { key: key ?? '', webauthn: { authenticator_data, client_data, signature } }
}

export async function byKeyFiles(type: string, document: string, files: readonly KeyFile[]): Promise<SignatureEntry[]> {
  const digest = await documentDigest(type, document)
  return files.map((file) => ({ key: file.keyId, signature: file.sign(digest) }))
}
