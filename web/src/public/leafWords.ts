// A leaf in plain words: what anybody can read out of one entry of the ledger, and what stays closed.
import type { Leaf } from '@/lib/leaf'
import { placeName } from '@/ui/divisions'
import type { Values } from '@/ui/i18n'
import { dayAndTime } from '@/ui/time'

const CLASSES = ['self', 'command', 'health_commission', 'cdc', 'laboratory', 'hospital', 'border_post', 'community', 'other_province', 'operator', 'auditor'] as const
export const LEAF_KINDS = [1, 2, 3, 10, 11, 12, 13, 14, 15, 16, 17, 18, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31] as const

export interface LeafLine { word: string; value: string; link?: string }
type Translate = (key: string, values?: Values) => string

export function describeLeaf(leaf: Leaf, t: Translate): { title: string; lines: LeafLine[] } {
  const known = (LEAF_KINDS as readonly number[]).includes(leaf.kind)
  const lines: LeafLine[] = [{ word: t('leaf.hour'), value: dayAndTime(leaf.hour * 3_600_000) }]
  if (leaf.kind === 3) lines.push({ word: t('leaf.colours'), value: `${t('colour.' + leaf.from)} → ${t('colour.' + leaf.to)}` })
  if (leaf.kind === 3 || leaf.institutionClass !== 0) lines.push({ word: t('leaf.class'), value: t(leaf.institutionClass === 0 && leaf.kind === 3 ? 'leaf.byClock' : 'class.' + (CLASSES[leaf.institutionClass] ?? 'self')) })
  if (leaf.rule !== '') lines.push({ word: t('rules.rule'), value: leaf.rule === 'default' ? t('rules.otherwise') : leaf.rule, ...(leaf.policy === '' ? {} : { link: `/rules/${leaf.policy}${leaf.rule === 'default' ? '' : '#' + leaf.rule}` }) })
  if (leaf.city !== 0) lines.push({ word: t('leaf.city'), value: placeName(String(leaf.city)) })
  if (leaf.document !== '') lines.push({ word: t('leaf.document'), value: leaf.document, ...(leaf.kind === 14 ? { link: '/rules/' + leaf.document } : {}) })
  if (leaf.commitment !== null) lines.push({ word: t('leaf.commitment'), value: t('leaf.closed') })
  return { title: t('leaf.kind.' + (known ? leaf.kind : 'other')), lines }
}
