// The browser's passkeys, with the JSON forms of the API (WebAuthn Level 3) on one side and buffers on the other.
import { fromBase64Url, toBase64Url } from '@/lib/bytes'

export interface RequestOptions { challenge: string; rpId: string; timeout?: number; allowCredentials?: { id: string }[] }
export interface CreationOptions {
  challenge: string
  rp: { id: string; name: string }
  user: { id: string; name: string; displayName: string }
  pubKeyCredParams: { type: 'public-key'; alg: number }[]
}
export interface Assertion { credential: string; authenticator_data: string; client_data: string; signature: string }
export interface Attestation { attestation: string; client_data: string }

// The person said no, or has no passkey here: not an error of the platform.
export class NoPasskey extends Error {}

const text = (buffer: ArrayBuffer): string => toBase64Url(new Uint8Array(buffer))

async function asked(credential: Promise<Credential | null>): Promise<PublicKeyCredential> {
  const given = await credential.catch((error: unknown) => {
    throw new NoPasskey(String(error))
  })
  if (!(given instanceof PublicKeyCredential)) throw new NoPasskey('no passkey was given')
  return given
}

export async function assertion(options: RequestOptions, credential?: string): Promise<Assertion> {
  const allowed = credential === undefined ? options.allowCredentials?.map((one) => one.id) ?? [] : [credential]
  const given = await asked(navigator.credentials.get({
    publicKey: {
      challenge: fromBase64Url(options.challenge), rpId: options.rpId, timeout: options.timeout ?? 120_000, userVerification: 'required',
      allowCredentials: allowed.map((id) => ({ type: 'public-key', id: fromBase64Url(id) }))
    }
  }))
  const answer = given.response as AuthenticatorAssertionResponse
  return { credential: text(given.rawId), authenticator_data: text(answer.authenticatorData), client_data: text(answer.clientDataJSON), signature: text(answer.signature) }
}

export async function create(options: CreationOptions): Promise<Attestation & { credential: string }> {
  const made = await asked(navigator.credentials.create({
    publicKey: {
      ...options, challenge: fromBase64Url(options.challenge), user: { ...options.user, id: fromBase64Url(options.user.id) }, attestation: 'direct',
      authenticatorSelection: { userVerification: 'required', residentKey: 'preferred' }
    }
  }))
  const answer = made.response as AuthenticatorAttestationResponse
  return { credential: text(made.rawId), attestation: text(answer.attestationObject), client_data: text(answer.clientDataJSON) }
}
