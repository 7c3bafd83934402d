import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { fromBase45, toBase45 } from '@/lib/base45'
import { concat, fromHex, utf8, type Bytes } from '@/lib/bytes'
import { readCredential, readPresentation, shownMessage, writeShown } from '@/lib/credential'
import { checkAtDoor } from '@/lib/door'
import { isRevoked, mayReplace, readTrustPack } from '@/lib/trustPack'

// The worked example of docs/formats/code.md, which the C++ golden test writes and reads too.
const page = readFileSync(new URL('../../../docs/formats/code.md', import.meta.url), 'utf8')
const blocks = page.split('## Worked example')[1]!.split('```').filter((_, i) => i % 2 === 1).map((block) => block.trim())
const joined = (block: string): string => block.split('\n').join('')
const credentialBytes = fromHex(joined(blocks[0]!))
const shown = joined(blocks[1]!)
const paper = joined(blocks[2]!)
const packBytes = fromHex(joined(blocks[3]!))
const packKey = fromHex(/pack \(Ed25519\) `([0-9a-f]+)`/.exec(page)![1]!)
const now = Date.parse('2022-06-13T00:00:00Z') / 1000

describe('base45', () => {
  it('writes and reads the examples of RFC 9285', () => {
    for (const [text, encoded] of [['AB', 'BB8'], ['Hello!!', '%69 VD92EX0'], ['base-45', 'UJCLQE7W581'], ['ietf!', 'QED8WEX0']] as const) {
      expect(toBase45(utf8(text))).toBe(encoded)
      expect(fromBase45(encoded)).toEqual(utf8(text))
    }
  })
  it('refuses overflow, other letters and a lonely letter', () => {
    for (const bad of [':::', 'GGW', '::', 'ab0', 'A']) expect(() => fromBase45(bad)).toThrow()
  })
})

describe('the worked example of the format', () => {
  it('reads the credential', () => {
    const credential = readCredential(credentialBytes)
    expect(credential).toMatchObject({ issuer: 'CN-41', colour: 'green', rule: 'B3', shard: 3, leaf: 1_317_871, name: '张**', documentDigits: '123X' })
  })
  it('writes the very text that the phone shows', () => {
    const presentation = readPresentation(shown)
    expect(presentation.form).toBe('phone')
    expect(presentation.credential).toEqual(credentialBytes)
    expect(writeShown(presentation.credential, presentation.shownAt, presentation.proof)).toBe(shown)
  })
  it('verifies the pack and says green, and says what is wrong otherwise', async () => {
    const pack = await readTrustPack(packBytes, packKey)
    expect((await checkAtDoor(shown, pack, now)).verdict).toBe('green')
    expect((await checkAtDoor(paper, pack, now)).verdict).toBe('red')
    expect((await checkAtDoor(shown, pack, now + 61)).verdict).toBe('screenshot_or_clock_off')
    expect((await checkAtDoor(shown, pack, now - 61)).verdict).toBe('screenshot_or_clock_off')
    expect((await checkAtDoor(shown, pack, pack.expiresAt)).verdict).toBe('pack_too_old')
    expect((await checkAtDoor('HC1:ABC', pack, now)).verdict).toBe('not_a_health_code')
    expect((await checkAtDoor(shown, { ...pack, issuers: [] }, now)).verdict).toBe('unknown_issuer')
    const forged = credentialBytes.slice() as Bytes
    forged[forged.length - 1]! ^= 1
    const { shownAt, proof } = readPresentation(shown)
    expect((await checkAtDoor(writeShown(forged, shownAt, proof), pack, now)).verdict).toBe('bad_signature')
    const copied = proof.slice() as Bytes
    copied[10]! ^= 1
    expect((await checkAtDoor(writeShown(credentialBytes, shownAt, copied), pack, now)).verdict).toBe('wrong_phone_key')
    expect(pack.revoked.length).toBe(16)
    expect(await isRevoked(pack, readCredential(credentialBytes).id)).toBe(false)
  })
  it('refuses a pack with one bit changed, anywhere', async () => {
    for (let at = 0; at < packBytes.length; at += 7) {
      const bad = packBytes.slice() as Bytes
      bad[at]! ^= 4
      await expect(readTrustPack(bad, packKey)).rejects.toThrow()
    }
  })
  it('refuses an older pack and another pack of the same number', async () => {
    const pack = await readTrustPack(packBytes, packKey)
    expect(mayReplace(null, pack)).toBe(true)
    expect(mayReplace(pack, pack)).toBe(true)
    expect(mayReplace({ sequence: pack.sequence + 1, digest: pack.digest }, pack)).toBe(false)
    expect(mayReplace({ sequence: pack.sequence, digest: new Uint8Array(32) }, pack)).toBe(false)
  })
  it('never throws on changed or cut texts at the door', async () => {
    const pack = await readTrustPack(packBytes, packKey)
    for (let at = 0; at < shown.length; at += 11) {
      expect((await checkAtDoor(shown.slice(0, at), pack, now)).verdict).toBe('not_a_health_code')
      const changed = shown.slice(0, at) + (shown[at] === 'A' ? 'B' : 'A') + shown.slice(at + 1)
      expect((await checkAtDoor(changed, pack, now)).verdict).not.toBe('green')
    }
    const bomb = 'HC1:' + toBase45(concat(Uint8Array.of(0x78, 0x9c), new Uint8Array(1000)))
    expect((await checkAtDoor(bomb, pack, now)).verdict).toBe('not_a_health_code')
  })
  it('signs exactly the bytes of the format', () => {
    expect(Array.from(shownMessage(Uint8Array.of(1), 2))).toEqual([0x83, 0x63, 0x4d, 0x4d, 0x31, 0x41, 1, 2])
  })
})
