import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parseProcNet } from './parse-proc-net.ts'

const rest = '00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 12345 1 0000000000000000 100 0 0 10 0'

test.each([
  ['tcp', '0100007F:2CAA', '127.0.0.1', 11434, 'loopback'],
  ['tcp', '00000000:1F40', '0.0.0.0', 8000, 'wildcard'],
  ['tcp', '0B00140A:0016', '10.20.0.11', 22, 'specific'],
  ['tcp6', '00000000000000000000000000000000:0050', '::', 80, 'wildcard'],
  ['tcp6', '00000000000000000000000001000000:0277', '::1', 631, 'loopback'],
  ['tcp6', '0000000000000000FFFF00000100007F:1F90', '::ffff:7f00:1', 8080, 'loopback'],
  ['tcp6', '000080FE00000000FF005450B6ADBEFE:0222', 'fe80::5054:ff:febe:adb6', 546, 'specific'],
])('%s %s', (table, hex, address, port, scope) => {
  const found = parseProcNet(`@${table}\n   0: ${hex} ${rest}\n`)
  expect(found).toEqual([{ protocol: 'tcp', address, port, scope, processes: [], line: 2 }])
})

test('nothing at all is unknown, empty tables are not', () => {
  expect(parseProcNet('')).toBeUndefined()
  expect(parseProcNet('@tcp\n@udp\n')).toEqual([])
})

test('a broken row is unknown', () => {
  expect(parseProcNet('@tcp\n   0: 0100007F ')).toBeUndefined()
})

test('recorded where only busybox is', () => {
  const found = parseProcNet(readFileSync(new URL('./__fixtures__/busybox-1.37-proc.txt', import.meta.url), 'utf8'))
  expect(found?.map(({ protocol, address, port, scope }) => `${protocol} ${address} ${port} ${scope}`)).toEqual([
    'tcp 127.0.0.1 8000 loopback',
    'tcp 0.0.0.0 11434 wildcard',
    'tcp :: 8080 wildcard',
  ])
})
