import { describe, expect, it } from 'vitest'
import { documentDigest, readKeyFile } from '@/console/lib/keyFile'
import { BadRow, prepare, readCsv, readRows, templateOf } from '@/console/lib/statements'
import { forms } from '@/console/lib/evidence'
import { sumBy } from '@/console/lib/statistics'
import { toHex } from '@/lib/bytes'

// RFC 8032, section 7.1, test 1, as PKCS #8.
const PEM = '-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n-----END PRIVATE KEY-----\n'

describe('a key file', () => {
  it('has the key id that the platform gives it, and signs digests', async () => {
    const key = await readKeyFile('root.pem', PEM)
    expect(key.keyId).toBe('06e3fd8fda29bb60')
    const digest = await documentDigest('grant', '{}')
    expect(toHex(digest)).toHaveLength(64)
    expect(atob(key.sign(digest))).toHaveLength(64)
  })
  it('that is none is refused', async () => {
    await expect(readKeyFile('x', 'hello')).rejects.toThrow('PEM')
    await expect(readKeyFile('x', PEM.replace('MC4C', 'MC4D'))).rejects.toThrow()
  })
})

describe('a file of statements', () => {
  it('is read with quotes, doubled quotes and both line ends', () => {
    expect(readCsv('a,b\r\n"1,\n2","say ""x"""\n\n')).toEqual([['a', 'b'], ['1,\n2', 'say "x"']])
  })
  it('of every kind can be written by its own template', () => {
    for (const { kind } of forms) {
      const [draft] = readRows(templateOf(kind))
      const document = JSON.parse(prepare(draft!, 'cdc-1').document) as { evidence: Record<string, unknown> }
      expect(document.evidence['kind']).toBe(kind)
      expect(Object.keys(document.evidence).length).toBeGreaterThan(1)
    }
  })
  it('withdraws an earlier record with nothing but the kind', () => {
    const [draft] = readRows('{"document_number":"410102199001010012","kind":"contact_finding","source_record":"w-1","action":"withdraw","earlier_record":"c-1","level":"close"}')
    const prepared = prepare(draft!, 'cdc-1')
    expect(prepared.type).toBe('correction')
    expect(JSON.parse(prepared.document)).toMatchObject({ evidence: { kind: 'contact_finding' }, action: 'withdraw', earlier_record: 'c-1', reason: 'entered_in_error' })
  })
  it('names the line and what is wrong with it', () => {
    expect(() => readRows('document_number,kind\n1,arrival')).toThrow(BadRow)
    expect(() => readRows('document_number,kind,source_record\n1,nonsense,r')).toThrow(expect.objectContaining({ line: 2, word: 'badKind' }))
  })
})

describe('statistics', () => {
  it('never show a suppressed cell as zero', () => {
    const cells = [{ area: '410100', colour: 'red' as const, suppressed: true }, { area: '410200', colour: 'red' as const, count: 12 }, { area: '410200', colour: 'red' as const, suppressed: true }]
    expect(sumBy(cells, (cell) => cell.area)).toEqual({ 410100: null, 410200: 12 })
  })
})
