import { expect, test } from 'vitest'
import { MAX_DEVICES, printTree, readMapped, readTree } from './storage-tree.ts'

const rows = (text: string) => text.split('\n').map((row, line) => ({ text: row, line }))
const none = new Map<string, string>()

test('the tree that lsblk of util-linux 2.38.1 drew of a volume on an encrypted mirror and two plain disks, one of them half of that mirror', () => {
  const tree = readTree(
    rows(`vg-models   lvm
|-sda2      part
| \`-sda     disk
|-sdc       disk
\`-cr        crypt
  \`-md0     raid1
    |-sda1  part
    | \`-sda disk
    \`-sdb   disk`),
    none,
  )
  expect(printTree(tree)).toBe('lvm on part on disk and disk and crypt on raid1 on part on disk and disk')
  expect(tree[0]?.below.map(({ name }) => name)).toEqual(['sda2', 'sdc', 'cr'])
  expect(tree[0]?.below[2]?.below[0]?.below.map(({ name }) => name)).toEqual(['sda1', 'sdb'])
})

test('several at the top', () => {
  const tree = readTree(
    rows('sdc         disk\nvg-all      lvm\n`-cr        crypt\n  `-sda     disk'),
    readMapped(rows('LUKS2 cr\nbroken')),
  )
  expect(tree.map(({ name }) => name)).toEqual(['sdc', 'vg-all'])
  expect(tree[1]?.below[0]?.mapped).toBe('LUKS2')
})

test.each([
  ['a step that is missing', 'vg lvm\n  `-sda disk'],
  ['a row without a type', 'vg lvm\n`-sda'],
  ['begins in the middle', '`-sda disk'],
  ['too many', Array.from({ length: MAX_DEVICES }, (_, at) => `sd${at} disk`).join('\n')],
])('%s: not told', (_, text) => expect(readTree(rows(text), none)).toEqual([]))
