// One load with its three states: loading, value, error. A page shows each of them.
import { ref, type Ref } from 'vue'
import { ApiError } from '@/lib/api'

export interface Loading<T> { value: Ref<T | undefined>; error: Ref<Error | undefined>; busy: Ref<boolean>; reload: () => Promise<void> }

// `later`: nothing is loaded until reload() is called.
export function useAsync<T>(load: () => Promise<T>, later = false): Loading<T> {
  const value = ref<T>() as Ref<T | undefined>
  const error = ref<Error>()
  const busy = ref(false)
  const reload = async (): Promise<void> => {
    busy.value = true
    error.value = undefined
    try {
      value.value = await load()
    } catch (caught) {
      error.value = caught instanceof Error ? caught : new Error(String(caught))
    } finally {
      busy.value = false
    }
  }
  if (!later) void reload()
  return { value, error, busy, reload }
}

export const isSignedOut = (error: Error | undefined): boolean => error instanceof ApiError && error.status === 401
