// Something a person asks for: busy while it runs, and what went wrong in words. The words of the last attempt go when the next one begins.
import { ref, type Ref } from 'vue'
import { explain } from './reasons'

export interface Attempt { busy: Ref<boolean>; trouble: Ref<string>; attempt: (work: () => Promise<void>) => Promise<void> }

export function useAttempt(words: (error: unknown) => string = explain): Attempt {
  const busy = ref(false)
  const trouble = ref('')
  const attempt = async (work: () => Promise<void>): Promise<void> => {
    busy.value = true
    trouble.value = ''
    try {
      await work()
    } catch (error) {
      trouble.value = words(error)
    } finally {
      busy.value = false
    }
  }
  return { busy, trouble, attempt }
}
