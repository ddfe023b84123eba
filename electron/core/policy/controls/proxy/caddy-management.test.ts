import { expect, test } from 'vitest'
import { caddy, given, login, noNginx, site, toOllama } from './caddy-sites.testing.ts'
import managementRestricted from './management-endpoints-restricted.control.ts'
import { ask, facts, outcomes, policyContext, service } from './proxy-facts.ts'

const admins = policyContext({ modelAdmins: ['10.0.1.5', '10.0.9.0/24'] })

test.each<[string, unknown, string]>([
  ['everything', site([{ handle: [login, toOllama] }]), 'fail: 11 management routes open to every user'],
  ['named routes', site([{ match: [{ path: ['/api/chat'] }], handle: [login, toOllama] }]), 'pass: No management route is forwarded'],
  [
    'administrators',
    site([
      { match: [{ path: ['/api/chat'] }], handle: [login, toOllama] },
      { match: [{ remote_ip: { ranges: ['10.0.1.5', '10.0.9.0/24'] } }], handle: [login, toOllama] },
      { handle: [{ handler: 'static_response', status_code: 403 }] },
    ]),
    'pass: Management is for administrators only',
  ],
  [
    'more than administrators',
    site([{ match: [{ path: ['/api/chat'] }, { remote_ip: { ranges: ['10.0.0.0/8'] } }], handle: [login, toOllama] }]),
    'fail: Management is open beyond admin hosts',
  ],
  [
    'others refused by name',
    site([
      { match: [{ not: [{ remote_ip: { ranges: ['10.0.9.0/24'] } }] }], handle: [{ handler: 'error', status_code: 403 }] },
      { handle: [login, toOllama] },
    ]),
    'pass: Management is for administrators only',
  ],
  [
    'an address from a header',
    site([{ match: [{ remote_ip: { forwarded: true, ranges: ['10.0.9.0/24'] } }], handle: [login, toOllama] }]),
    'fail: Clients can choose their own address',
  ],
  [
    'an address that proxies state, which may be anybody’s',
    site([{ match: [{ client_ip: { ranges: ['10.0.9.0/24'] } }], handle: [login, toOllama] }], {
      trusted_proxies: { source: 'static', ranges: ['10.0.0.0/8'] },
    }),
    'fail: Clients can choose their own address',
  ],
  [
    'an address that only this machine may state',
    site([{ match: [{ client_ip: { ranges: ['10.0.9.0/24'] } }], handle: [login, toOllama] }], {
      trusted_proxies: { source: 'static', ranges: ['127.0.0.1/32'] },
    }),
    'pass: Management is for administrators only',
  ],
  [
    'refused, then forwarded, and the model itself may fail',
    site([{ handle: [login, toOllama] }], { errors: { routes: [{ handle: [toOllama] }] } }),
    'fail: 11 management routes open to anyone',
  ],
])('management routes through Caddy: %s', (_, config, expected) => {
  expect(outcomes(ask(managementRestricted, given(config), admins))).toEqual([expected])
})

test.each([
  ['one by its name', { delete: ['X-Forwarded-Prefix'] }, 'pass: No management route is forwarded'],
  ['all of a beginning', { delete: ['X-Forwarded-*'] }, 'pass: No management route is forwarded'],
  ['one by a value of its own', { set: { 'X-Forwarded-Prefix': [''] } }, 'pass: No management route is forwarded'],
  ['another one', { delete: ['X-Forwarded-For*'] }, 'fail: 23 management routes open to anyone'],
])('headers that are taken in hand before the proxy (request_header): %s', (_, request, expected) => {
  const toLocalAi = { handler: 'reverse_proxy', upstreams: [{ dial: '127.0.0.1:8080' }] }
  const config = site([{ match: [{ path: ['/v1/chat/*'] }], handle: [{ handler: 'headers', request }, toLocalAi] }])
  const found = facts('', [service('localai')], { ...noNginx, caddy: caddy(config) })
  expect(outcomes(ask(managementRestricted, found, admins))).toEqual([expected])
})

test.each([
  ['a prefix that a client names', {}, 'fail: 23 management routes open to every user'],
  ['one that Caddy sets', { set: { 'X-Forwarded-Prefix': [''] } }, 'pass: No management route is forwarded'],
  ['one that Caddy takes away', { delete: ['X-Forwarded-Prefix'] }, 'pass: No management route is forwarded'],
])('LocalAI takes off a path %s', (_, request, expected) => {
  const toLocalAi = { handler: 'reverse_proxy', upstreams: [{ dial: '127.0.0.1:8080' }], headers: { request } }
  const config = site([{ match: [{ path: ['/v1/chat/*'] }], handle: [login, toLocalAi] }])
  const found = facts('', [service('localai')], { ...noNginx, caddy: caddy(config) })
  expect(outcomes(ask(managementRestricted, found, admins))).toEqual([expected])
})
