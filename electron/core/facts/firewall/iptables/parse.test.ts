import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { verdictFor } from '../reach.ts'
import { parseIptables } from './parse.ts'

/** Files as people write them for iptables-restore(8), each loaded into a kernel as well. */
const texts: Readonly<Record<string, string>> = {
  'no chain is declared': '*filter\n-A INPUT -p tcp --dport 22 -j DROP\n-A OUTPUT -j DROP\nCOMMIT\n',
  'a chain of its own is': '*filter\n:X - [0:0]\n-A INPUT -j X\n-A X -p tcp --dport 22 -j RETURN\n-A X -j DROP\nCOMMIT\n',
  'a rule before others': '*filter\n:INPUT DROP\n-A INPUT -p tcp --dport 22 -j DROP\n-I INPUT -j ACCEPT\nCOMMIT\n',
  'a table written twice':
    '*filter\n:INPUT DROP\n-A INPUT -p tcp --dport 22 -j ACCEPT\nCOMMIT\n*filter\n:INPUT ACCEPT\n-A INPUT -p tcp --dport 80 -j DROP\nCOMMIT\n',
  'written twice, and no policy the second time':
    '*filter\n:INPUT DROP\n:X -\n-A INPUT -j X\n-A X -j ACCEPT\nCOMMIT\n*filter\n-A INPUT -p tcp --dport 80 -j ACCEPT\nCOMMIT\n',
}

const loads = spawnSync('unshare', ['-n', 'iptables-nft-save']).status === 0

test.skipIf(!loads).each(Object.entries(texts))('%s: as the kernel lists what iptables-restore loads', (_, text) => {
  const script = 'iptables-nft-restore && iptables-nft-save'
  const listed = spawnSync('unshare', ['-n', 'sh', '-c', script], { input: text, encoding: 'utf8' })
  expect(listed.stderr).toBe('')
  const file = parseIptables(text, 'ip', 'os')
  expect(file.complete).toBe(true)
  const verdicts = ({ tables }: typeof file) =>
    [22, 80, 443].map(
      (port) => verdictFor({ tables }, undefined, { direction: 'in', protocol: 'tcp', port, source: '203.0.113.9' }).verdict,
    )
  expect(verdicts(file)).toEqual(verdicts(parseIptables(listed.stdout, 'ip', 'iptables')))
})

/** As guides write them against floods, in the table that is asked first. */
test('a segment size that a sender chooses keeps nobody out', () => {
  const text =
    '*mangle\n:PREROUTING ACCEPT\n-A PREROUTING -p tcp -m conntrack --ctstate NEW -m tcpmss ! --mss 536:65535 -j DROP\n-A PREROUTING -f -j DROP\nCOMMIT\n*filter\n:INPUT DROP\n-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT\nCOMMIT\n'
  const { tables } = parseIptables(text, 'ip', 'iptables')
  expect(
    [22, 23].map((port) => verdictFor({ tables }, undefined, { direction: 'in', protocol: 'tcp', port, source: '203.0.113.9' }).verdict),
  ).toEqual(['accept', 'drop'])
})
