// From what an officer typed, or a file says, to the exact documents that are previewed and signed (docs/formats/statement.md).
import { forms, formOf, type KindForm } from './evidence'
import { instant, nowInstant } from './instants'

export interface Draft {
  document_type: string
  country: string
  document_number: string
  kind: string
  fields: Record<string, string> // instants as "2022-06-13T08:00", words as they are
  flags: string[]
  source_record: string
  action: 'add' | 'replace' | 'withdraw'
  earlier_record: string
  reason: string
}

export const emptyDraft = (kind: string): Draft =>
  ({ document_type: 'resident_id', country: '', document_number: '', kind, fields: {}, flags: [], source_record: '', action: 'add', earlier_record: '', reason: 'entered_in_error' })

function evidenceOf(draft: Draft, form: KindForm): Record<string, unknown> {
  const evidence: Record<string, unknown> = { kind: draft.kind }
  if (draft.action === 'withdraw') return evidence
  for (const name of [form.at, form.until?.name ?? '']) {
    const value = draft.fields[name]
    if (name !== '' && value) evidence[name] = value.length === 16 ? instant(value) : value
  }
  for (const { name } of form.choices ?? []) if (draft.fields[name]) evidence[name] = draft.fields[name]
  for (const flag of draft.flags) evidence[flag] = true
  return evidence
}

export interface Prepared { type: 'statement' | 'correction'; document: string }

export function prepare(draft: Draft, institution: string): Prepared {
  const form = formOf(draft.kind)
  if (form === undefined) throw new Error(draft.kind)
  const corrects = draft.action !== 'add'
  const document = {
    type: corrects ? 'correction' : 'statement', institution,
    person: { document_type: draft.document_type, ...(draft.country === '' ? {} : { country: draft.country }), document_number: draft.document_number.trim().toUpperCase() },
    evidence: evidenceOf(draft, form), source_record: draft.source_record.trim(), signed_at: nowInstant(),
    ...(corrects ? { action: draft.action, earlier_record: draft.earlier_record.trim(), reason: draft.reason } : {})
  }
  return { type: corrects ? 'correction' : 'statement', document: JSON.stringify(document) }
}

// ---- files

// Says what to do about a line: a key of words.statements.entry and its blanks.
export class BadRow extends Error {
  constructor(readonly line: number, readonly word: string, readonly blanks: Record<string, string | number> = {}) {
    super(word)
  }
}

// RFC 4180: quotes, doubled quotes, line ends inside quotes.
export function readCsv(text: string): string[][] {
  const rows: string[][] = [[]]
  let cell = ''
  let quoted = false
  for (let i = 0; i < text.length; i++) {
    const letter = text[i]!
    if (quoted) {
      if (letter !== '"') cell += letter
      else if (text[i + 1] === '"') cell += text[++i]!
      else quoted = false
    } else if (letter === '"') quoted = true
    else if (letter === ',' || letter === '\n') {
      rows[rows.length - 1]!.push(cell.trim())
      cell = ''
      if (letter === '\n') rows.push([])
    } else if (letter !== '\r') cell += letter
  }
  rows[rows.length - 1]!.push(cell.trim())
  return rows.filter((row) => row.some((one) => one !== ''))
}

const COLUMNS = ['document_number', 'kind', 'source_record'] as const

function draftOf(row: Record<string, string>, line: number): Draft {
  const kind = row['kind'] ?? ''
  const form = formOf(kind)
  if (form === undefined) throw new BadRow(line, 'badKind', { kind })
  const flags = (form.flags ?? []).filter((flag) => /^(1|yes|true|是)$/i.test(row[flag] ?? ''))
  const action = row['action'] === 'replace' || row['action'] === 'withdraw' ? row['action'] : 'add'
  return {
    ...emptyDraft(kind), fields: row, flags, action, document_number: row['document_number'] ?? '', source_record: row['source_record'] ?? '', country: row['country'] ?? '',
    document_type: row['document_type'] || 'resident_id', earlier_record: row['earlier_record'] ?? '', reason: row['reason_for_correction'] || 'entered_in_error'
  }
}

export function readRows(text: string): Draft[] {
  const clean = text.replace(/^\uFEFF/, '')
  if (clean.trimStart().startsWith('{')) {
    return clean.split('\n').filter((line) => line.trim() !== '').map((line, i) => {
      try {
        return draftOf(JSON.parse(line) as Record<string, string>, i + 1)
      } catch (error) {
        if (error instanceof BadRow) throw error
        throw new BadRow(i + 1, 'badRow', { n: i + 1, why: String(error) })
      }
    })
  }
  const [head, ...rows] = readCsv(clean)
  for (const name of COLUMNS) if (!head?.includes(name)) throw new BadRow(1, 'noColumn', { name })
  return rows.map((row, i) => draftOf(Object.fromEntries(head!.map((name, column) => [name, row[column] ?? ''])), i + 2))
}

// A CSV with the columns of one kind and a line to show their form.
export function templateOf(kind: string): string {
  const form = formOf(kind) ?? forms[0]!
  const columns = [...COLUMNS, form.at, ...(form.until ? [form.until.name] : []), ...(form.choices ?? []).map((one) => one.name), ...(form.flags ?? [])]
  const example: Record<string, string> = {
    document_number: '410102199001010012', kind: form.kind, source_record: 'R-1', [form.at]: '2022-06-12T08:00', ...(form.until ? { [form.until.name]: '2022-06-12T09:00' } : {}),
    ...Object.fromEntries((form.choices ?? []).map((one) => [one.name, one.values[0]!]))
  }
  return columns.join(',') + '\n' + columns.map((name) => example[name] ?? '').join(',') + '\n'
}
