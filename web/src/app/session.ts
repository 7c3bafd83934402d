// Signing in is the identity provider's business: the page only leads there and comes back.
import { postJson } from '@/lib/api'
import { forgetAll } from '@/lib/device'

export function signIn(returnTo: string): void {
  location.assign('/v1/session/login?return_to=' + encodeURIComponent(returnTo))
}

// Other tabs of this phone must not go on showing what was cleared.
const tabs = new BroadcastChannel('mingma.session')
tabs.onmessage = () => location.assign('/app/')

export async function signOut(): Promise<void> {
  await postJson('/v1/session/logout', {}).catch(() => undefined)
  await forgetAll()
  tabs.postMessage('signed out')
  location.assign('/app/')
}
