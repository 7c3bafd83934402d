// The door's trust pack: kept on the device, replaced only by a newer one, and only under the pack key of the first visit.
import { ref, shallowRef } from 'vue'
import { getBytes } from '@/lib/api'
import { fromBase64, type Bytes } from '@/lib/bytes'
import { keep, kept } from '@/lib/device'
import { PinChanged, provinceInfo } from '@/lib/pins'
import { mayReplace, readTrustPack, type TrustPack } from '@/lib/trustPack'

interface KeptPack { bytes: Bytes; key: string; fetchedAt: number }
export type PackTrouble = '' | 'none' | 'rolled' | 'pins' | 'failed'

export function usePack() {
  const pack = shallowRef<TrustPack>()
  const fetchedAt = ref(0)
  const busy = ref(false)
  const trouble = ref<PackTrouble>('')
  const why = ref('')

  async function load(): Promise<void> {
    const stored = await kept<KeptPack>('trust-pack')
    if (stored !== undefined) {
      pack.value = await readTrustPack(stored.bytes, fromBase64(stored.key))
      fetchedAt.value = stored.fetchedAt
    }
    await update()
  }

  async function update(): Promise<void> {
    busy.value = true
    trouble.value = ''
    try {
      const info = await provinceInfo()
      const bytes = await getBytes('/v1/trust-pack')
      const fresh = await readTrustPack(bytes, fromBase64(info.pack_key))
      if (!mayReplace(pack.value ?? null, fresh)) trouble.value = 'rolled'
      else {
        pack.value = fresh
        fetchedAt.value = Date.now()
        await keep('trust-pack', { bytes, key: info.pack_key, fetchedAt: fetchedAt.value } satisfies KeptPack)
      }
    } catch (error) {
      trouble.value = error instanceof PinChanged ? 'pins' : pack.value === undefined ? 'none' : 'failed'
      why.value = (await import('@/ui/reasons')).explain(error) // seldom needed: not part of the first load
    } finally {
      busy.value = false
    }
  }

  return { pack, fetchedAt, busy, trouble, why, load, update }
}
