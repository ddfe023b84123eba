import { expect, test } from 'vitest'
import { knownCaddies } from '../../../facts/caddy/caddy.fact.ts'
import { unknown } from '../../../facts/fact.ts'
import type { AnyControl } from '../../control.ts'
import { ask, facts, outcomes, service } from '../proxy/proxy-facts.ts'
import accessLogKept from './proxy-access-log-kept.control.ts'
import accessLogOn from './proxy-access-log-on.control.ts'
import structured from './proxy-access-log-structured.control.ts'

const engine = { handle: [{ handler: 'reverse_proxy', upstreams: [{ dial: '127.0.0.1:11434' }] }] }
const judge = (control: AnyControl, server: object, log?: object) => {
  const config = {
    ...(log && { logging: { logs: { default: log } } }),
    apps: { http: { servers: { srv0: { listen: [':443'], routes: [engine], ...server } } } },
  }
  const printed = JSON.stringify(config, null, 1).replace(/^/gm, ':')
  const caddy = knownCaddies(`@process 7\n@admin 127.0.0.1:2019\n${printed}\n@end\n`, { processes: [], containers: [], units: [] })
  const none = { installed: false, running: false, directives: [] }
  return outcomes(ask(control, facts('', [service('ollama')], { nginx: none, caddy, os: unknown('why', []) })))
}
const on = { logs: {} }
const file = { output: 'file', filename: '/var/log/caddy/access.log' }

test.each<[string, AnyControl, object, object | undefined, string]>([
  ['none', accessLogOn, {}, undefined, 'fail: Requests are not logged'],
  ['to the journal', accessLogOn, on, undefined, 'pass: Every request is logged'],
  ['to a file', accessLogOn, on, { writer: file }, 'pass: Every request is logged'],
  ['thrown away', accessLogOn, on, { writer: { output: 'discard' } }, 'fail: Requests are not logged'],
  ['errors only', accessLogOn, on, { level: 'ERROR' }, 'warning: Only some requests are logged'],
  [
    'some routes left out',
    accessLogOn,
    { ...on, routes: [{ match: [{ path: ['/v1/*'] }], handle: [{ handler: 'vars', log_skip: true }] }, engine] },
    undefined,
    'warning: Only some requests are logged',
  ],
  ['JSON', structured, on, undefined, 'pass: The access log is structured'],
  ['for people', structured, on, { encoder: { format: 'console' } }, 'warning: The access log is plain text'],
  ['an extension', structured, on, { encoder: { format: 'transform' } }, 'not-evaluated: The format of the log is not known'],
  ['with passwords', structured, { logs: { should_log_credentials: true } }, undefined, 'fail: The access log holds secrets'],
  ['none', structured, {}, undefined, 'not-applicable: There is no access log to judge'],
  ['to the journal', accessLogKept, on, undefined, 'not-applicable: The proxy writes no log file'],
  ['by size', accessLogKept, on, { writer: file }, 'not-evaluated: How long logs are kept hangs on their size'],
  ['two weeks', accessLogKept, on, { writer: { ...file, roll_keep_days: 14 } }, 'warning: Access logs are kept for 14 days'],
  ['left to logrotate', accessLogKept, on, { writer: { ...file, roll: false } }, 'not-evaluated: How long logs are kept is not known'],
])('Caddy, %s: %o', (_, control, server, log, expected) => {
  expect(judge(control, server, log)).toEqual([expected])
})
