import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fleetSchema } from '#shared/model/fleet.ts'
import { known, unknown } from '../../../facts/fact.ts'
import type { PamEntry, PamModule } from '../../../facts/pam/pam.ts'
import { parsePam } from '../../../facts/pam/parse.ts'
import { authenticates } from '../../../facts/pam/run-stack.ts'
import type { SshdMatches } from '../../../facts/privileged/privileged.ts'
import { parseSshd } from '../../../facts/sshd/parse.ts'
import type { AnyControl, Control, PolicyContext } from '../../control.ts'
import { evaluate } from '../../engine.ts'
import forwards from './jump-forwards-to-fleet-only.control.ts'
import lends from './jump-lends-nothing-else.control.ts'
import secondFactor from './jump-second-factor-required.control.ts'
import { secondFactorOf } from './pam-stack.ts'

const fleet = fleetSchema.parse({
  version: 1,
  name: 'test',
  jump: [
    { name: 'bastion', address: '192.0.2.1', audit: true },
    { name: 'inner', address: 'inner.dc1.example' },
  ],
  identities: { audit: { user: 'audit' } },
  hosts: [
    { name: 'gpu-01', address: '10.0.3.7' },
    { name: 'gpu-02', address: 'fd00::7' },
  ],
})
const context = {
  fleet,
  host: { name: 'bastion', address: '192.0.2.1', port: 22, labels: [] },
  now: 0,
  advisories: undefined as never,
} satisfies PolicyContext

const pam = (...rows: readonly string[]) => {
  const read = parsePam(rows.map((row, index) => `/etc/pam.d/sshd:${index + 1}:${row}`).join('\n'))
  return read ? known(read) : unknown('PAM of sshd: /etc/pam.d/sshd could not be read', ['pam'])
}
const none: SshdMatches = { matches: [], elsewhere: [] }
const matching = (...settings: readonly (readonly [string, string])[]): SshdMatches => ({
  matches: [
    {
      criteria: 'group ops',
      file: '/etc/ssh/sshd_config',
      line: 4,
      settings: settings.map(([keyword, value]) => ({ keyword, value, line: 5 })),
    },
  ],
  elsewhere: [],
})
const elsewhere: SshdMatches = { matches: [], elsewhere: ['/srv/*'] }

function verdictsOf(control: AnyControl, text: string, matches: SshdMatches = none, stack: unknown = code) {
  const { evaluate: ask } = control as unknown as Control<'sshd', 'pam'>
  const facts = {
    sshd: parseSshd(text),
    'sshd-matches': control === lends ? known(matches) : matches,
    pam: stack,
    updates: known({ packages: [{ name: 'openssh-server', version: '1:10.0p1-7' }] }),
  } as unknown as Parameters<typeof ask>[0]
  return ask(facts, context)
}

const judge = (...asked: Parameters<typeof verdictsOf>): string =>
  verdictsOf(...asked)
    .map(({ status, title }) => `${status}: ${title}`)
    .join('\n')

const code = pam('auth required pam_google_authenticator.so')
const both = 'usepam yes\nauthenticationmethods publickey,keyboard-interactive:pam'
const hardware = 'pubkeyauthoptions verify-required\npubkeyacceptedalgorithms sk-ssh-ed25519@openssh.com,sk-ecdsa-sha2-nistp256@openssh.com'

test.each<[string, string, SshdMatches, unknown, string]>([
  ['a key and a code', both, none, code, 'pass: A key and a second factor are asked'],
  [
    'oath beside the password',
    both,
    none,
    pam('auth required pam_unix.so', 'auth required pam_oath.so usersfile=/etc/oath'),
    'pass: A key and a second factor are asked',
  ],
  ['a key with its own PIN', `${hardware}\nauthenticationmethods publickey`, none, code, 'pass: A key and a second factor are asked'],
  [
    'a PIN that ordinary keys need not',
    'pubkeyauthoptions verify-required\npubkeyacceptedalgorithms ssh-ed25519\nauthenticationmethods publickey',
    none,
    code,
    'fail: One factor is enough on the jump host',
  ],
  ['any method', 'usepam yes\nauthenticationmethods any', none, code, 'fail: One factor is enough on the jump host'],
  ['not printed at all', 'usepam yes', none, code, 'fail: One factor is enough on the jump host'],
  ['one way with, one without', `${both} publickey`, none, code, 'fail: One factor is enough on the jump host'],
  ['two keys', 'usepam yes\nauthenticationmethods publickey,publickey', none, code, 'fail: One factor is enough on the jump host'],
  [
    'a code without a key',
    'usepam yes\nauthenticationmethods keyboard-interactive',
    none,
    code,
    'fail: One factor is enough on the jump host',
  ],
  [
    'a password and a code, no key',
    'usepam yes\nauthenticationmethods password,keyboard-interactive',
    none,
    code,
    'warning: Some logins need no key',
  ],
  [
    'a ticket of Kerberos',
    'usepam yes\nauthenticationmethods publickey,gssapi-with-mic',
    none,
    code,
    'not-evaluated: What is asked as a second step is not known',
  ],
  ['a password after the key', 'authenticationmethods publickey,password', none, code, 'warning: The second step is a password'],
  ['PAM asks for the password', both, none, pam('auth required pam_unix.so'), 'fail: The second step is a password'],
  [
    'the password does',
    both,
    none,
    pam('auth sufficient pam_unix.so', 'auth required pam_google_authenticator.so'),
    'fail: The second factor can be passed by',
  ],
  [
    'the code is optional',
    both,
    none,
    pam('auth required pam_unix.so', 'auth optional pam_oath.so'),
    'fail: The second factor can be passed by',
  ],
  [
    'some come in without',
    both,
    none,
    pam('auth [success=1 default=ignore] pam_access.so', 'auth required pam_oath.so', 'auth required pam_permit.so'),
    'fail: The second factor can be passed by',
  ],
  [
    'nullok',
    both,
    none,
    pam('auth required pam_google_authenticator.so nullok'),
    'warning: Accounts without a secret pass the second step',
  ],
  [
    'nouserok',
    both,
    none,
    pam('auth required pam_unix.so', 'auth required pam_u2f.so cue nouserok'),
    'warning: Accounts without a secret pass the second step',
  ],
  [
    'no code for a day from the same address',
    both,
    none,
    pam('auth required pam_google_authenticator.so grace_period=86400'),
    'warning: The second factor is not asked each time',
  ],
  [
    'no code for a quarter of an hour',
    both,
    none,
    pam('auth required pam_google_authenticator.so grace_period=900'),
    'pass: A key and a second factor are asked',
  ],
  [
    'a day for one, and another each time',
    both,
    none,
    pam('auth required pam_google_authenticator.so grace_period=86400', 'auth required pam_duo.so'),
    'pass: A key and a second factor are asked',
  ],
  [
    'nullok for one, and another for all',
    both,
    none,
    pam('auth required pam_google_authenticator.so nullok', 'auth required pam_oath.so'),
    'pass: A key and a second factor are asked',
  ],
  ['RADIUS', both, none, pam('auth required pam_radius_auth.so'), 'not-evaluated: What is asked as a second step is not known'],
  ['nobody gets in: no factor is asked', both, none, pam('auth required pam_deny.so'), 'fail: The second step is a password'],
  ['PAM unread', both, none, pam(), 'not-evaluated: What is asked as a second step is not known'],
  [
    'PAM in part',
    both,
    none,
    pam('auth include elsewhere', 'auth required pam_oath.so'),
    'not-evaluated: What is asked as a second step is not known',
  ],
  [
    'without PAM',
    'usepam no\nauthenticationmethods publickey,keyboard-interactive',
    none,
    code,
    'not-evaluated: What is asked as a second step is not known',
  ],
  ['another service of PAM', `${both}\npamservicename sshd-otp`, none, code, 'not-evaluated: What is asked as a second step is not known'],
  ['not for some', both, matching(['authenticationmethods', 'publickey']), code, 'warning: A Match block asks for one factor only'],
  ['Match blocks elsewhere', both, elsewhere, code, 'not-evaluated: Match blocks of sshd could not be read'],
  ['a Match block about something else', both, matching(['x11forwarding', 'yes']), code, 'pass: A key and a second factor are asked'],
])('second factor: %s', (_, text, matches, stack, expected) => {
  expect(judge(secondFactor, text, matches, stack)).toBe(expected)
})

const toFleet = 'allowtcpforwarding local\npermitopen 10.0.3.7:22 [fd00::7]:* GPU-01:22 inner.dc1.example:22\npermitlisten any'
test.each<[string, string, SshdMatches, string]>([
  ['the fleet, by address and name', toFleet, none, 'pass: The jump host forwards to the fleet only'],
  [
    'nothing, but a group to the fleet',
    'allowtcpforwarding no\npermitopen any',
    matching(['allowtcpforwarding', 'local'], ['permitopen', '10.0.3.7:22']),
    'pass: The jump host forwards to the fleet only',
  ],
  [
    'nothing, but a group to anywhere',
    'allowtcpforwarding no\npermitopen any',
    matching(['allowtcpforwarding', 'local']),
    'warning: The jump host forwards to anywhere',
  ],
  ['anywhere', 'allowtcpforwarding local\npermitopen any', none, 'fail: The jump host forwards to anywhere'],
  ['PermitOpen not printed', 'allowtcpforwarding local', none, 'fail: The jump host forwards to anywhere'],
  ['every host on one port', 'allowtcpforwarding local\npermitopen *:22', none, 'fail: The jump host forwards beyond the fleet'],
  ['itself', 'allowtcpforwarding local\npermitopen 192.0.2.1:3306', none, 'fail: The jump host forwards beyond the fleet'],
  ['listening ports of clients', toFleet.replace('local', 'yes'), none, 'fail: Clients may open ports on the jump host'],
  [
    'listening ports forbidden',
    toFleet.replace('local', 'all').replace('permitlisten any', 'permitlisten none'),
    none,
    'pass: The jump host forwards to the fleet only',
  ],
  ['remote only', 'allowtcpforwarding remote\npermitopen any\npermitlisten any', none, 'fail: Clients may open ports on the jump host'],
  [
    'all forwarding off',
    'allowtcpforwarding yes\ndisableforwarding yes\npermitopen any',
    none,
    'pass: The jump host forwards to the fleet only',
  ],
  ['Match blocks elsewhere', toFleet, elsewhere, 'not-evaluated: Match blocks of sshd could not be read'],
  ['not printed', 'port 22', none, 'not-evaluated: sshd did not say how it is set'],
])('forwarding: %s', (_, text, matches, expected) => {
  expect(judge(forwards, text, matches)).toBe(expected)
})

const closed = 'allowagentforwarding no\nx11forwarding no\npermittunnel no\ngatewayports no\nallowstreamlocalforwarding no'
test.each<[string, string, SshdMatches, string]>([
  ['nothing', closed, none, 'pass: The jump host lends nothing else'],
  ['agents', closed.replace('agentforwarding no', 'agentforwarding yes'), none, 'warning: The jump host forwards more than ports'],
  ['nothing at all', 'disableforwarding yes\nallowagentforwarding yes', none, 'pass: The jump host lends nothing else'],
  [
    'nothing, but all of it to a group',
    'disableforwarding yes',
    matching(['disableforwarding', 'no']),
    'warning: A Match block forwards more than ports',
  ],
  ['agents of a group', closed, matching(['allowagentforwarding', 'yes']), 'warning: A Match block forwards more than ports'],
  ['not printed', 'port 22', none, 'not-evaluated: sshd did not say how it is set'],
])('what else is lent: %s', (_, text, matches, expected) => {
  expect(judge(lends, text, matches)).toBe(expected)
})

test('they concern a jump host that is looked at, and no server', () => {
  const asked = (name: string) => evaluate([secondFactor], {} as never, new Map(), { ...context, host: { ...context.host, name } })
  expect(asked('gpu-01')[0]).toMatchObject({ status: 'not-applicable', title: 'This is not a jump host' })
  expect(() => asked('bastion')).toThrow()
})

/** Stacks of pam.d(5), substacks among them. */
const on = fc.constantFrom<PamModule['on']>(
  { success: 'ok', default: 'bad' },
  { success: 'ok', default: 'die' },
  { success: 'done', default: 'ignore' },
  { success: 'ok', default: 'ignore' },
  { success: 1, default: 'ignore' },
  { success: 'reset', default: 2 },
)
const module = fc
  .record({ on, name: fc.constantFrom('pam_unix', 'pam_oath', 'pam_permit', 'pam_deny', 'pam_access', 'pam_radius_auth') })
  .map((each): PamModule => ({ ...each, arguments: [], text: '', line: 1 }))
const stack = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: module },
    fc.array(module, { maxLength: 3 }).map((substack): PamEntry => ({ substack })),
  ),
  { maxLength: 6 },
)

test('a stack that is said to need the factor lets nobody in without it, whatever the others say', () => {
  fc.assert(
    fc.property(stack, fc.func(fc.boolean()), (auth, others) => {
      const found = secondFactorOf({ auth })
      if (found?.bypass !== 'no') return
      const says = (each: PamModule) => {
        if (each.name === 'pam_oath' || each.name === 'pam_deny') return 'auth_err' as const
        if (each.name === 'pam_unix' || each.name === 'pam_permit') return 'success' as const
        return others(each.name, each.line) ? ('success' as const) : ('auth_err' as const)
      }
      expect(authenticates(auth, says)).toBe(false)
    }),
    { numRuns: 500 },
  )
})

test('a command that asks for a second factor asks nobody who is led through', () => {
  const [verdict] = verdictsOf(secondFactor, 'authenticationmethods publickey\nforcecommand /usr/sbin/login_duo', none, code)
  expect([verdict?.status, verdict?.reason]).toEqual(['fail', expect.stringContaining('what is led through (ssh -J) opens none')])
})

test('what pam_duo does while Duo does not answer is said not to be known', () => {
  const [verdict] = verdictsOf(secondFactor, both, none, pam('auth required pam_duo.so'))
  expect([verdict?.status, verdict?.reason]).toEqual(['pass', expect.stringContaining('failmode')])
})
