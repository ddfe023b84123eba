import { describe, expect, test } from 'vitest'
import { known } from '../../../facts/fact.ts'
import { outcomes, facts as proxyFacts } from '../proxy/proxy-facts.ts'
import usersRestricted from './oauth2-proxy-users-restricted.control.ts'
import { ask, facts } from './sso-facts.testing.ts'

describe('whom nginx asks it for (`allowed_groups` in the query of /oauth2/auth)', () => {
  const everybody = 'provider = "oidc"\nemail_domains = "*"\nupstreams = "static://202"'
  const open = 'fail: Every account of the provider may log in'
  const named = 'pass: nginx asks for named groups or addresses'
  const asks = (query: string, more = '') =>
    `server { location / { auth_request /auth; proxy_pass http://127.0.0.1:11434; } location = /auth { proxy_pass http://127.0.0.1:4180/oauth2/auth${query}; } ${more} }`
  test.each<[string, string, string, string]>([
    ['a group', everybody, asks('?allowed_groups=llm,admins'), named],
    ['addresses', everybody, asks('?x=1&allowed_emails=a@corp.example'), named],
    ['nobody by name', everybody, asks(''), open],
    ['an empty group', everybody, asks('?allowed_groups='), open],
    ['any domain', everybody, asks('?allowed_email_domains=*'), open],
    ['a group that the client names', everybody, asks('?allowed_groups=$arg_group'), open],
    ['a group, but not everywhere', everybody, asks('?allowed_groups=llm', 'location /v1 { auth_request /all; }'), open],
    ['a group of another program', everybody.replace('static', 'http'), asks('?allowed_groups=llm'), open],
    ['a group, where others may ask as well', `${everybody}\nhttp_address = ":4180"`, asks('?allowed_groups=llm'), open],
    [
      'a group, beside a file of passwords',
      `${everybody}\nhtpasswd_file = "/h"`,
      asks('?allowed_groups=llm'),
      'warning: A file of passwords lets past the provider',
    ],
  ])('%s', (_, config, http, expected) => {
    const { nginx } = proxyFacts(http, [])
    const given = { ...facts(config), nginx: known(nginx), caddy: known({ instances: [] }) }
    expect(outcomes(ask(usersRestricted, given))).toEqual([expected])
  })
})
