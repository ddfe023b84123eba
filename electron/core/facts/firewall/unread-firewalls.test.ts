import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { assembleFirewall } from './assemble.ts'
import { parseIptables } from './iptables/parse.ts'
import { parseNft } from './nft/parse.ts'
import { verdictFor } from './reach.ts'
import { firewallOf, output, recorded, tcp } from './recorded-hosts.testing.ts'
import { parseUfw } from './ufw/parse.ts'

describe('what could not be read', () => {
  test('is unknown when nothing answers, with the sudoers line', () => {
    const denied = (id: string) => output(id, '', { state: 'denied', exitCode: null, sudoers: `gatehouse ALL=(root) NOPASSWD: ${id}` })
    const fact = assembleFirewall(
      { nft: denied('nft'), iptables: denied('iptables'), ip6tables: denied('ip6tables'), ipset: denied('ipset'), ufw: denied('ufw') },
      undefined,
    )
    expect(fact).toMatchObject({ known: false, hint: expect.stringContaining('NOPASSWD: nft') })
  })

  test('an inactive ufw alone proves nothing', () => {
    expect(assembleFirewall({ ...recorded('none', ['ufw']) }, undefined).known).toBe(false)
  })

  test('legacy rules beside nftables put what is let in in doubt', () => {
    const sections = {
      ...recorded('none'),
      iptables: output('iptables', '', { stderr: '# Warning: iptables-legacy tables present, use iptables-legacy-save to see them\n' }),
    }
    expect(verdictFor(firewallOf(sections), undefined, tcp(22, '10.0.0.1')).verdict).toBe('undetermined')
  })

  test.each([
    ['ip_tables iptable_nat', ['undetermined', 'accept']],
    ['ip_tables iptable_filter ip6table_filter', ['undetermined', 'undetermined']],
    // Some words of iptables-nft ask for the module of its core.
    ['ip*table_*', ['accept', 'accept']],
  ])('legacy tables that no program of the host shows (%s)', (modules, expected) => {
    const missing = (id: string) => output(id, '', { state: 'missing', exitCode: null })
    const tables = { iptables: missing('iptables'), ip6tables: missing('ip6tables'), legacyTables: output('legacy-tables', modules) }
    for (const nft of [recorded('none').nft, missing('nft')]) {
      const firewall = firewallOf({ ...recorded('none'), ...tables, nft })
      expect(['10.0.0.1', 'fd00::1'].map((source) => verdictFor(firewall, undefined, tcp(22, source)).verdict)).toEqual(expected)
      expect(firewall.translationKnown).toBe(!expected.includes('undetermined'))
    }
    // Where iptables is there it tells of them itself.
    const told = firewallOf({ ...recorded('none'), legacyTables: output('legacy-tables', modules) })
    expect(verdictFor(told, undefined, tcp(22, '10.0.0.1')).verdict).toBe('accept')
  })

  test('a listing that was cut is not used', () => {
    const cut = { ...recorded('none'), iptables: output('iptables', '*filter\n:INPUT ACCEPT [0:0]\n') }
    expect(verdictFor(firewallOf(cut), undefined, tcp(22, '10.0.0.1')).verdict).toBe('undetermined')
  })

  test('nor is one in which a table begins inside of another: lines between them are lost', () => {
    const lost = 'table inet a {\n\tchain x {\n\t}\ntable inet b {\n\tchain y {\n\t}\n}\n}\n'
    expect(verdictFor(firewallOf({ ...recorded('none'), nft: output('nft', lost) }), undefined, tcp(22, '10.0.0.1')).verdict).toBe(
      'undetermined',
    )
  })

  test('an nft listing that breaks off inside a table is not used', () => {
    const whole = recorded('nft-ipv4-only').nft.stdout
    for (const share of [0.3, 0.5, 0.8]) {
      const cut = { ...recorded('none'), nft: output('nft', whole.slice(0, Math.floor(whole.length * share))) }
      expect(verdictFor(firewallOf(cut), undefined, tcp(22, '10.0.0.1')).verdict).toBe('undetermined')
    }
  })

  test('no program at all is no firewall', () => {
    const missing = (id: string) => output(id, '', { state: 'missing', exitCode: null })
    const firewall = firewallOf({
      nft: missing('nft'),
      iptables: missing('iptables'),
      ip6tables: missing('ip6tables'),
      ipset: missing('ipset'),
      ufw: missing('ufw'),
    })
    expect(firewall).toMatchObject({ backend: 'none', defaultInbound: 'accept' })
  })
})

test('parsers take any text', () => {
  const words = fc.constantFrom(
    'table',
    'inet',
    '{',
    '}',
    'chain',
    'type',
    'filter',
    'hook',
    'input',
    'vmap',
    '@s',
    ',',
    ':',
    '"',
    '\n',
    'ip',
    'saddr',
    '!=',
    '&',
    '(',
    'ct',
    'fib',
    '#',
    '*filter',
    ':INPUT',
    '-A',
    'INPUT',
    '-j',
    '-s',
    '!',
  )
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(words, { maxLength: 60 }).map((all) => all.join(' ')),
      ),
      (text) => {
        parseNft(`table inet t {\nchain c {\n${text}\n}\n}`, 'nft')
        parseNft(text, 'nft')
        parseIptables(`*filter\n:INPUT DROP [0:0]\n-A INPUT ${text}`, 'ip', 'iptables')
        parseUfw(text, 'ufw')
      },
    ),
  )
})
