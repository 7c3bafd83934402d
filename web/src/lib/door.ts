// The check at a door: offline, nothing stored, nothing sent. Order of verdicts: docs/formats/code.md.
import { equal, toHex } from './bytes'
import { readCredential, readPresentation, shownMessage, verifyEs256, type Credential, type Presentation } from './credential'
import { isRevoked, type PolicyTitle, type TrustPack } from './trustPack'

export const VERDICTS = [
  'green', 'yellow', 'red', 'expired', 'screenshot_or_clock_off', 'wrong_phone_key', 'unknown_issuer', 'bad_signature', 'revoked',
  'pack_too_old', 'not_a_health_code'
] as const
export type Verdict = (typeof VERDICTS)[number]

export const PROOF_SECONDS_MAX = 60
export const CLOCK_SKEW_SECONDS_MAX = 60

export interface DoorCheck {
  verdict: Verdict
  credential?: Credential
  policy?: PolicyTitle
}

export async function checkAtDoor(text: string, pack: TrustPack, nowSeconds: number): Promise<DoorCheck> {
  if (pack.expiresAt <= nowSeconds || nowSeconds + CLOCK_SKEW_SECONDS_MAX < pack.issuedAt) return { verdict: 'pack_too_old' }
  let presentation: Presentation
  let credential: Credential
  try {
    presentation = readPresentation(text)
    credential = readCredential(presentation.credential)
  } catch {
    return { verdict: 'not_a_health_code' }
  }
  const paper = credential.holder === null
  const issuer = pack.issuers.find((candidate) => equal(candidate.kid, credential.kid))
  const mayIssue = issuer !== undefined && issuer.name === credential.issuer && (paper ? issuer.paper : issuer.phone) &&
    issuer.from <= credential.issuedAt && credential.issuedAt <= issuer.until
  if (!mayIssue) return { verdict: 'unknown_issuer' }
  if (!(await verifyEs256(issuer.key, credential.signed, credential.signature))) return { verdict: 'bad_signature' }
  const policy = pack.policies.get(toHex(credential.policy))
  const verdict = await judge(presentation, credential, pack, nowSeconds)
  return policy === undefined ? { verdict, credential } : { verdict, credential, policy }
}

// Of a genuine credential: is it alive, and is this its holder showing it now?
async function judge(presentation: Presentation, credential: Credential, pack: TrustPack, now: number): Promise<Verdict> {
  if (await isRevoked(pack, credential.id)) return 'revoked'
  if (credential.expiresAt <= now) return 'expired'
  if (credential.issuedAt > now + CLOCK_SKEW_SECONDS_MAX) return 'screenshot_or_clock_off'
  if (presentation.form === 'paper') return credential.holder === null ? credential.colour : 'wrong_phone_key'
  if (credential.holder === null) return 'not_a_health_code'
  const message = shownMessage(presentation.credential, presentation.shownAt)
  if (!(await verifyEs256(credential.holder, message, presentation.proof).catch(() => false))) return 'wrong_phone_key'
  const age = now - presentation.shownAt
  return age > PROOF_SECONDS_MAX || age < -CLOCK_SKEW_SECONDS_MAX ? 'screenshot_or_clock_off' : credential.colour
}
