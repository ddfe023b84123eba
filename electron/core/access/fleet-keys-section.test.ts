import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseFleetKeys } from '../facts/fleet-keys/parse.ts'
import { fleetKeysSection } from './fleet-keys-section.ts'
import type { HostKeys } from './key-owners.ts'

const keysOf = (owned: readonly (readonly [string, string])[], unread: readonly string[] = []): HostKeys => ({
  keys: owned.map(([account, fingerprint]) => ({
    account,
    key: { file: '', type: 'ssh-ed25519', fingerprint, comment: '', options: [], line: 1 },
  })),
  unread: unread.map((reason) => ({ reason })),
})

const fingerprint = fc.constantFrom('SHA256:a', 'SHA256:b', 'SHA256:c')
const holders = fc.array(fc.tuple(fc.string({ unit: 'binary', maxLength: 40 }), fingerprint), { maxLength: 6 })

test('what is written is read again, whatever accounts and reasons are called', () => {
  fc.assert(
    fc.property(holders, holders, fc.string({ unit: 'binary' }), (mine, theirs, reason) => {
      const others = [
        { host: 'b', keys: keysOf(theirs) },
        { host: 'c', keys: keysOf([], [reason]) },
        { host: 'd', keys: undefined },
      ]
      const { stdout, bytes } = fleetKeysSection(keysOf(mine), others)
      const read = parseFleetKeys(stdout)
      const own = new Set(mine.map(([, key]) => key))
      expect(bytes).toBe(Buffer.byteLength(stdout))
      expect(read?.lookedFor).toEqual(own)
      expect(read?.read).toEqual(['b'])
      expect(read?.unread.map(({ host }) => host)).toEqual(['c', 'd'])
      // Keys that the host does not have are not named.
      const shared = theirs.filter(([, key]) => own.has(key)).map(([, key]) => key)
      expect(new Set(read?.places.map((place) => place.fingerprint))).toEqual(new Set(shared))
      for (const { line, fingerprint: key } of read?.places ?? []) expect(stdout.split('\n')[line - 1]).toContain(`key ${key} b`)
    }),
  )
})

test('more places than are told are cut, which is told', () => {
  const many = keysOf(Array.from({ length: 5_001 }, (_, at) => [`u${at}`, 'SHA256:a'] as const))
  const read = parseFleetKeys(fleetKeysSection(keysOf([['ada', 'SHA256:a']]), [{ host: 'b', keys: many }]).stdout)
  expect([read?.places.length, read?.cut]).toEqual([5_000, true])
})

test('no text makes the reader throw, and what is not of this kind is nothing', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void parseFleetKeys(text)))
  expect(parseFleetKeys('read b\n')).toBeUndefined()
})
