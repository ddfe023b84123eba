import { expect, test } from 'vitest'
import { parseIptables } from './iptables/parse.ts'
import { parseNft } from './nft/parse.ts'
import { verdictFor } from './reach.ts'

const tcp = (port: number, source: string) => ({ direction: 'in', protocol: 'tcp', port, source }) as const

const inet = (rules: string, more = '', hook = 'input') =>
  parseNft(
    `table inet t {\n${more}\tchain ${hook} {\n\t\ttype filter hook ${hook} priority filter; policy drop;\n${rules}\n\t}\n}\n`,
    'nft',
  )

test.each([
  ['--set-mark 0x1', '0x1', 'accept'],
  ['--set-xmark 0x1/0xff', '0x1/0xf', 'accept'],
  ['--set-xmark 0x1/0xff', '0x1', 'undetermined'],
  ['--or-mark 0x4', '0x4/0x4', 'accept'],
  ['--and-mark 0xff', '0x100/0x100', 'drop'],
  ['--xor-mark 0x1', '0x1/0x1', 'accept'],
  ['--set-xmark 0x1/0xff', '! 0x1/0xff', 'drop'],
])('the mark of iptables: %s, then asked for %s', (set, asked, expected) => {
  const option = asked.startsWith('! ') ? `! --mark ${asked.slice(2)}` : `--mark ${asked}`
  const text = `*filter\n:INPUT DROP [0:0]\n-A INPUT -j MARK ${set}\n-A INPUT -m mark ${option} -j ACCEPT\nCOMMIT\n`
  expect(verdictFor({ tables: parseIptables(text, 'ip', 'iptables').tables }, undefined, tcp(22, '203.0.113.9')).verdict).toBe(expected)
  const ofConnection = text.replace('-m mark', '-m connmark')
  expect(verdictFor({ tables: parseIptables(ofConnection, 'ip', 'iptables').tables }, undefined, tcp(22, '203.0.113.9')).verdict).toBe(
    'undetermined',
  )
})

/** The chain is called twice; only the first time the mark is the one that its line asks for. */
test.each([
  ['return', 'accept', 'accept'],
  ['goto let', 'drop', 'accept'],
])('a line that asks for a mark and writes it, then %s, else %s', (first, second, expected) => {
  const chains = `chain let {\naccept\n}\nchain once {\nmeta mark 0x0 meta mark set 0x1 ${first}\n${second}\n}\n`
  const tables = inet('meta mark set 0x0\njump once\njump once', chains)
  expect(verdictFor({ tables }, undefined, tcp(22, '203.0.113.9')).verdict).toBe(expected)
})

/** As tried between network namespaces: what comes in by an interface bears no mark (net/core/skbuff.c, skb_scrub_packet); a program gives what it sends any (SO_MARK). */
test.each([
  ['in', 'own', 'drop'],
  ['out', 'own', 'undetermined'],
  ['in', 'CILIUM_INPUT', 'undetermined'],
  ['in', 'cali-INPUT', 'undetermined'],
] as const)('bits that rules write for one another, on what goes %s, with a chain %s', (direction, name, expected) => {
  const chains = `chain ${name} {\ntcp dport 23 meta mark set meta mark | 0x1\n}\n`
  const hook = direction === 'in' ? 'input' : 'output'
  const tables = inet(`jump ${name}\nmeta mark & 0x1 == 0x1 accept`, chains, hook)
  expect(verdictFor({ tables }, undefined, { ...tcp(22, '203.0.113.9'), direction }).verdict).toBe(expected)
})

test('thousands of marks one after another are followed', () => {
  const marks = Array.from({ length: 6000 }, (_, at) => `meta mark set 0x${(at + 1).toString(16)}`).join('\n')
  const ask = (rules: string) => verdictFor({ tables: inet(rules) }, undefined, tcp(22, '203.0.113.9')).verdict
  expect(ask(`${marks}\nmeta mark 0x1770 accept`)).toBe('accept')
  expect(ask(`${marks}\ntcp dport 22 accept`)).toBe('accept')
})
