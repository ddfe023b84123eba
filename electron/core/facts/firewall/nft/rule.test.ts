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

/** As guides write them against floods: who means no harm, and who does, sends packets that these are not for. */
test.each([
  ['ip frag-off & 0x1fff != 0x0 drop', 'accept'],
  ['ip frag-off & 8191 != 0 drop', 'accept'],
  ['ip frag-off & 0x1fff == 0 drop', 'drop'],
  ['ip frag-off & 0x4000 == 0 drop', 'accept'],
  ['ip frag-off != 0 drop', 'undetermined'],
  ['tcp flags syn tcp option maxseg size 1-535 drop', 'accept'],
  ['tcp option maxseg size != 536-65535 counter drop', 'accept'],
  ['tcp option maxseg size < 536 drop', 'accept'],
  ['tcp option maxseg size 1460 jump never', 'accept'],
  ['tcp option fastopen exists drop', 'undetermined'],
])('what a sender chooses: %s', (rule, expected) => {
  const text = `table inet t {
	chain never {
		drop
	}
	chain input {
		type filter hook input priority filter; policy drop;
		${rule}
		tcp dport 22 accept
	}
}
`
  expect(verdictFor({ tables: parseNft(text, 'nft') }, undefined, tcp(22, '203.0.113.9')).verdict).toBe(expected)
})
