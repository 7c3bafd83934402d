// The keys that a page trusts: taken from the server at the first visit over TLS and kept. A change is never accepted silently.
import { getJson, Unreachable, type ProvinceInfo } from './api'
import { keep, kept } from './device'

export class PinChanged extends Error {}

export async function provinceInfo(): Promise<ProvinceInfo> {
  const pinned = await kept<ProvinceInfo>('province')
  const current = await getJson<ProvinceInfo>('/v1/province').catch((error: unknown) => {
    if (error instanceof Unreachable && pinned !== undefined) return pinned
    throw error
  })
  if (pinned === undefined) await keep('province', current)
  else if (pinned.pack_key !== current.pack_key || pinned.ledger_keys.some((key) => !current.ledger_keys.includes(key))) {
    throw new PinChanged('the keys of the province are not the ones this browser has seen')
  }
  return current
}
