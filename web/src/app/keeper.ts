// Keeps one person's code alive on this phone: fetches the credential while there is a network, renews the shown text every
// 20 seconds with the phone's key whether there is one or not, and says how old what it shows is.
import { computed, onScopeDispose, ref, shallowRef } from 'vue'
import { ApiError, postJson, request, Unreachable, type ShownCode } from '@/lib/api'
import { fromBase64Url, toBase64 } from '@/lib/bytes'
import { readCredential, shownMessage, writeShown } from '@/lib/credential'
import { deviceKey, keepCode, keptCode, publicPoint, signByPhone, type KeptCode } from '@/lib/device'
import { explain } from '@/ui/reasons'

const RENEW_SECONDS = 20
const SKEW_SECONDS_MAX = 45 // a door allows 60
const POLL_SECONDS = 2 // the page turns within two seconds of a decision; an unchanged answer is a 304 without a body

export type KeeperState = 'starting' | 'fresh' | 'offline' | 'expired' | 'signed_out' | 'unregistered' | 'no_colour' | 'failed'

export function useKeeper(who: string, path = '/v1/me/code') {
  const state = ref<KeeperState>('starting')
  const code = shallowRef<KeptCode>()
  const text = ref('')
  const shownAt = ref(0)
  const now = ref(Date.now())
  const failure = ref('')
  const skew = ref(0) // seconds by which this phone's clock is ahead of the centre's; 0 while it is near enough
  let device = ''
  let stopped = false
  let timer: ReturnType<typeof setTimeout> | undefined

  async function enrol(): Promise<void> {
    const key = await deviceKey()
    const answer = await postJson<{ device: string }>('/v1/me/devices', { public_key: toBase64(await publicPoint(key)) })
    device = answer.device
  }

  async function fetchCode(): Promise<void> {
    if (device === '') await enrol()
    const kept = code.value
    const headers: Record<string, string> = kept === undefined ? {} : { 'If-None-Match': kept.etag }
    const response = await request('GET', `${path}?device=${device}`, undefined, headers)
    const said = Date.parse(response.headers.get('Date') ?? '')
    const ahead = Number.isNaN(said) ? 0 : Math.round((Date.now() - said) / 1000)
    skew.value = Math.abs(ahead) > SKEW_SECONDS_MAX ? ahead : 0
    if (response.status !== 304) {
      const fresh = (await response.json()) as ShownCode
      code.value = { ...fresh, etag: response.headers.get('ETag') ?? '', fetchedAt: Date.now() }
      await keepCode(who, code.value)
      shownAt.value = 0
    } else if (kept !== undefined) {
      code.value = { ...kept, fetchedAt: Date.now() }
    }
    state.value = 'fresh'
  }

  function failed(error: unknown): void {
    if (error instanceof Unreachable) state.value = code.value === undefined ? 'failed' : 'offline'
    else if (error instanceof ApiError && error.status === 401) state.value = 'signed_out'
    else if (error instanceof ApiError && (error.code === 'service.not_registered' || error.code === 'shard.unknown_resident')) state.value = 'unregistered'
    else if (error instanceof ApiError && error.code === 'service.no_colour') state.value = 'no_colour'
    else if (error instanceof ApiError && error.code === 'service.unknown_device') device = ''
    else {
      state.value = code.value === undefined ? 'failed' : 'offline'
      failure.value = explain(error)
    }
  }

  async function show(): Promise<void> {
    const credential = code.value?.credential
    if (credential === undefined) return
    const seconds = Math.floor(Date.now() / 1000)
    if (Date.parse(code.value!.expires_at) / 1000 <= seconds) {
      text.value = ''
      state.value = state.value === 'fresh' ? 'fresh' : 'expired'
      return
    }
    if (seconds - shownAt.value < RENEW_SECONDS) return
    const bytes = fromBase64Url(credential)
    readCredential(bytes) // never show what a door could not read
    text.value = writeShown(bytes, seconds, await signByPhone(await deviceKey(), shownMessage(bytes, seconds)))
    shownAt.value = seconds
  }

  async function turn(): Promise<void> {
    now.value = Date.now()
    await show().catch(failed)
    if (!document.hidden) {
      try {
        await fetchCode()
        await show()
      } catch (error) {
        failed(error)
        await show().catch(() => undefined)
      }
    }
    if (!stopped) timer = setTimeout(() => void turn(), POLL_SECONDS * 1000)
  }

  const clockTimer = setInterval(() => {
    now.value = Date.now()
    void show().catch(failed)
  }, 1000)
  void keptCode(who).then(async (kept) => {
    if (kept !== undefined) {
      code.value = kept
      state.value = 'offline'
    }
    await turn()
  })
  onScopeDispose(() => {
    stopped = true
    clearTimeout(timer)
    clearInterval(clockTimer)
  })

  const ageSeconds = computed(() => (code.value === undefined ? 0 : Math.max(0, Math.round((now.value - code.value.fetchedAt) / 1000))))
  const renewsIn = computed(() => Math.max(0, RENEW_SECONDS - Math.round(now.value / 1000 - shownAt.value)))
  return { state, code, text, now, ageSeconds, renewsIn, failure, skew }
}
