import { DAY_MS } from '#shared/day.ts'
import { fleetSchema } from '#shared/model/fleet.ts'
import type { AccessFacts } from '../../../access/access-facts.ts'
import type { Access } from '../../../facts/access/access.ts'
import { parseLoginKeys } from '../../../facts/access/login-keys.ts'
import { parseGroup, parsePasswd } from '../../../facts/accounts/parse.ts'
import { known, unknown } from '../../../facts/fact.ts'
import { parseSudoers } from '../../../facts/privileged/parse-sudoers.ts'
import { parseSshd } from '../../../facts/sshd/parse.ts'
import type { AnyControl, PolicyContext, Verdict } from '../../control.ts'

/** Test support: one host with two people, and what may be wrong with it. */
export const NOW = Date.UTC(2026, 10, 25)
export const tiers = { administrators: { accounts: ['ada'], groups: ['admins'] }, operators: { accounts: ['rey'] } }
export const left = [{ account: 'lund', on: '2026-10-31' }]

export const contextOf = (access?: object): PolicyContext => {
  const fleet = fleetSchema.parse({
    ...{ version: 1, name: 'x', identities: { audit: { user: 'gatehouse-ro' } }, hosts: [{ name: 'gpu-01', address: '10.0.0.1' }] },
    ...(access && { access }),
  })
  return { fleet, host: fleet.hosts[0] as PolicyContext['host'], now: NOW } as PolicyContext
}

export interface Sin {
  readonly sudoers?: string
  readonly docker?: string
  /** Account and the letter that its key is made of. */
  readonly keys?: readonly (readonly [string, string])[]
  readonly lastLogins?: Access['lastLogins']
  readonly keysUnread?: boolean
  /** Links on the way to keys. */
  readonly links?: readonly string[]
  /** Accounts that have expired, and names in the password file of the proxy. */
  readonly expired?: readonly string[]
  readonly passwordsUnread?: boolean
  readonly web?: readonly string[] | undefined
  readonly webUnread?: boolean
  readonly sudoersUnread?: boolean
  /** A directory that does not list its accounts. */
  readonly directory?: boolean
  /** Another account with a shell, as its line of passwd. */
  readonly passwd?: string
  /** What `sshd -T` prints. */
  readonly sshd?: string
}

export const keyRow = ([account, letter]: readonly [string, string], index: number) => ({
  text: `/home/${account}/.ssh/authorized_keys:${index + 1}:ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${letter.repeat(43)} ${account}`,
  line: 20 + index,
})

export function factsOf({
  sudoers = '',
  docker = '',
  keys = [
    ['ada', 'a'],
    ['rey', 'r'],
  ],
  lastLogins,
  keysUnread,
  links = [],
  expired = [],
  passwordsUnread,
  web = [],
  webUnread,
  sudoersUnread,
  directory,
  passwd: other,
  sshd = '',
}: Sin): AccessFacts {
  const names = ['ada', 'rey', 'lund', 'odd', 'gatehouse-ro']
  const passwd = [
    'root:x:0:0::/root:/bin/bash',
    ...names.map((name, at) => `${name}:x:${1001 + at}:${1001 + at}::/home/${name}:/bin/bash`),
  ].concat(other ?? [])
  const lines = sudoers.split('\n').map((text, at) => ({ file: '/etc/sudoers', number: at + 1, text, line: at + 1 }))
  const access: Access = {
    shadowGroups: known([]),
    passwords: passwordsUnread
      ? unknown('Passwords: refused', ['access'])
      : known(
          ['root', ...names].map((account, at) => ({
            ...{ account, state: 'locked', line: at + 1 },
            ...(expired.includes(account) && { expiresDay: 1 }),
          })),
        ),
    keys: keysUnread ? unknown('Keys of accounts: sudo refused the command', ['access']) : known(parseLoginKeys(keys.map(keyRow))),
    keyLinks: links.map((path, at) => ({ path, line: 80 + at })),
    ...{
      webAccounts: webUnread
        ? unknown('Password files: refused', ['access'])
        : known(web.map((name, at) => ({ file: '/etc/nginx/.htpasswd', name, line: 60 + at }))),
      open: known([]),
      paths: [],
      acls: known([]),
      polkit: known({ rules: [], administrators: [] }),
      cron: known([]),
      timed: known([]),
      scripts: known([]),
      lingering: [],
    },
    lastLogins: lastLogins ?? known(['ada', 'rey'].map((account) => ({ account, at: NOW - DAY_MS, line: 40 }))),
  }
  return {
    accounts: {
      ...{ accounts: parsePasswd(passwd.join('\n')), groups: parseGroup(`docker:x:998:${docker}\nadmins:x:997:odd`) },
      ...(directory && { unlisted: { reason: 'sss lists nobody', line: 3 } }),
    },
    access: known(access),
    sudoers: sudoersUnread ? unknown('Rules of sudo: refused', ['privileged']) : known(parseSudoers(lines)),
    ...{ units: known([]), services: known([]), system: unknown('', []), network: unknown('', []), processes: known([]) },
    ...{
      sshd: known(parseSshd(sshd)),
      'sshd-matches': known({ matches: [], elsewhere: [] }),
      'model-files': known({ directories: [] }),
      'guarded-files': known({ files: [], folders: [] }),
      'oauth2-proxy': known([]),
      nginx: unknown('', []),
      programs: known([]),
    },
  }
}

export const judge = (control: AnyControl, sin: Sin, policy: object | undefined): readonly string[] => {
  const facts = factsOf(sin)
  const given =
    control.needs.includes('access' as never) && facts.access.known
      ? {
          ...facts,
          access: facts.access.value,
          accounts: control.needs.includes('accounts' as never) ? facts.accounts : known(facts.accounts),
        }
      : facts
  const verdicts = (control.evaluate as unknown as (facts: unknown, context: PolicyContext) => readonly Verdict[])(given, contextOf(policy))
  return verdicts.map(({ status, subject }) => (subject === '' ? status : `${status} ${subject}`))
}
export const policy = { tiers, left }
