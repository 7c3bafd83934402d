// An institution's or root's key file (PEM, PKCS #8, Ed25519), for what a passkey cannot sign. Read into this page, used, forgotten; never sent, never stored.
import { ed25519 } from '@noble/curves/ed25519.js'
import { concat, fromBase64, fromHex, sha256, toBase64, toHex, utf8 } from '@/lib/bytes'

export interface KeyFile { name: string; keyId: string; sign: (digest: Uint8Array) => string } // base64

const PRIVATE_HEAD = '302e020100300506032b657004220420'
const PUBLIC_HEAD = '302a300506032b6570032100'

export async function readKeyFile(name: string, pem: string): Promise<KeyFile> {
  const body = /-----BEGIN PRIVATE KEY-----([\s\S]+?)-----END PRIVATE KEY-----/.exec(pem)?.[1]
  if (body === undefined) throw new Error('not a private key in PEM')
  const der = fromBase64(body.replace(/\s/g, ''))
  if (der.length !== 48 || !toHex(der).startsWith(PRIVATE_HEAD)) throw new Error('not an Ed25519 key')
  const secret = der.slice(16)
  // The key id: the first eight bytes of SHA-256 of the public key as SubjectPublicKeyInfo.
  const id = await sha256(concat(fromHex(PUBLIC_HEAD), ed25519.getPublicKey(secret)))
  return { name, keyId: toHex(id.slice(0, 8)), sign: (digest) => toBase64(ed25519.sign(digest, secret)) }
}

export const documentDigest = (type: string, document: string): Promise<Uint8Array<ArrayBuffer>> => sha256(utf8(`mingma/v1/${type}\n`), utf8(document))
