import { expect, test } from 'vitest'
import { parseInheriting } from '../facts/access/pam-cap.ts'
import { parseTrust } from '../facts/access/trust.ts'
import { known } from '../facts/fact.ts'
import { factsOf } from './host-access.testing.ts'
import { hostAccess } from './host-access.ts'

// As the lab has them with libpam-cap 2.66 of Debian 12: by ssh and by cron the capability is there, and python3 with cap_setuid=ei becomes root.

const rows = (...texts: readonly string[]) => texts.map((text, index) => ({ text, line: index + 1 }))
const python = '/usr/local/bin/python3 cap_setuid=ei'

function seen(conf: readonly string[], files: readonly string[], pam = ['/etc/pam.d/common-auth:20:auth\toptional\tpam_cap.so']) {
  const facts = factsOf({
    groups: { ops: 'ada' },
    paths: ['python3', 'agent'].map((name) => `regular file/755/root/root//usr/local/bin/${name}`).join('\n'),
  })
  const trust = parseTrust(rows(...pam, ...conf.map((text, at) => `/etc/security/capability.conf:${at + 1}:${text}`)))
  const access = facts.access.known
    ? known({ ...facts.access.value, trust: { ...trust, inheriting: parseInheriting(rows(...files)) } })
    : facts.access
  const { accounts, gaps } = hostAccess({ ...facts, access }, 0)
  const root = accounts.find(({ name }) => name === 'ada')?.holdings.find(({ capability }) => capability === 'become-root')
  return {
    way: root && [...root.path.slice(1), ...(root.condition ? [`(${root.condition})`] : [])].join(' → '),
    gaps: gaps.map(({ reason }) => reason),
  }
}

const held = 'cap_setuid by capability.conf, which /usr/local/bin/python3 takes → root'
test.each<[string, readonly string[], readonly string[], string | undefined]>([
  ['an account', ['cap_setuid  ada', 'none *'], [python], held],
  ['one of several', ['!cap_chown,^cap_setuid,cap_net_raw bob ada'], [python], held],
  ['its group', ['  cap_setuid @ops'], [python], held],
  ['everybody', ['cap_setuid *'], [python], held],
  ['every capability of the file', ['cap_setuid ada'], ['/usr/local/bin/python3 =ei'], held],
  ['the file that may take it alone', ['cap_setuid ada'], ['/usr/local/bin/python3 cap_net_raw=ep cap_setuid+i'], held],
  ['the first line is the one', ['none ada', 'cap_setuid *'], [python], undefined],
  ['another', ['cap_setuid bob'], [python], undefined],
  ['another group', ['cap_setuid @audio'], [python], undefined],
  ['another capability', ['cap_dac_override ada'], [python], undefined],
  ['it is taken away', ['!cap_setuid ada'], [python], undefined],
  ['what it has stays as it is', ['all ada'], [python], undefined],
  ['no program', ['cap_setuid ada'], [], undefined],
  ['a comment', ['#cap_setuid ada'], [python], undefined],
  [
    'a program of one’s own',
    ['cap_setuid ada'],
    ['/usr/local/bin/agent cap_setuid=ei'],
    'cap_setuid by capability.conf, which /usr/local/bin/agent takes → root → (only if /usr/local/bin/agent does whatever it is told)',
  ],
])('capabilities of logins: %s', (_, conf, files, expected) => expect(seen(conf, files).way).toBe(expected))

test('whether PAM asks the module', () => {
  expect(seen(['cap_setuid ada'], [python], []).way).toBe(`${held} → (only if a stack of PAM that was not read asks pam_cap)`)
  expect(seen([], [python], ['/etc/pam.d/sshd:3:auth optional pam_cap.so default=cap_setuid']).way).toBe(held)
})

test('a file of capabilities that was not read leaves open who is root, where a program takes any', () => {
  const elsewhere = ['/etc/pam.d/sshd:3:auth optional pam_cap.so config=/etc/caps']
  expect(seen([], [python], elsewhere).gaps).toContain('Capabilities of logins: /etc/caps was not read')
  expect(seen([], [python], ['grep: /etc/security/capability.conf: Permission denied']).gaps).toContain(
    'Capabilities of logins: /etc/security/capability.conf was not read',
  )
  expect(seen([], [], elsewhere).gaps).toEqual([])
})
