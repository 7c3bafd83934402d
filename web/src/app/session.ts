// Signing in is the identity provider's business: the page only leads there and comes back.
import { ApiError, request } from '@/lib/api'
import { forgetAll } from '@/lib/device'

export function signIn(returnTo: string): void {
  location.assign('/v1/session/login?return_to=' + encodeURIComponent(returnTo))
}

// Other tabs of this phone must not go on showing what was cleared.
const tabs = new BroadcastChannel('mingma.session')
tabs.onmessage = () => location.assign('/app/')

// Throws when the centre cannot be told: the session would live on, so nothing is cleared yet.
export async function signOut(): Promise<void> {
  await request('POST', '/v1/session/logout').catch((error: unknown) => {
    if (!(error instanceof ApiError && error.status === 401)) throw error
  })
  await forgetAll()
  tabs.postMessage('signed out')
  location.assign('/app/')
}
