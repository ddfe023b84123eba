import { expect, test } from 'vitest'
import { parseTrust } from './trust.ts'

const exportsOf = (...rows: readonly string[]) =>
  parseTrust(rows.map((row, at) => ({ text: `/etc/exports:${at + 1}:${row}`, line: at + 1 }))).exports?.map(
    ({ path, client, insecure }) => `${path} ${client}${insecure ? ' insecure' : ''}`,
  )

// exports(5): ro and root_squash are what holds when nothing is said.
test.each<[string, readonly string[]]>([
  ['/models 10.0.0.0/24(rw,no_root_squash)', ['/models 10.0.0.0/24']],
  ['/models *(rw,insecure,no_root_squash) 10.0.0.9(ro,no_root_squash)', ['/models * insecure']],
  ['/models (rw,no_root_squash)', ['/models *']],
  ['/models -rw,no_root_squash 10.0.0.1 10.0.0.2(root_squash) 10.0.0.3(ro)', ['/models 10.0.0.1']],
  ['/models 10.0.0.1(no_root_squash)', []],
  ['/models 10.0.0.1(rw,no_root_squash,all_squash)', []],
  ['"/srv/my models" 10.0.0.1(rw,no_root_squash)', ['/srv/my models 10.0.0.1']],
  ['  10.0.0.1(rw,no_root_squash)', ['/etc/exports line 1 10.0.0.1']],
  ['/models 10.0.0.1(rw,no_root_squash) \\', ['/models 10.0.0.1']],
])('%s', (row, expected) => expect(exportsOf(row)).toEqual(expected))
