import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { text } from './demo-host.ts'
import { gpu03 } from './hosts/gpu-03.ts'
import { ufwRules } from './ufw-rules.ts'

/** What a Debian 12 host with ufw 0.36.2 printed (`core/facts/firewall/__fixtures__/README.md`), and the files that it had it from. */
const recorded = (name: string) =>
  readFileSync(new URL(`../../core/facts/firewall/__fixtures__/ufw-seed/${name}.txt`, import.meta.url), 'utf8')

/** Chains by name, the rules of each in their order. */
const byChain = (listing: string) => {
  const chainOf = (line: string) => line.split(' ').find((word) => word !== '-A') ?? ''
  return listing
    .split('\n')
    .filter((line) => /^[:-]/.test(line))
    .sort((a, b) => (chainOf(a) < chainOf(b) ? -1 : chainOf(a) > chainOf(b) ? 1 : 0))
}

const outbound = (prefix: string) =>
  [443, 53].flatMap((port) => ['tcp', 'udp'].map((protocol) => `-A ${prefix}-user-output -p ${protocol} --dport ${port} -j ACCEPT`))

const host = (settings: string) => ({
  ...gpu03,
  files: new Map([
    ['/etc/ufw/ufw.conf', text(`# ufw\n${settings}\n`)],
    ['/etc/default/ufw', text(['IPV6=yes', ...['INPUT', 'OUTPUT', 'FORWARD'].map((hook) => `DEFAULT_${hook}_POLICY="DROP"`)].join('\n'))],
    [
      '/etc/ufw/user.rules',
      text(
        [
          ...['tcp', 'udp'].map((protocol) => `-A ufw-user-input -p ${protocol} --dport 8000 -s 10.0.1.0/24 -j ACCEPT`),
          ...outbound('ufw'),
          '-A ufw-user-limit-accept -j ACCEPT',
        ].join('\n'),
      ),
    ],
    ['/etc/ufw/user6.rules', text(outbound('ufw6').join('\n'))],
  ]),
})

test.each([
  [4, 'iptables'],
  [6, 'ip6tables'],
] as const)('IPv%i: rule for rule what a real host printed', (family, name) => {
  expect(byChain(ufwRules(host('ENABLED=yes'), family) ?? '')).toEqual(byChain(recorded(name)))
})

test('switched off it shows nothing', () => {
  expect(ufwRules(host('ENABLED=no'), 4)).toBeUndefined()
  expect(ufwRules(gpu03, 4)).toBeUndefined()
})
