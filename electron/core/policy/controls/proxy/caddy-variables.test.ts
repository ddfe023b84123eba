import { expect, test } from 'vitest'
import { knownCaddies } from '../../../facts/caddy/caddy.fact.ts'
import { unit } from '../../../facts/services/services.testing.ts'
import type { Unit } from '../../../facts/units/units.ts'
import { given, site, toOllama } from './caddy-sites.testing.ts'
import { ask, outcomes } from './proxy-facts.ts'
import requiresAuthentication from './proxy-requires-authentication.control.ts'

const open = 'fail: Every route answers without a login'
const closed = 'pass: Every forwarded route needs a login'
const unclear = 'not-evaluated: Whether a login is needed is not known'

const header = (name: string, ...values: readonly string[]) => ({ header: { [name]: values } })
const started = (given: Partial<Unit>) => unit({ id: 'caddy.service', mainPid: 7, ...given })
const withKey = started({ environment: { KEY: '****' } })
const refused = { handle: [{ handler: 'static_response', status_code: 401 }] }

/** A variable that is not set is empty text; what each of both Caddys, 2.6.2 and 2.11.4, let in was tried by HTTP/1.1 and HTTP/2. */
test.each<[string, object, readonly Unit[], string]>([
  ['a key that is not set', header('X-Api-Key', '{env.KEY}'), [started({})], open],
  ['a token that is not set', header('Authorization', 'Bearer {env.KEY}'), [started({})], open],
  ['a parameter that is not set', { query: { token: ['{env.KEY}'] } }, [started({})], open],
  ['the rest of a header, and none is asked for', header('Authorization', '*{env.KEY}'), [started({})], open],
  ['one that is set to nothing', header('X-Api-Key', '{env.KEY}'), [started({ environment: { KEY: '' } })], open],
  ['what looks like a default is a part of the name', header('X-Api-Key', '{env.KEY:}'), [withKey], open],
  ['one that is set', header('X-Api-Key', '{env.KEY}'), [withKey], closed],
  ['a token that is set', header('Authorization', 'Bearer {env.KEY}'), [withKey], closed],
  ['a parameter that is set', { query: { token: ['{env.KEY}'] } }, [withKey], closed],
  ['one of two that is set', header('X-Api-Key', '{env.KEY}', '{env.OLD_KEY}'), [withKey], open],
  [
    'a file that holds it, which is not read',
    header('X-Api-Key', '{env.KEY}'),
    [started({ environmentFiles: ['/etc/caddy/env'] })],
    unclear,
  ],
  ['one of its own', header('X-Api-Key', '{env.KEY}'), [started({ execStart: ['caddy', 'run', '--envfile', '/etc/caddy/env'] })], unclear],
  ['one that is handed on', header('X-Api-Key', '{env.KEY}'), [started({ properties: { PassEnvironment: 'KEY' } })], unclear],
  ['a unit that was changed since', header('X-Api-Key', '{env.KEY}'), [{ ...withKey, newerFiles: [{ path: '/x', line: 1 }] }], unclear],
  ['another unit', header('X-Api-Key', '{env.KEY}'), [started({ mainPid: 8, environment: { KEY: '****' } })], unclear],
  ['no unit', header('Authorization', 'Bearer {env.KEY}'), [], unclear],
  ['a secret of Docker, which may be missing', header('X-Api-Key', '{file./run/secrets/key}'), [withKey], unclear],
  // As the host masks `{env.KEY}` there.
  ['a pattern with one', { header_regexp: { Authorization: { pattern: '^Bearer short$' } } }, [withKey], unclear],
  ['the name of the host', header('X-Api-Key', '{system.hostname}'), [withKey], open],
])('Caddy asks for %s', (_, match, units, expected) => {
  for (const routes of [[{ match: [match], handle: [toOllama] }], [{ match: [{ not: [match] }], ...refused }, { handle: [toOllama] }]]) {
    const config = JSON.stringify(site(routes), null, 1).replace(/^/gm, ':')
    const caddy = knownCaddies(`@process 7\n@version v2.6.2\n@admin 127.0.0.1:2019\n${config}\n@end\n`, {
      processes: [],
      containers: [],
      units,
    })
    expect(outcomes(ask(requiresAuthentication, given({}, { caddy })))).toEqual([expected])
  }
})
