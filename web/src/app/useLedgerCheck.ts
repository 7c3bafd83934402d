// State of one check of one decision against the ledger, as pages show it.
import { ref } from 'vue'
import { Unreachable, type Decision } from '@/lib/api'
import { PinChanged, provinceInfo } from '@/lib/pins'
import { checkDecision, type Checked } from '@/lib/receiptCheck'
import { explain } from '@/ui/reasons'

export type CheckState = 'idle' | 'running' | 'waiting' | 'good' | 'bad' | 'pins' | 'offline'

export function useLedgerCheck() {
  const state = ref<CheckState>('idle')
  const checked = ref<Checked>()
  const why = ref('')
  async function run(decision: Decision): Promise<void> {
    if (decision.leaf.proof === undefined) {
      state.value = 'waiting'
      return
    }
    state.value = 'running'
    try {
      checked.value = await checkDecision(decision, (await provinceInfo()).ledger_keys)
      state.value = 'good'
    } catch (error) {
      why.value = explain(error)
      state.value = error instanceof PinChanged ? 'pins' : error instanceof Unreachable ? 'offline' : 'bad'
    }
  }
  return { state, checked, why, run }
}
