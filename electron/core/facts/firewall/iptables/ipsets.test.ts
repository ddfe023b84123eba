import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { SectionOutput } from '../../../probe/section.ts'
import { printed } from '../../../probe/section-output.testing.ts'
import type { Network } from '../../network/network.ts'
import { verdictFor } from '../reach.ts'
import { parseIpsets, readIpsets } from './ipsets.ts'
import { parseIptables } from './parse.ts'

const network: Network = {
  addresses: [{ interface: 'eth0', address: '10.9.0.1', prefixLength: 16, line: 1 }],
  routes: [{ family: 4, destination: '0.0.0.0/0', interface: 'eth0', table: 'main', section: 'routes', line: 1 }],
  defaultRoute: true,
}

/** Where the sets hold this and the rules of INPUT are these, before a policy of DROP: what becomes of a packet to a port. */
function verdict(sets: string, rules: string, from = '10.0.1.5', port = 443, protocol: 'tcp' | 'udp' = 'tcp') {
  const lines = rules.split('\n').map((rule) => `-A INPUT ${rule}`)
  const text = `*filter\n:INPUT DROP [0:0]\n${lines.join('\n')}\nCOMMIT\n`
  const { tables } = parseIptables(text, 'ip', 'iptables', parseIpsets(sets))
  return verdictFor({ tables }, network, { direction: 'in', protocol, port, address: '10.9.0.1', source: from })
}
const allowed = (match: string) => `-m set --match-set ${match} -j ACCEPT`

describe('what a set holds decides (ipset(8), SET TYPES)', () => {
  test.each([
    ['create s hash:net,net family inet\nadd s 10.0.1.0/24,10.9.0.1', 's src,dst', 'accept'],
    ['create s hash:net,net family inet\nadd s 10.0.1.0/24,10.9.0.2', 's src,dst', 'drop'],
    ['create s hash:net,net family inet\nadd s 10.0.0.0/8,10.9.0.0/16\nadd s 10.0.1.0/24,10.9.0.1 nomatch', 's src,dst', 'drop'],
    ['create s hash:net,port,net family inet\nadd s 10.0.1.0/24,tcp:443,10.9.0.0/16', 's src,dst,dst', 'accept'],
    ['create s hash:net,port,net family inet\nadd s 10.0.1.0/24,udp:443,10.9.0.0/16', 's src,dst,dst', 'drop'],
    ['create s hash:ip family inet netmask 24\nadd s 10.0.1.0', 's src', 'accept'],
    ['create s hash:net,iface family inet\nadd s 0.0.0.0/0,eth wildcard', 's src,src', 'accept'],
    // The narrowest net decides alone, by whichever interface.
    ['create s hash:net,iface family inet\nadd s 10.0.0.0/8,eth0\nadd s 10.0.1.0/24,eth1', 's src,src', 'drop'],
    ['create s bitmap:port range 0-65535\nadd s 443', 's dst', 'accept'],
    // A client chooses the port that it comes from.
    ['create s bitmap:port range 0-65535\nadd s 443', 's src', 'accept'],
    // It says more than addresses: who knows.
    ['create s hash:ip,mac family inet\nadd s 10.0.1.5,02:00:00:00:00:01', 's src,src', 'undetermined'],
    ['create s hash:ip,mac family inet\nadd s 10.0.1.6,02:00:00:00:00:01', 's src,src', 'drop'],
    ['create s hash:ip,mark family inet\nadd s 10.0.1.5,0x00000001', 's src,src', 'undetermined'],
    ['create s hash:mac\nadd s 02:00:00:00:00:01', 's src', 'undetermined'],
    ['create s hash:net,iface family inet\nadd s 0.0.0.0/0,physdev:eth0', 's src,src', 'undetermined'],
    // Words of a later ipset.
    ['create s hash:ip family inet bitmask 255.0.255.0\nadd s 10.0.1.0', 's src', 'undetermined'],
    ['create s hash:ip,port family inet netmask 24\nadd s 10.0.1.0,tcp:443', 's src,dst', 'undetermined'],
    ['create s hash:ip family inet\nadd s 10.0.1.5 novelty', 's src', 'undetermined'],
    ['create s hash:novelty\nadd s 10.0.1.5', 's src', 'undetermined'],
    // Of the other family, or with fewer directions than parts.
    ['create s hash:ip family inet6\nadd s fd00::1', 's src', 'drop'],
    ['create s hash:ip,port family inet\nadd s 10.0.1.5,tcp:443', 's src', 'drop'],
    ['create a hash:ip family inet\nadd a 10.0.1.5\ncreate s list:set size 8\nadd s a', 's src', 'accept'],
    ['create s list:set size 8\nadd s gone', 's src', 'undetermined'],
    ['create s hash:ip family inet comment\nadd s 10.0.1.5 comment "of \\"them\\" timeout 9"', 's src', 'accept'],
    ['', 's src', 'undetermined'],
  ])('%j by %s: %s', (sets, match, expected) => expect(verdict(sets, allowed(match)).verdict).toBe(expected))

  test('and who has a time in it comes and goes', () => {
    const sets = 'create s hash:ip family inet timeout 600\nadd s 10.0.1.5 timeout 17\nadd s 10.0.1.6 timeout 0'
    const blocked = `-m set --match-set s src -j DROP\n-j ACCEPT`
    expect(verdict(sets, allowed('s src')).verdict).toBe('accept')
    expect(verdict(sets, blocked).verdict).toBe('accept')
    expect(verdict(sets, blocked, '10.0.1.6').verdict).toBe('drop')
  })

  test('rules that fill it let in who knocks; rules that empty it stop nobody for good', () => {
    const sets = 'create s hash:ip family inet\nadd s 10.0.1.6'
    expect(verdict(sets, `-p tcp --dport 7000 -j SET --add-set s src\n${allowed('s src')}`).verdict).toBe('accept')
    const emptied = '-p tcp --dport 7000 -j SET --del-set s src\n-m set --match-set s src -j DROP\n-j ACCEPT'
    expect(verdict(sets, emptied, '10.0.1.6').verdict).toBe('accept')
  })

  test('where it is not known, the rule that names it says so', () =>
    expect(verdict('', allowed('s src')).doubtBy?.text).toBe(
      '-A INPUT -m set --match-set s src -j ACCEPT # what the set s holds is not known',
    ))
})

describe('what ipset printed', () => {
  const output = (change: Partial<SectionOutput>): SectionOutput => printed('ipset', '', change)
  const two = 'create a hash:ip family inet\nadd a 10.0.0.1\ncreate b hash:ip family inet\nadd b 10.0.0.2\n'

  test('whole: all sets', () => expect([...readIpsets(output({ stdout: two })).keys()]).toEqual(['a', 'b']))
  test.each([{ state: 'truncated' }, { state: 'timed-out' }, { exitCode: 1 }] as const)(
    'cut (%j): not the last, of which more may come',
    (change) => expect([...readIpsets(output({ stdout: two, ...change })).keys()]).toEqual(['a']),
  )
  test('refused: none', () => expect(readIpsets(output({ state: 'denied', exitCode: null })).size).toBe(0))

  test('any text is read without complaint', () => {
    const words = fc.constantFrom(
      'create',
      'add',
      's',
      'list:set',
      'hash:ip',
      ':',
      'hash:',
      'nomatch',
      'timeout',
      'comment',
      '"',
      '10.0.0.1,',
      'family',
      '\n',
    )
    fc.assert(
      fc.property(
        fc.array(fc.oneof(words, fc.string())).map((all) => all.join(' ')),
        (text) => {
          expect(['accept', 'drop', 'undetermined']).toContain(verdict(text, allowed('s src,dst,src')).verdict)
        },
      ),
    )
  })
})
