import fc from 'fast-check'
import { expect, test } from 'vitest'
import { componentsOf, parsePathEntry } from './path-entry.ts'

test.each([
  ['regular file/644/root/root//etc/passwd', { type: 'file', mode: 0o644, owner: 'root', group: 'root', path: '/etc/passwd' }],
  ['regular empty file/600/root/root//x', { type: 'file' }],
  ['directory/1777/root/root//tmp', { type: 'directory', mode: 0o1777 }],
  ['character special file/666/root/root//dev/nvidia0', { type: 'device', mode: 0o666 }],
  ['socket/660/root/docker//run/docker.sock', { type: 'other', group: 'docker' }],
  ['directory/755/UNKNOWN/UNKNOWN//a b/c', { owner: 'UNKNOWN', path: '/a b/c' }],
])('%s', (text, expected) => {
  expect(parsePathEntry(text, 7)).toMatchObject({ ...expected, line: 7 })
})

test.each(['', 'regular file/644/root/root/relative', 'regular file/899/root/root//x', "stat: cannot stat '/x': Permission denied"])(
  'not an entry: %j',
  (text) => {
    expect(parsePathEntry(text, 1)).toBeUndefined()
  },
)

test('components', () => {
  expect(componentsOf('/a//b/c/')).toEqual(['/', '/a', '/a/b', '/a/b/c'])
  expect(componentsOf('/')).toEqual(['/'])
})

test('property: a line of any text is an entry or none, never a throw', () => {
  fc.assert(fc.property(fc.string({ maxLength: 200 }), (text) => void parsePathEntry(text, 1)))
})
