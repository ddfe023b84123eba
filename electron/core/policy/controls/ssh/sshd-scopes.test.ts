import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parseMatches } from '../../../facts/privileged/sshd-files.ts'
import { parseSshd } from '../../../facts/sshd/parse.ts'
import { scopesOf } from './sshd-scopes.ts'

/**
 * Recorded with OpenSSH 9.2 of Debian 12: random sshd_config with `Match` blocks, what `sshd -T` prints (`all`), and every different answer of `sshd -T -C`
 * for three users from four addresses (`seen`). It refuses some logins for `AuthenticationMethods any` in two blocks at once; those are left out.
 */
interface Recorded {
  readonly config: string
  readonly all: string
  readonly seen: readonly string[]
}
const recorded = JSON.parse(readFileSync(new URL('./__fixtures__/sshd-9.2-matches.json', import.meta.url), 'utf8')) as readonly Recorded[]
const keywords = ['passwordauthentication', 'permitrootlogin', 'authenticationmethods', 'allowtcpforwarding'] as const

test('every kind of login that sshd tells apart is among the scopes', () => {
  expect(recorded.length).toBeGreaterThan(30)
  const missing = recorded.flatMap(({ config, all, seen }) => {
    const file = '/etc/ssh/sshd_config'
    const matches = parseMatches(config.split('\n').map((text, at) => ({ file, text, line: at + 1, number: at + 1 })))
    const printed = all.split('|').map((value, at) => `${keywords[at]} ${value}`)
    const scopes = scopesOf(parseSshd(printed.join('\n')), matches, keywords).map(({ setting }) =>
      keywords.map((keyword) => setting(keyword)?.value).join('|'),
    )
    return seen.filter((one) => !scopes.includes(one)).map((one) => ({ one, scopes, config }))
  })
  expect(missing).toEqual([])
})
