import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { HostAudit } from '#shared/model/audit.ts'
import { parseIptables } from '../../facts/firewall/iptables/parse.ts'
import { verdictFor } from '../../facts/firewall/reach.ts'
import { parseRoutes } from '../../facts/network/parse.ts'
import type { Seen } from '../plan/default-source.ts'
import { parametersFor } from '../plan/defaults.ts'
import { render } from '../templates/render.ts'
import { shippedTemplate } from '../templates/templates.ts'

const { manifest } = shippedTemplate('docker-published-ports')
const [four, six] = render(manifest, { ports: ['8080'], clients: ['10.0.1.0/24', 'fd00:1::/64'], modelAdmins: ['10.0.9.9'] }).files

const network = {
  addresses: [
    { interface: 'eth0', address: '10.80.2.11', prefixLength: 24, line: 1 },
    { interface: 'eth0', address: 'fd00::11', prefixLength: 64, line: 2 },
    { interface: 'docker0', address: '172.17.0.1', prefixLength: 16, line: 3 },
  ],
  routes: [
    ...parseRoutes('default via 10.80.2.1 dev eth0\n172.17.0.0/16 dev docker0\n', 4),
    ...parseRoutes('default via fd00::1 dev eth0', 6),
  ],
  defaultRoute: true,
}

/** What a host with Docker holds (recorded), and what it holds once the unit has loaded a file beside it. */
const recorded = readFileSync(new URL('../../facts/firewall/__fixtures__/docker-published/iptables.txt', import.meta.url), 'utf8')
const withRules = (listing: string, content = '', leads = ['DOCKER-USER']): string => {
  const rules = content.split('\n').filter((line) => line.startsWith('-A '))
  const jumps = leads.map((chain) => `-A ${chain} -j GATEHOUSE-PUBLISHED`)
  return listing.replace('-A FORWARD', [':GATEHOUSE-PUBLISHED - [0:0]', ...jumps, ...rules, '-A FORWARD'].join('\n'))
}

describe('a port that Docker publishes, and the rules for it', () => {
  const verdict = (listing: string, family: 'ip' | 'ip6', source: string, port: number) =>
    verdictFor({ tables: parseIptables(listing, family, family).tables }, network, { direction: 'in', protocol: 'tcp', port, source })
      .verdict

  test.each([
    ['10.0.1.7', 'accept'],
    ['10.0.9.9', 'accept'],
    ['203.0.113.9', 'drop'],
  ])('%s by IPv4: %s', (source, expected) => {
    expect(verdict(recorded, 'ip', source, 8080)).toBe('accept')
    expect(verdict(withRules(recorded, four?.content), 'ip', source, 8080)).toBe(expected)
  })

  test.each([
    ['fd00:1::7', 8080, 'accept'],
    ['fd00:2::7', 8080, 'drop'],
    ['fd00:2::7', 443, 'accept'],
  ])('%s to %i by IPv6, which a proxy of Docker takes on this host: %s', (source, port, expected) => {
    const open = '*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:DOCKER-USER - [0:0]\n-A FORWARD -j DOCKER-USER\nCOMMIT\n'
    expect(verdict(withRules(open, six?.content, ['DOCKER-USER', 'INPUT']), 'ip6', source, port)).toBe(expected)
  })

  test('what a container asks of others by that port goes out', () => {
    const { chains } = parseIptables(withRules(recorded, four?.content), 'ip', 'ip').tables[0] ?? expect.fail()
    const closing = chains['GATEHOUSE-PUBLISHED']?.rules.filter(({ action }) => action.do === 'drop')
    expect(closing?.map(({ text }) => text.includes('--ctstate DNAT') && text.includes('--ctdir ORIGINAL'))).toEqual([true])
  })
})

test('its ports are those that a container runtime forwards, of models that others could reach', () => {
  const bind = (port: number, section: string, scope = 'wildcard') => ({ address: '0.0.0.0', port, scope, section, line: 1 })
  const container = (binds: unknown[], more: object = {}) => ({ id: 'c', engine: 'vllm', how: 'container', running: true, binds, ...more })
  const services = [
    container([bind(8080, 'containers'), bind(8081, 'processes'), bind(8082, 'containers', 'loopback')]),
    container([bind(8083, 'listeners')]),
    container([bind(8084, 'containers')], { running: false }),
    container([bind(8085, 'listeners')], { how: 'systemd' }),
  ]
  const seen = {
    audit: { services } as unknown as HostAudit,
    fleet: { networks: { app: ['10.0.1.0/24'], modelAdmins: [] } },
    facts: { listeners: { known: true, value: [] }, containers: { known: false }, programs: { known: false } },
  } as unknown as Seen
  expect(parametersFor(manifest, seen, {})).toEqual({ ports: ['8080', '8081'], clients: ['10.0.1.0/24'] })
})
