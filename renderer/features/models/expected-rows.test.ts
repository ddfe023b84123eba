import { expect, test } from 'vitest'
import type { ExpectedDocument } from '#shared/model/expected-document.ts'
import type { VerifiedFile } from '#shared/model/model-artifact.ts'
import { statedRows, unnamed } from './expected-rows.ts'

const digest = (letter: string, length = 64) => letter.repeat(length)
const stated = (file: string, letter: string, algorithm: 'sha256' | 'git-sha1' = 'sha256') => ({
  file,
  algorithm,
  digest: digest(letter, algorithm === 'sha256' ? 64 : 40),
})
const document = (...digests: readonly ReturnType<typeof stated>[]): ExpectedDocument => ({
  ...{ form: 'sha256sums', revision: '', signature: 'none', signatureNote: '', sha256: digest('0'), name: 'SHA256SUMS' },
  ...{ digests: [...digests], skipped: [] },
})
const there: NonNullable<VerifiedFile['file']> = {
  ...{ path: '/m/x', mode: 0o644, owner: 'a', group: 'a', size: 1, allocated: 1, device: '', inode: '', mtimeNs: '', ctimeNs: '' },
  type: 'file',
}
const file = (name: string, letter: string, more: Partial<VerifiedFile> = {}): VerifiedFile => ({
  ...{ name, role: 'weights', state: 'no-expected-value', reason: '', file: there, algorithm: 'sha256', hashedAt: '', weak: false },
  digest: letter === '' ? '' : digest(letter),
  ...more,
})

test('each digest against what lies there; what calls for attention first', () => {
  const files = [
    file('a', 'a'),
    file('b', 'c'),
    file('c', ''),
    file('d', 'd'),
    file('gone', '', { file: undefined, state: 'missing-file' }),
  ]
  const rows = statedRows(
    document(stated('a', 'a'), stated('b', 'b'), stated('c', 'c'), stated('d', 'd', 'git-sha1'), stated('gone', 'e')),
    files,
  )
  expect(rows.map(({ file: name, fit }) => `${name} ${fit}`)).toEqual([
    'b differs',
    'gone not-here',
    'c not-hashed',
    'd not-hashed',
    'a same',
  ])
})

test('on no host, nothing can be said', () => {
  expect(statedRows(document(stated('a', 'a')), undefined)).toMatchObject([{ fit: 'not-seen' }])
  expect(unnamed(document(), undefined)).toEqual([])
})

test('files that it says nothing of, but pages', () => {
  expect(unnamed(document(stated('a', 'a')), [file('a', 'a'), file('b', 'b'), file('README.md', '', { role: 'document' })])).toEqual(['b'])
})
