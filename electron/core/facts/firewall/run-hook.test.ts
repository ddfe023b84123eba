import { expect, test } from 'vitest'
import { parseNft } from './nft/parse.ts'
import { verdictFor } from './reach.ts'

const chain = (name: string, type: 'nat' | 'filter', priority: string, rule: string) =>
  `\tchain ${name} {\n\t\ttype ${type} hook prerouting priority ${priority}; policy accept;\n\t\t${rule}\n\t}\n`

/** Tried with real packets (Linux 6.18): the priority of a chain of translation counts among its like alone. */
test.each<[string, string, string, 'accept' | 'drop']>([
  ['before a filter by its number, and yet behind it', 'mangle', 'mangle + 30', 'accept'],
  ['behind a filter by its number, and yet before it', 'filter', 'filter - 50', 'drop'],
  ['behind it', 'dstnat', 'dstnat - 20', 'accept'],
  ['before it', 'dstnat', 'dstnat + 50', 'drop'],
])('translation %s: nat at %s, filter at %s', (_, nat, filter, expected) => {
  const text = `table ip t {\n${chain('n', 'nat', nat, 'tcp dport 80 redirect to :8080')}${chain('f', 'filter', filter, 'tcp dport 8080 drop')}}\n`
  const tables = parseNft(text, 'nft')
  const of = (port: number) =>
    verdictFor({ tables }, undefined, { direction: 'in', protocol: 'tcp', port, source: '203.0.113.9', address: '10.0.0.5' }).verdict
  expect([of(80), of(8080)]).toEqual([expected, 'drop'])
})

test('of several chains of translation the one with the lowest priority decides', () => {
  const text = `table ip t {\n${chain('a', 'nat', 'filter', 'tcp dport 80 redirect to :22')}${chain('b', 'nat', 'dstnat', 'tcp dport 80 redirect to :8080')}${chain('f', 'filter', 'dstnat + 1', 'tcp dport 8080 drop')}}\n`
  const query = { direction: 'in', protocol: 'tcp', port: 80, source: '203.0.113.9', address: '10.0.0.5' } as const
  expect(verdictFor({ tables: parseNft(text, 'nft') }, undefined, query).verdict).toBe('drop')
})

/** Connection tracking has seen what comes to the hook of input, however early a chain there is (tried with real packets). */
test.each([
  ['input', 'raw', 'ct state invalid drop\n\t\tct state new tcp dport 22 accept', 'accept'],
  ['input', '-500', 'ct state new drop\n\t\taccept', 'drop'],
  ['prerouting', 'raw', 'ct state invalid drop\n\t\taccept', 'drop'],
  ['prerouting', 'mangle', 'ct state invalid drop\n\t\taccept', 'accept'],
])('states at hook %s, priority %s: %s', (hook, priority, rules, expected) => {
  const text = `table inet t {\n\tchain c {\n\t\ttype filter hook ${hook} priority ${priority}; policy drop;\n\t\t${rules}\n\t}\n}\n`
  const query = { direction: 'in', protocol: 'tcp', port: 22, source: '203.0.113.9', address: '10.0.0.5' } as const
  expect(verdictFor({ tables: parseNft(text, 'nft') }, undefined, query).verdict).toBe(expected)
})
