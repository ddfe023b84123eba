import { describe, expect, test } from 'vitest'
import { auditedHosts } from '#shared/model/audited-hosts.ts'
import { fleetSchema, type Host } from '#shared/model/fleet.ts'
import type { PushValues } from '#shared/model/push-parameter.ts'
import type { PushPlan } from '#shared/model/push-plan.ts'
import { type FileKind, fileKinds } from '#shared/model/push-template.ts'
import type { ExecOptions, HostSession } from '../../ports.ts'
import { render } from '../templates/render.ts'
import { sampleValues } from '../templates/sample-values.testing.ts'
import { shippedTemplate } from '../templates/templates.ts'
import { concernsLogin, keepsWayIn, wayInOf } from './way-in.ts'

const saying = (text: string): HostSession =>
  ({
    exec: (_: string, { onStdout }: ExecOptions) => {
      onStdout(Buffer.from(text))
      return Promise.resolve({ exitCode: 0 })
    },
  }) as unknown as HostSession

test.each([
  ['10.0.2.10 51234 10.0.3.11 22\n', { address: '10.0.2.10', port: 22 }],
  ['Welcome to gpu-01\nfd00::a 51234 fd00::11 2222\n', { address: 'fd00::a', port: 2222 }],
  ['\n', undefined],
  ['10.0.2.300 51234 10.0.3.11 22\n', undefined],
  ['10.0.2.10 51234 10.0.3.11\n', undefined],
])('what the host says of the connection: %j', async (text, expected) =>
  expect(await wayInOf(saying(text), new AbortController().signal)).toEqual(expected),
)

test('what a login may hang on: all but web servers and logs, and whatever is said to lock out', () => {
  const concerning = (danger: PushPlan['danger'], ...kinds: readonly FileKind[]) =>
    concernsLogin({ danger, files: kinds.map((kind) => ({ kind, path: '/x', before: 'absent', after: 'absent', diff: [] })) })
  expect(fileKinds.filter((kind) => !concerning('reload', kind))).toEqual(['nginx', 'htpasswd', 'caddy', 'logrotate'])
  expect(concerning('lock-out', 'nginx')).toBe(true)
  expect(concerning('reload', 'nginx', 'sudoers')).toBe(true)
})

const host = { name: 'gpu-01', address: '10.0.3.11' }
const jump = { name: 'jump', address: '10.0.2.10' }
const identities = { audit: { user: 'ro' }, change: { user: 'rw' } }
const fleet = fleetSchema.parse({ version: 1, name: 'dc1', identities, jump: [jump], hosts: [host] })

describe.each(['ufw-segment', 'nftables-segment'])('%s', (id) => {
  const { manifest } = shippedTemplate(id)
  const checked = (values: PushValues, wayIn: { address: string; port: number } | undefined) => () =>
    keepsWayIn({
      ...{ fleet, host: fleet.hosts[0] ?? expect.fail(), manifest, wayIn },
      rendered: render(manifest, { ...sampleValues(manifest), ...values }),
    })
  const wayIn = { address: '10.0.2.10', port: 22 }

  test('a plan that lets Gatehouse in', () => expect(checked({ jump: ['10.0.2.0/28'] }, wayIn)).not.toThrow())
  test('one that leaves out from where it comes', () =>
    expect(checked({ jump: ['10.0.2.11', 'fd00::/8'] }, wayIn)).toThrow('jump leaves out 10.0.2.10'))
  test('one for another port', () =>
    expect(checked({ jump: ['10.0.2.10'], sshPort: 2222 }, wayIn)).toThrow('sshPort is 2222, and Gatehouse comes in by port 22'))
  test('where the host does not say, the new connection decides', () => expect(checked({ jump: ['10.0.2.11'] }, undefined)).not.toThrow())
})

test('the port by which Gatehouse comes in is none that Docker publishes', () => {
  const { manifest } = shippedTemplate('docker-published-ports')
  const closing = (ports: readonly string[]) => () =>
    keepsWayIn({
      ...{ fleet, host: fleet.hosts[0] ?? expect.fail(), manifest, wayIn: { address: '10.0.2.10', port: 22 } },
      rendered: render(manifest, { ports: [...ports], clients: ['10.0.1.0/24'] }),
    })
  expect(closing(['8080'])).not.toThrow()
  expect(closing(['8080', '22'])).toThrow('ports names 22')
})

describe('sshd-behind-jump', () => {
  const { manifest } = shippedTemplate('sshd-behind-jump')
  const allowing = (accounts: readonly string[], change = 'rw') => {
    const of = { ...fleet, identities: { ...fleet.identities, change: { ...fleet.identities.audit, user: change } } }
    return () =>
      keepsWayIn({
        ...{ fleet: of, host: of.hosts[0] ?? expect.fail(), manifest, wayIn: undefined },
        rendered: render(manifest, { ...sampleValues(manifest), accounts: [...accounts] }),
      })
  }
  test('lets both accounts of Gatehouse in', () => expect(allowing(['kim', 'ro', 'rw'])).not.toThrow())
  test.each([
    ['ro', ['kim', 'rw']],
    ['rw', ['kim', 'ro']],
  ])('is refused where it leaves out %s', (missing, accounts) => expect(allowing(accounts)).toThrow(`accounts leaves out ${missing}`))
  test('is refused where Gatehouse itself comes as root', () =>
    expect(allowing(['ro', 'root'], 'root')).toThrow('Gatehouse logs in as root here'))
})

test('an address that cannot be read is in no network', () => {
  const { manifest } = shippedTemplate('ufw-segment')
  const rendered = render(manifest, { ...sampleValues(manifest), jump: ['10.0.2.0/24'] })
  const change = { fleet, host: fleet.hosts[0] ?? expect.fail(), manifest, rendered, wayIn: { address: 'gpu-01', port: 22 } }
  expect(() => keepsWayIn(change)).toThrow('jump leaves out gpu-01')
})

describe('accounts-closed', () => {
  const { manifest } = shippedTemplate('accounts-closed')
  const closing = (accounts: readonly string[], of = fleet) =>
    keepsWayIn({
      ...{ fleet: of, host: of.hosts[0] ?? expect.fail(), manifest, wayIn: undefined },
      rendered: render(manifest, { accounts: [...accounts] }),
    })
  test('closes others', () => expect(() => closing(['kim', 'ro2'])).not.toThrow())
  test.each(['ro', 'rw', 'root', 'op'])('%s stays', (name) =>
    expect(() =>
      closing(['kim', name], { ...fleet, identities: { ...fleet.identities, operate: { ...fleet.identities.audit, user: 'op' } } }),
    ).toThrow(`${name} stays`),
  )
})

describe('a jump host', () => {
  const { manifest } = shippedTemplate('sshd-jump-forwarding')
  const hop = auditedHosts(fleetSchema.parse({ ...fleet, jump: [{ ...jump, audit: true }] })).at(-1) ?? expect.fail()
  const checked = (of: Host, id: string, values: PushValues) => () =>
    keepsWayIn({
      ...{ fleet, host: of, manifest: shippedTemplate(id).manifest, wayIn: undefined },
      rendered: render(shippedTemplate(id).manifest, { ...sampleValues(shippedTemplate(id).manifest), ...values }),
    })

  test('that goes on to reach every server', () =>
    expect(checked(hop, manifest.id, { destinations: ['10.0.3.11:22', '10.0.3.99:22'] })).not.toThrow())
  test('that would not reach one of them', () =>
    expect(checked(hop, manifest.id, { destinations: ['10.0.3.11:2222'] })).toThrow('destinations leaves out 10.0.3.11:22'))
  test('that would not reach the next jump host', () => {
    const further = fleetSchema.parse({
      ...fleet,
      jump: [
        { ...jump, audit: true },
        { name: 'inner', address: '10.0.2.20', port: 2222 },
      ],
    })
    const rendered = render(manifest, { ...sampleValues(manifest), destinations: ['10.0.3.11:22'] })
    expect(() => keepsWayIn({ fleet: further, host: hop, manifest, wayIn: undefined, rendered })).toThrow(
      'destinations leaves out 10.0.2.20:2222',
    )
  })
  test('is not what a server is', () => expect(checked(fleet.hosts[0] ?? expect.fail(), manifest.id, {})).toThrow('no jump host'))
  test.each(['sshd-behind-jump', 'ufw-segment', 'nftables-segment'])('gets no %s', (id) =>
    expect(checked(hop, id, id === 'sshd-behind-jump' ? { accounts: ['ro', 'rw'] } : {})).toThrow('what lies behind it'),
  )
})
