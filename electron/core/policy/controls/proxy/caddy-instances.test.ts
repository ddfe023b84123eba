import { describe, expect, test } from 'vitest'
import type { Listener } from '#shared/model/listener.ts'
import { knownCaddies } from '../../../facts/caddy/caddy.fact.ts'
import { type FactResult, known, unknown } from '../../../facts/fact.ts'
import { scopeOf } from '../../../facts/listeners/address-scope.ts'
import type { AnyControl, Control } from '../../control.ts'
import caddyAdmin from './caddy-admin-local-only.control.ts'
import { caddy, login, noNginx, site, toOllama } from './caddy-sites.testing.ts'
import { ask, facts, outcomes, policyContext, service } from './proxy-facts.ts'
import requiresAuthentication from './proxy-requires-authentication.control.ts'

const nginx = known(noNginx.nginx)
const bare = facts('', [], noNginx)

describe('admin endpoint', () => {
  const control = caddyAdmin as AnyControl as unknown as Control
  const listening = (address: string, port: number, pid = 7): FactResult<readonly Listener[]> =>
    known([
      {
        protocol: 'tcp',
        address,
        port,
        scope: scopeOf(address) ?? 'specific',
        processes: [{ name: pid === 7 ? 'caddy' : 'python3', pid }],
        line: 3,
      },
    ])
  const judge = (config: unknown, listeners: FactResult<readonly Listener[]>) => {
    const found = caddy(config)
    return found.known && outcomes(control.evaluate({ ...bare, caddy: found.value, listeners, nginx } as never, policyContext()))
  }

  test.each<[string, unknown, string]>([
    ['by default', {}, 'pass: The admin endpoint is on loopback'],
    ['off', { admin: { disabled: true } }, 'pass: The admin endpoint is off'],
    ['loopback', { admin: { listen: '127.0.0.1:2020' } }, 'pass: The admin endpoint is on loopback'],
    ['a socket', { admin: { listen: 'unix//run/caddy.sock' } }, 'pass: The admin endpoint is on loopback'],
    ['everywhere', { admin: { listen: ':2019' } }, 'fail: The admin endpoint is open to the network'],
    ['an address', { admin: { listen: '10.0.3.7:2019' } }, 'fail: The admin endpoint is open to the network'],
    ['a variable', { admin: { listen: '{env.ADMIN}' } }, 'not-evaluated: Where the admin endpoint listens is unknown'],
  ])('%s', (_, config, expected) => expect(judge(config, listening('127.0.0.1', 2019))).toEqual([expected]))

  // CADDY_ADMIN of the process moves what the configuration leaves out.
  test.each<[string, FactResult<readonly Listener[]>, string]>([
    ['everywhere', listening('*', 2019), 'fail: The admin endpoint is open to the network'],
    ['to another port', listening('0.0.0.0', 2020), 'not-evaluated: Where the admin endpoint listens is unknown'],
    ['while another program has the port', listening('0.0.0.0', 2019, 8), 'not-evaluated: Where the admin endpoint listens is unknown'],
    ['to who knows where', unknown('refused', ['listeners']), 'not-evaluated: Where the admin endpoint listens is unknown'],
  ])('moved by the environment %s', (_, listeners, expected) => expect(judge({}, listeners)).toEqual([expected]))
})

test('no Caddy: nothing applies', () => {
  const control = caddyAdmin as AnyControl as unknown as Control
  expect(outcomes(control.evaluate({ caddy: { instances: [] } } as never, policyContext()))).toEqual(['not-applicable: No Caddy runs here'])
})

// Caddy 2.6.2 and 2.11.4 replace what their file says by what they pull, which here closed the admin endpoint.
describe('a file that has the configuration pulled', () => {
  const pulling = { admin: { listen: '127.0.0.1:2020', config: { load: { module: 'http', url: 'https://conf.example/' } } } }
  const closed = { ...pulling, ...site([{ handle: [login, toOllama] }]) }
  const told = (by: string) =>
    knownCaddies(`@process 7\n@${by}\n${JSON.stringify(closed, null, 1).replace(/^/gm, ':')}\n@end\n`, {
      processes: [],
      containers: [],
      units: [],
    })
  const judged = (by: string) => {
    const read = told(by)
    const given = facts('', [service('ollama')], { ...noNginx, caddy: read })
    const admin = (caddyAdmin as AnyControl as unknown as Control).evaluate(
      { ...bare, caddy: read.known && read.value, listeners: known([]), nginx } as never,
      policyContext(),
    )
    return [...outcomes(ask(requiresAuthentication, given)), ...outcomes(admin)]
  }
  test('says nothing of what runs', () => {
    const found = judged('file /etc/caddy/caddy.json')
    expect(found).toContain('not-evaluated: Part of Caddy is beyond the model')
    expect(found).toContain('not-evaluated: Where the admin endpoint listens is unknown')
  })
  test('what the endpoint tells is what runs', () =>
    expect(judged('admin 127.0.0.1:2020')).toEqual([
      'pass: Every forwarded route needs a login',
      'pass: The admin endpoint is on loopback',
    ]))
})

describe('several Caddys', () => {
  const printed = (config: unknown) => `@admin 127.0.0.1:1\n${JSON.stringify(config, null, 1).replace(/^/gm, ':')}`
  const started = (pid: number, unit: string) => ({
    pid,
    cgroup: `/system.slice/${unit}`,
    name: 'caddy',
    argv: ['caddy', 'run'],
    line: pid,
  })
  const around = { processes: [started(7, 'caddy.service'), started(8, 'caddy-labs.service')] as never, containers: [], units: [] }
  const two = (first: unknown, second: string) => knownCaddies(`@process 7\n${printed(first)}\n@process 8\n${second}\n@end\n`, around)
  const sound = site([{ handle: [login, toOllama] }])
  const unlocked = { ...site([{ handle: [toOllama] }], { listen: [':8443'] }), admin: { listen: ':2020' } }
  const listeners = known(
    [443, 8443, 2019].map((port, at) => ({
      ...(port === 2019 ? { address: '127.0.0.1', scope: 'loopback' } : { address: '0.0.0.0', scope: 'wildcard' }),
      ...{ protocol: 'tcp', port, line: at + 1, processes: [{ name: 'caddy', pid: port === 8443 ? 8 : 7 }] },
    })),
  )
  const judge = (control: AnyControl, second: string) =>
    ask(control, facts('', [service('ollama')], { ...noNginx, caddy: two(sound, second), listeners }))

  test('the sound one does not hide the other', () => {
    const found = judge(requiresAuthentication, printed(unlocked))
    expect(outcomes(found)).toEqual(['pass: Every forwarded route needs a login', 'fail: Every route answers without a login'])
    // The evidence is a line of the second configuration.
    expect(found[1]?.cite[0]?.line).toBeGreaterThan(printed(sound).split('\n').length)
  })

  test('one that could not be read is said, and nothing is called closed because of the other', () => {
    expect(outcomes(judge(requiresAuthentication, '@unread why'))).toEqual([
      'pass: Every forwarded route needs a login',
      'not-evaluated: One of several Caddys could not be read',
    ])
  })

  test.each([
    [printed(unlocked), 'fail: The admin endpoint is open to the network'],
    [
      '@unread why',
      'not-evaluated: Where the admin endpoint listens is unknown',
      'not-evaluated: Whether a proxy leads to it is not known',
    ],
  ])('each admin endpoint is judged', (second, expected, ...doubt) => {
    const found = two(sound, second)
    const control = caddyAdmin as AnyControl as unknown as Control
    const verdicts = found.known ? control.evaluate({ ...bare, caddy: found.value, listeners, nginx } as never, policyContext()) : []
    expect(verdicts.map(({ subject, status, title }) => [subject, `${status}: ${title}`])).toEqual([
      ['caddy admin', 'pass: The admin endpoint is on loopback'],
      ...doubt.map((said) => ['caddy forwarded admin', said]),
      ['caddy-labs.service admin', expected],
    ])
  })
})

describe('ways to the admin endpoint beside its own address', () => {
  const own = { address: '127.0.0.1', scope: 'loopback', protocol: 'tcp', port: 2019, line: 1, processes: [{ name: 'caddy', pid: 7 }] }
  const listeners = known([own])
  const judge = (config: object) => {
    const found = caddy(config)
    const control = caddyAdmin as AnyControl as unknown as Control
    return outcomes(found.known ? control.evaluate({ ...bare, caddy: found.value, listeners, nginx } as never, policyContext()) : [])
  }
  const key = (...permissions: readonly object[]) => ({ access_control: [{ public_keys: ['MII'], permissions }] })
  const sound = site([{ handle: [login, toOllama] }])
  const local = 'pass: The admin endpoint is on loopback'
  const open = 'warning: Caddy takes its configuration remotely'
  const only = 'pass: The remote admin endpoint only tells'

  // Caddy 2.6.2 listens on *:2021 with each of the first three, tried.
  test.each<[string, object, readonly string[]]>([
    ['for other machines', { remote: key({ paths: ['/'] }) }, [local, open]],
    [
      'beside one that is off',
      { disabled: true, remote: key({ paths: ['/config/apps'], methods: ['GET', 'PATCH'] }) },
      ['pass: The admin endpoint is off', open],
    ],
    ['at an address', { remote: { listen: '10.0.0.5:9000', ...key({ paths: ['/load'] }) } }, [local, open]],
    ['on loopback', { remote: { listen: 'localhost:2021', ...key({ paths: ['/'] }) } }, [local, local]],
    ['to look', { remote: key({ paths: ['/'], methods: ['GET'] }) }, [local, only]],
    ['for nobody', { remote: { access_control: [] } }, [local, only]],
    ['for nothing', { remote: key() }, [local, only]],
  ])('a remote one: %s', (_, admin, expected) => expect(judge({ admin, ...sound })).toEqual(expected))

  test.each(['haproxy', 'apache2'])('one that %s, which nobody reads, may know', (name) => {
    const found = caddy(sound)
    const other = { address: '0.0.0.0', scope: 'wildcard', protocol: 'tcp', port: 8443, line: 2, processes: [{ name, pid: 9 }] }
    const given = { ...bare, caddy: found.known && found.value, listeners: known([own, other]), nginx }
    const verdicts = (caddyAdmin as AnyControl as unknown as Control).evaluate(given as never, policyContext())
    expect(outcomes(verdicts)).toEqual([local, 'not-evaluated: Whether a proxy leads to it is not known'])
    expect(verdicts[1]?.cite).toEqual([{ section: 'listeners', line: 2 }])
  })

  test.each([
    ['localhost:2019', {}, true],
    ['127.0.0.1:2019', {}, true],
    [':2019', {}, true],
    ['[::1]:2019', {}, true],
    ['127.0.0.1:2020', {}, false],
    ['10.0.3.7:2019', {}, false],
    ['localhost:2019', { listen: 'localhost:3000' }, false],
    ['localhost:3000', { listen: 'localhost:3000' }, true],
    ['unix//run/caddy.sock', { listen: 'unix//run/caddy.sock|0660' }, true],
    ['localhost:2019', { disabled: true }, false],
  ])('a site that hands on to %s with %j: %s', (dial, admin, leads) => {
    const config = { admin, ...site([{ handle: [{ handler: 'reverse_proxy', upstreams: [{ dial }] }] }]) }
    expect(judge(config).slice(1)).toEqual(leads ? ['fail: A site forwards to the admin endpoint'] : [])
  })
})
