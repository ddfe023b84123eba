import { expect, test } from 'vitest'
import { known } from '../../../facts/fact.ts'
import { outcomes } from '../proxy/proxy-facts.ts'
import behindTls from './oauth2-proxy-listens-behind-tls.control.ts'
import { ask, facts } from './sso-facts.testing.ts'

const container = 'ab'.repeat(32)

test('in a container, what is published decides', () => {
  const given = facts(undefined, ['=--http-address=0.0.0.0:4180', '@environment process'], `/system.slice/docker-${container}.scope`)
  expect(outcomes(ask(behindTls, given))).toEqual(['not-evaluated: Published ports of oauth2-proxy are not known'])
  const published = (hostAddress: string, hostNetwork = false, more = {}) => {
    const one = {
      id: container,
      name: 'sso',
      line: 2,
      hostNetwork,
      ports: [{ hostAddress, hostPort: 4180, containerPort: 4180, protocol: 'tcp' }],
    }
    return { ...given, containers: known({ runtimes: ['docker'], containers: [{ ...one, ...more }] }) }
  }
  expect(outcomes(ask(behindTls, published('127.0.0.1')))).toEqual(['pass: Published on this machine only'])
  expect(outcomes(ask(behindTls, published('0.0.0.0')))).toEqual(['warning: oauth2-proxy publishes ports to the network'])
  expect(outcomes(ask(behindTls, published('127.0.0.1', true)))).toEqual(['fail: Plain HTTP beyond this machine'])
  const shared = { ports: [], portsUnknown: 'it shares the network of another container' }
  expect(outcomes(ask(behindTls, published('', false, shared)))).toEqual(['not-evaluated: Published ports of oauth2-proxy are not known'])
})

test.each<[string, string, string, string?]>([
  ['a bridge of the host', '010011AC', 'pass: Published on this machine only'],
  ['macvlan, with the router of the network', '0104140A', 'not-evaluated: Published ports of oauth2-proxy are not known'],
  ['ipvlan of layer 3, with a route without gateway', '00000000', 'not-evaluated: Published ports of oauth2-proxy are not known'],
  ['a bridge, and a macvlan beside it', '010011AC', 'not-evaluated: Published ports of oauth2-proxy are not known', '10.20.4.128'],
])('in a container that publishes nothing: %s', (_, gateway, expected, own = '172.17.0.2') => {
  const given = facts(undefined, [`@gateway 7 ${gateway}`, '@environment process'], `/system.slice/docker-${container}.scope`)
  const one = { id: container, name: 'sso', line: 2, hostNetwork: false, ports: [] }
  const addresses = ['10.20.4.11', '172.17.0.1'].map((address) => ({ interface: `to-${address}`, address, prefixLength: 24, line: 1 }))
  const network = known({ addresses, routes: [], defaultRoute: true })
  const processes = known([{ pid: 7, cgroup: `/system.slice/docker-${container}.scope`, addresses: ['172.17.0.2', own] }])
  expect(
    outcomes(ask(behindTls, { ...given, network, processes, containers: known({ runtimes: ['docker'], containers: [one] }) })),
  ).toEqual([expected])
})

test.each([
  ['of another service name', '=--http-address=0.0.0.0:http', 'not-evaluated: Settings of oauth2-proxy could not be read'],
  ['metrics to all', '=--metrics-address=:44180', 'warning: Metrics beyond this machine'],
  ['metrics on loopback', '=--metrics-address=127.0.0.1:44180', 'pass: Plain HTTP on this machine only'],
  ['metrics to all by TLS', '=--metrics-secure-address=:44180', 'warning: Metrics beyond this machine'],
  // With a certificate only TLS is spoken, whatever http_address says (legacy_server.go, convert).
  ['a port that is not served', '=--http-address=:4180 --tls-cert-file=/c.pem', 'pass: Plain HTTP on this machine only'],
])('listeners, %s', (_, flags, expected) => {
  expect(
    outcomes(ask(behindTls, facts('', [...flags.split(' ').map((flag) => flag.replace(/^=?/, '=')), '@environment process']))),
  ).toEqual([expected])
})

test('a port that may not be served: what nobody read may hold a certificate', () => {
  const unread = ['=--http-address=:4180', '@environment none']
  expect(outcomes(ask(behindTls, facts(undefined, unread)))).toEqual(['not-evaluated: Settings of oauth2-proxy could not be read'])
})
