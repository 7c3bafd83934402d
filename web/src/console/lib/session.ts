// Who sits at this desk. The session is a cookie that scripts cannot read; here is only what the server says of it.
import { reactive } from 'vue'
import { ApiError, getJson, postJson, type Bilingual } from '@/lib/api'
import type { InstitutionDocument, Officer, PublicDocument } from './desk'
import { assertion, type RequestOptions } from './passkey'

export interface Caller { officer: string; institution: string; role: string; key: string }

interface Session {
  state: 'checking' | 'out' | 'in' | 'ended' | 'unreachable'
  caller?: Caller
  name?: Bilingual
  institution?: InstitutionDocument
  credential?: string // base64url: the passkey that signs here
}
export const session = reactive<Session>({ state: 'checking' })

async function welcome(caller: Caller): Promise<void> {
  const [officer, institution] = await Promise.all([
    getJson<Officer>('/v1/officers/' + caller.officer.split('/').map(encodeURIComponent).join('/')),
    getJson<PublicDocument<InstitutionDocument>>('/v1/institutions/' + encodeURIComponent(caller.institution))
  ])
  const credential = officer.keys.find((key) => key.key === caller.key)?.credential
  Object.assign(session, { state: 'in', caller, name: officer.name, institution: institution.content, credential })
}

export async function resume(): Promise<void> {
  try {
    await welcome(await getJson<Caller>('/v1/officer-session'))
  } catch (error) {
    session.state = error instanceof ApiError ? 'out' : 'unreachable'
  }
}

export async function signIn(officer: string): Promise<void> {
  const options = await postJson<RequestOptions>('/v1/officer-session/challenge', officer === '' ? {} : { officer })
  const caller = await postJson<Caller>('/v1/officer-session', { ...(await assertion(options)), mode: 'cookie' })
  await welcome(caller)
}

export async function signOut(): Promise<void> {
  await postJson('/v1/officer-session/logout', {}).catch(() => undefined)
  location.assign('/console/')
}
