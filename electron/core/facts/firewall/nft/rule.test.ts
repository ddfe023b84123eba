import { expect, test } from 'vitest'
import { verdictFor } from '../reach.ts'
import { parseNft } from './parse.ts'

const tcp = (port: number, source: string) => ({ direction: 'in', protocol: 'tcp', port, source }) as const

/** A value of a connection ends the rule where there is none (nft_ct_get_eval, net/netfilter/nft_ct.c); writing to one that is not there does nothing. */
test.each([
  ['meta mark set ct mark accept', 'drop'],
  ['meta mark set ct mark drop\naccept', 'accept'],
  ['meta mark set ct mark & 0xff accept', 'drop'],
  ['ct mark set ct mark | 0x1 accept', 'drop'],
  ['ct mark set meta mark accept', 'accept'],
])('of a packet that is not tracked: %s', (rules, expected) => {
  const text = `table inet t {
	chain raw {
		type filter hook prerouting priority raw; policy accept;
		tcp dport 22 notrack
	}
	chain input {
		type filter hook input priority filter; policy drop;
${rules}
	}
}
`
  const tables = parseNft(text, 'nft')
  expect(verdictFor({ tables }, undefined, tcp(22, '203.0.113.9')).verdict).toBe(expected)
  expect(
    verdictFor({ tables: parseNft(text.replace('tcp dport 22 notrack', 'counter'), 'nft') }, undefined, tcp(22, '203.0.113.9')).verdict,
  ).toBe(rules.includes('drop') ? 'drop' : 'accept')
})
