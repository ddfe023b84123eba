import { expect, test } from 'vitest'
import type { HostAudit } from '#shared/model/audit.ts'
import { fleetSchema } from '#shared/model/fleet.ts'
import { parseJsonLines } from '../../facts/caddy/json-lines.ts'
import type { NginxDirective } from '../../facts/nginx/nginx.ts'
import { unneededUnits } from '../../facts/os/collect.ts'
import { shippedTemplate } from '../templates/templates.ts'
import type { Seen } from './default-source.ts'
import { parametersFor } from './defaults.ts'

const host = { name: 'gpu-01', address: '10.0.0.1' }
const fleet = fleetSchema.parse({ version: 1, name: 'dc1', identities: { audit: { user: 'ro' } }, hosts: [host] })
const directive = (file: string, name: string, parameters: readonly string[], block?: readonly NginxDirective[]): NginxDirective => ({
  ...{ name, parameters, file, line: 1 },
  ...(block && { block }),
})
const server = (name: string) => {
  const file = `/etc/nginx/conf.d/${name}.conf`
  const one = (word: string, ...parameters: string[]) => directive(file, word, parameters)
  const location = directive(file, 'location', ['/'], [one('proxy_pass', 'http://127.0.0.1:11434')])
  return directive(file, 'server', [], [one('server_name', name), one('ssl_certificate', `/etc/ssl/${name}.pem`), location])
}
const service = (unit: string, user: string, port: number) => ({
  id: unit,
  unit,
  user,
  engine: 'ollama',
  binds: [{ port }],
  modelPaths: [],
})
const seen = {
  ...{ fleet, host: fleet.hosts[0] },
  audit: { services: [service('a.service', 'a', 11434), service('b.service', 'b', 11435)] } as unknown as HostAudit,
  facts: {
    nginx: {
      known: true,
      value: { directives: [directive('/etc/nginx/nginx.conf', 'http', [], [server('one.example'), server('two.example')])] },
    },
    accounts: {
      known: true,
      value: {
        groups: [],
        accounts: [
          { name: 'a', home: '/var/lib/a' },
          { name: 'b', home: '/var/lib/b' },
        ],
      },
    },
    units: { known: false },
  },
} as unknown as Seen
const filled = (template: string, given: Record<string, string>) => parametersFor(shippedTemplate(template).manifest, seen, given)

test('of two fronts none is guessed; with the name of one, the rest is of that one', () => {
  const unnamed = filled('nginx-ollama', {})
  expect([unnamed.serverName, unnamed.certificate]).toEqual([undefined, undefined])
  expect(filled('nginx-ollama', { serverName: 'two.example' })).toMatchObject({
    ...{ serverName: 'two.example', certificate: '/etc/ssl/two.example.pem', replaces: ['/etc/nginx/conf.d/two.example.conf'] },
  })
})

test('a new name leaves what is known of the fronts', () =>
  expect(filled('nginx-ollama', { serverName: 'new.example' }).replaces).toEqual([
    '/etc/nginx/conf.d/one.example.conf',
    '/etc/nginx/conf.d/two.example.conf',
  ]))

test('of a front: its port, and the password file wherever it names it, as nginx looks for it', () => {
  const guarded = directive(
    '/etc/nginx/conf.d/a.conf',
    'location',
    ['/'],
    [directive('a', 'proxy_pass', ['http://127.0.0.1:11434']), directive('a', 'auth_basic_user_file', ['users/ai.htpasswd'])],
  )
  const server = directive(
    '/etc/nginx/conf.d/a.conf',
    'server',
    [],
    [
      directive('a', 'listen', ['8443', 'ssl']),
      directive('a', 'listen', ['unix:/run/a.sock']),
      directive('a', 'server_name', ['a.example']),
      guarded,
    ],
  )
  const nginx = { known: true, value: { directives: [directive('/etc/nginx/nginx.conf', 'http', [], [server])] } }
  const alone = { ...seen, facts: { ...seen.facts, nginx } } as unknown as Seen
  expect(parametersFor(shippedTemplate('nginx-ai-access-log').manifest, alone, {})).toEqual({ serverName: 'a.example', port: 8443 })
  expect(parametersFor(shippedTemplate('htpasswd-users').manifest, alone, {})).toEqual({ file: '/etc/nginx/users/ai.htpasswd' })
})

test('the unit of an engine: its command without what the template sets, and its port', () => {
  const execStart = ['/opt/vllm', 'serve', '/srv/m', '--host', '0.0.0.0']
  const vllm = { ...service('v.service', 'v', 8001), engine: 'vllm', running: true, argv: ['/usr/bin/python3', ...execStart] }
  const units = { known: true, value: [{ id: 'v.service', execStart }] }
  const both = {
    ...seen,
    audit: { services: [service('a.service', 'a', 11434), vllm] },
    facts: { ...seen.facts, units },
  } as unknown as Seen
  expect(parametersFor(shippedTemplate('vllm-credential').manifest, both, {})).toEqual({
    ...{ unit: 'v.service', program: '/opt/vllm', arguments: ['serve', '/srv/m'], port: 8001 },
  })
  expect(parametersFor(shippedTemplate('localai-unit').manifest, both, {})).toEqual({})
})

test('of Caddy: the name of its one front, the certificate that it loads, and its group', () => {
  const config = parseJsonLines(
    '{"apps":{"tls":{"certificates":{"load_files":[{"certificate":"/etc/ssl/a.pem","key":"/etc/ssl/a.key"}]}}}}',
    1,
  )
  const endpoints = [
    { program: 'Caddy', proxy: { name: 'ai.example' } },
    { program: 'Caddy', proxy: { name: '0.0.0.0' } },
    { program: 'nginx', proxy: { name: 'b.example' } },
  ]
  const accounts = { known: true, value: { accounts: [], groups: [{ name: 'caddy', gid: 997 }] } }
  const caddy = { known: true, value: { instances: [{ config }] } }
  const there = { ...seen, audit: { services: [], endpoints }, facts: { ...seen.facts, caddy, accounts } } as unknown as Seen
  expect(parametersFor(shippedTemplate('caddy-ollama').manifest, there, {})).toEqual({
    ...{ serverName: 'ai.example', certificate: '/etc/ssl/a.pem', certificateKey: '/etc/ssl/a.key', caddyGroup: 997 },
  })
})

test('of two units none is guessed; the folders are those of the one that was given', () => {
  expect(filled('systemd-sandbox', {})).toEqual({})
  expect(filled('systemd-sandbox', { unit: 'b.service' })).toEqual({ unit: 'b.service', writes: ['/var/lib/b'] })
})

test('what the controls of a template find open; of several for one, none is guessed', () => {
  const finding = (control: string, subject: string, status: string) => ({ control, subject, status })
  const open = (findings: readonly unknown[]) => ({ ...seen, audit: { ...seen.audit, findings } }) as unknown as Seen
  const masked = shippedTemplate('services-masked').manifest
  const services = [finding('unneeded-services-off', 'cups', 'warning'), finding('unneeded-services-off', 'telnet', 'fail')]
  const others = [finding('unneeded-services-off', 'snmpd', 'pass'), finding('other', 'x', 'fail')]
  expect(parametersFor(masked, open([...services, ...others]), {})).toEqual({ services: ['cups', 'telnet'] })
  const rotated = shippedTemplate('logrotate-ai-access').manifest
  const log = (path: string) => finding('proxy-access-log-kept', path, 'warning')
  expect(parametersFor(rotated, open([log('/var/log/nginx/a.log')]), {})).toMatchObject({ log: '/var/log/nginx/a.log' })
  expect(parametersFor(rotated, open([log('/var/log/nginx/a.log'), log('/var/log/nginx/b.log')]), {})).not.toHaveProperty('log')
})

test('services that can be switched off are those that are looked for', () => {
  const { services } = shippedTemplate('services-masked').manifest.parameters
  const stems = unneededUnits.map((unit) => unit.replace(/\.(?:service|socket)$/, ''))
  expect(services).toMatchObject({ options: [...new Set(stems)] })
})

test('models go to the account that all servers run as, and to its own group; of two accounts none is guessed', () => {
  const { manifest } = shippedTemplate('model-ownership')
  const accounts = { known: true, value: { groups: [{ name: 'models', gid: 7 }], accounts: [{ name: 'a', uid: 5, gid: 7, home: '/' }] } }
  const running = (...users: readonly string[]) =>
    ({ audit: { services: users.map((user) => ({ user })), findings: [] }, fleet: {}, facts: { accounts } }) as unknown as Seen
  expect(parametersFor(manifest, running('a', 'a'), {})).toEqual({ owner: 'a', group: 'models' })
  expect(parametersFor(manifest, running('a', 'b'), {})).toEqual({})
})

test('networks of containers: bridges by their names, and by the gateways of containers', () => {
  const address = (of: string, text: string, prefixLength: number) => ({ interface: of, address: text, prefixLength, line: 1 })
  const addresses = [
    address('eth0', '10.0.0.1', 24),
    address('docker0', '172.17.0.1', 16),
    address('docker0', 'fe80::42:1', 64),
    address('br-0123456789ab', '172.18.0.1', 16),
    address('br-0123456789ab', 'fd00:1::1', 64),
    address('br-lan', '192.168.1.1', 24),
    address('models', '172.30.0.1', 24),
  ]
  const networks = [
    { name: 'models', addresses: ['172.30.0.2'], gateways: ['172.30.0.1'] },
    // macvlan: the router is another machine.
    { name: 'lan', addresses: ['10.0.0.9'], gateways: ['10.0.0.254'] },
  ]
  const facts = {
    ...seen.facts,
    network: { known: true, value: { addresses } },
    containers: { known: true, value: { containers: [{ networks }] } },
    ...{ listeners: { known: false }, sources: { known: false } },
  } as unknown as Seen['facts']
  const { containers } = parametersFor(shippedTemplate('nftables-segment').manifest, { ...seen, facts }, {})
  expect(containers).toEqual(['172.17.0.0/16', '172.18.0.0/16', 'fd00:1::/64', '172.30.0.0/24'])
})

test('directives that its systemd prints; all of them where no unit was read', () => {
  const { manifest } = shippedTemplate('systemd-sandbox')
  const on = (...names: readonly string[]) => {
    const properties = Object.fromEntries(names.map((name) => [name, 'no']))
    const facts = { ...seen.facts, units: { known: true, value: [{ id: 'nginx.service', properties }] } } as unknown as Seen['facts']
    return parametersFor(manifest, { ...seen, facts }, {}).newer
  }
  // As systemd 239 and 245 do.
  expect(on('ProtectHome')).toEqual([])
  expect(on('ProtectHome', 'ProtectClock', 'ProtectHostname', 'RestrictSUIDSGID', 'ProtectKernelLogs')).toEqual(
    ['ProtectKernelLogs', 'ProtectClock', 'ProtectHostname', 'RestrictSUIDSGID'].map((name) => `${name}=yes`),
  )
  expect(parametersFor(manifest, seen, {})).not.toHaveProperty('newer')
})
