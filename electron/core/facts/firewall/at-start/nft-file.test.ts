import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { defaultsOf } from '../defaults.ts'
import { parseNft } from '../nft/parse.ts'
import type { Table } from '../ruleset.ts'
import { readNftFile } from './nft-file.ts'

const file = (path: string, text: string, from = 1) => ({
  path,
  line: from,
  whole: true,
  rows: text.split('\n').flatMap((value, index) => (/^\s*(?:#|$)/.test(value) ? [] : [{ value, line: from + index }])),
})
const read = (text: string, more: readonly ReturnType<typeof file>[] = [], sealed: readonly string[] = []) =>
  readNftFile('/etc/nftables.conf', {
    files: [file('/etc/nftables.conf', text), ...more],
    sealed: sealed.map((value) => ({ value, line: 1 })),
    places: [],
    ufwScripts: [],
  })

const head = 'type filter hook input priority'
const base = (rules: string) => `table inet f {\n chain input {\n ${head} filter; policy drop;\n ${rules}\n }\n}`

/** Ways of writing (nft(8), INPUT FILE FORMATS), each loaded into a kernel as well. */
const texts: Readonly<Record<string, string>> = {
  'policy on a line of its own': `table inet f {\n chain input {\n ${head} 0\n policy drop\n ct state established,related accept\n }\n}`,
  'all on one line': `table inet f { chain input { ${head} 0; policy drop; iif lo accept; tcp dport {ssh,8080} accept; }; }`,
  'a comment behind a rule': base('tcp dport 22 accept # from { the jump host'),
  'a mark in a string': base('log prefix "in; {" drop'),
  variables: `define lan = { 10.0.0.0/8,\n 192.168.0.0/16 }\ndefine one = 22\n${base('ip saddr $lan tcp dport $one accept')}`,
  'a line that goes on': base('tcp dport 22 \\\n accept'),
  'accepts at the end': base('tcp dport 22 accept\n accept'),
  'accepts by policy': base('tcp dport 22 accept').replace('policy drop', 'policy accept'),
  'no policy': base('tcp dport 22 accept').replace(' policy drop;', ''),
  'drops at the end': base('tcp dport 22 accept\n drop').replace(' policy drop;', ''),
  dormant: base('tcp dport 22 accept').replace('{\n', '{\n flags dormant\n'),
  'deleted before': `table inet f\ndelete table inet f\n${base('tcp dport 22 accept')}`,
  'a flush before': `flush ruleset\n${base('ct state vmap { established : accept, related : accept, invalid : drop }')}`,
  'keys of a map without a blank': base('ct state vmap { established:accept, invalid: drop, new: jump known }').replace(
    '{\n',
    '{\n chain known {\n iifname vmap { "lo": accept, "eth0":drop }\n }\n',
  ),
  'a set': base('ip saddr @trusted accept').replace(
    '{\n',
    '{\n set trusted {\n type ipv4_addr; flags interval;\n elements = { 10.0.1.0/24,\n 10.0.2.0/24 }\n }\n',
  ),
}

const inbound = (tables: readonly Table[]) =>
  defaultsOf({ tables }, undefined, 'in')
    .filter(({ protocol }) => protocol === 'tcp')
    .map(({ family, verdict }) => `${family} ${verdict}`)

const loads = spawnSync('unshare', ['-n', 'nft', 'list', 'ruleset']).status === 0

test.skipIf(!loads).each(Object.entries(texts))('%s: as the kernel lists what nft loads', (_, text) => {
  const listed = spawnSync('unshare', ['-n', 'sh', '-c', 'nft -f - && nft -s list ruleset'], { input: text, encoding: 'utf8' })
  expect(listed.stderr).toBe('')
  const made = read(text)
  if (typeof made === 'string') throw new Error(made)
  expect(inbound(made.tables)).toEqual(inbound(parseNft(listed.stdout, 'nft')))
})

test('a flush is told, and rules are cited where the host printed them', () => {
  expect(read('flush ruleset')).toEqual({ tables: [], flushes: true })
  expect(read('flush ruleset ip')).toMatchObject({ flushes: false })
  const made = read(`# saved\n\n${base('tcp dport 22 accept')}`)
  expect(typeof made === 'string' ? made : made.tables[0]?.chains.input?.rules[0]?.line).toBe(6)
})

test('what it includes is read where it stands', () => {
  const rest = file('/etc/nftables.d/10-in.nft', base('tcp dport 22 accept'), 50)
  const made = read('flush ruleset\ninclude "/etc/nftables.d/*.nft"', [rest])
  expect(typeof made === 'string' ? made : inbound(made.tables)).toEqual(['4 drop', '6 drop'])
  expect(read('include "/etc/nftables.d/*.nft"')).toEqual({ tables: [], flushes: false })
  expect(read('include "/etc/nftables.d/*.nft"', [], ['/etc/nftables.d/a.nft'])).toMatch(/could not be read/)
  expect(read('include "/etc/nftables/*.nft"', [], ['/etc/nftables/'])).toMatch(/could not be read/)
  expect(read('include "/srv/rules.nft"')).toMatch(/could not be read/)
  expect(read('include "/etc/nftables.conf"')).toMatch(/includes itself/)
})

test.each([
  ['add rule inet f input accept', /says more than tables/],
  [`${base('drop')}\nflush chain inet f input`, /says more than tables/],
  [`${base('drop')}\n${base('accept')}`, /several parts/],
  ['table inet f {\n chain input {', /breaks off/],
])('%s is not followed', (text, reason) => {
  expect(read(text)).toMatch(reason)
})
