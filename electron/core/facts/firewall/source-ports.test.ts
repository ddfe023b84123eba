import { expect, test } from 'vitest'
import { parseNft } from './nft/parse.ts'
import { verdictFor } from './reach.ts'

const of = (rules: string) =>
  verdictFor(
    {
      tables: parseNft(
        `table inet t {\n\tchain input {\n\t\ttype filter hook input priority filter; policy drop;\n${rules}\n\t}\n}\n`,
        'nft',
      ),
    },
    undefined,
    { direction: 'in', protocol: 'udp', port: 8000, source: '203.0.113.9' },
  ).verdict

/** Those that floods come from, as lists of them are dropped one by one. */
const flooded = Array.from({ length: 40 }, (_, at) => `udp sport ${100 + 7 * at} drop`).join('\n')

test.each([
  ['the one that is let in comes behind forty that are not', `${flooded}\nudp sport 53 accept`, 'accept'],
  ['or before them', `udp sport 20000 accept\n${flooded}`, 'accept'],
  ['none is let in', flooded, 'drop'],
  ['only low ones are', 'udp sport 1024-65535 drop\naccept', 'accept'],
  ['the first of all', 'udp sport 2-65535 drop\naccept', 'accept'],
  ['the last of all', 'udp sport 0-65534 drop\naccept', 'accept'],
  ['one between two stretches', 'udp sport 0-4000 drop\nudp sport 4002-65535 drop\naccept', 'accept'],
  ['none between two that touch', 'udp sport 0-4000 drop\nudp sport 4001-65535 drop\naccept', 'drop'],
  ['where two overlap', 'udp sport != 1000-3000 drop\nudp sport != 3000-5000 drop\naccept', 'accept'],
])('a client chooses its own port: %s', (_, rules, expected) => {
  expect(of(rules)).toBe(expected)
})
