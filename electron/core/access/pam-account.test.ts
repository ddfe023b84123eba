import { expect, test } from 'vitest'
import { parseTrust } from '../facts/access/trust.ts'
import { type PamSubject, pamAnswer } from './pam-account.ts'

const ada: PamSubject = {
  name: 'ada',
  uid: 1001,
  gid: 1001,
  shell: '/bin/bash',
  home: '/home/ada',
  groups: new Set(['ada', 'ops']),
  local: true,
  expired: false,
}

/** Files of Debian 12, with more lines in /etc/pam.d/sshd before what it includes, and in access.conf. */
const COMMON = [
  'account\t[success=1 new_authtok_reqd=done default=ignore]\tpam_unix.so ',
  'account\trequisite\t\t\tpam_deny.so',
  'account\trequired\t\t\tpam_permit.so',
]
const rowsOf = (files: Readonly<Record<string, readonly string[]>>) =>
  Object.entries(files)
    .flatMap(([file, lines]) => lines.map((line, at) => `${file}:${at + 1}:${line}`))
    .map((text, at) => ({ text, line: at + 1 }))
function answer(own: readonly string[], access: readonly string[] = [], subject: Partial<PamSubject> = {}, common = COMMON) {
  const { pam } = parseTrust(
    rowsOf({
      '/etc/pam.d/sshd': ['@include common-auth', 'account    required     pam_nologin.so', ...own, '@include common-account'],
      '/etc/pam.d/common-auth': ['auth\t[success=1 default=ignore]\tpam_unix.so nullok', 'auth\trequisite\t\t\tpam_deny.so'],
      '/etc/pam.d/common-account': common,
      '/etc/security/access.conf': access,
    }),
  )
  const said = pam ? pamAnswer(pam, { ...ada, ...subject }) : undefined
  return said?.says === 'yes' ? 'yes' : `${said?.says} ${said?.by}`
}

test('Debian as it is installed lets in whoever has not expired', () => {
  expect(answer([])).toBe('yes')
  expect(answer([], [], { expired: true })).toBe('no pam_unix')
  // A stack that never asks pam_unix heeds no day in shadow(5).
  expect(answer([], [], { expired: true }, ['account required pam_permit.so'])).toBe('yes')
})

const ACCESS = 'account required pam_access.so'
test.each<[string, readonly string[], string]>([
  ['no rule', [], 'yes'],
  ['for all but one', ['-:ALL EXCEPT root:ALL'], 'no pam_access'],
  ['but for her', ['- : ALL EXCEPT root ada : ALL'], 'yes'],
  ['but for a group of hers', ['-:ALL EXCEPT (ops):ALL'], 'yes'],
  ['a group without marks', ['-:ops:ALL'], 'no pam_access'],
  ['a group that she is not in', ['-:wheel:ALL'], 'yes'],
  ['the first that fits decides', ['+:ada:ALL', '-:ALL:ALL'], 'yes'],
  ['from somewhere', ['+:ada:10.0.0.0/8', '-:ALL:ALL'], 'yes'],
  ['only at a terminal', ['+:ada:tty1 LOCAL', '-:ALL:ALL'], 'no pam_access'],
  ['refused from one place', ['-:ada:10.0.0.1'], 'yes'],
  ['refused from everywhere but here', ['-:ALL EXCEPT root:ALL EXCEPT LOCAL'], 'no pam_access'],
  ['refused at terminals alone', ['-:ada:LOCAL'], 'yes'],
  ['an exception of an exception', ['-:ALL EXCEPT ops EXCEPT ada:ALL'], 'no pam_access'],
  ['a netgroup', ['+:@admins:ALL', '-:ALL:ALL'], 'unclear pam_access'],
  ['no sign', ['ada:ALL'], 'yes'],
  ['an address of IPv6', ['+:ada:2001:db8::/32', '-:ALL:ALL'], 'yes'],
])('access.conf: %s', (_, rules, expected) => expect(answer([ACCESS], rules)).toBe(expected))

test.each<[string, string]>([
  ['account required pam_access.so nodefgroup', 'yes'],
  ['account required pam_access.so accessfile=/etc/own', 'unclear pam_access'],
  // What it says counts for nothing.
  ['account optional pam_access.so', 'yes'],
  ['account sufficient pam_access.so', 'yes'],
])('how it is asked: %s', (line, expected) => expect(answer([line], ['-:ops:ALL'])).toBe(expected))

test.each<[string, string]>([
  ['account required pam_succeed_if.so user ingroup ops', 'yes'],
  ['account required pam_succeed_if.so quiet user ingroup wheel:adm', 'no pam_succeed_if'],
  ['account required pam_succeed_if.so user notingroup ops', 'no pam_succeed_if'],
  ['account required pam_succeed_if.so user in bob:ada uid >= 1000', 'yes'],
  ['account required pam_succeed_if.so uid < 1000', 'no pam_succeed_if'],
  ['account required pam_succeed_if.so user != ada', 'no pam_succeed_if'],
  ['account required pam_succeed_if.so shell = /bin/bash', 'yes'],
  ['account required pam_succeed_if.so shell notin /bin/bash:/bin/sh', 'no pam_succeed_if'],
  ['account required pam_succeed_if.so user = a*', 'no pam_succeed_if'],
  ['account required pam_succeed_if.so user =~ a*', 'yes'],
  ['account required pam_succeed_if.so user !~ a*', 'no pam_succeed_if'],
  ['account required pam_succeed_if.so service in sshd:login', 'yes'],
  ['account required pam_succeed_if.so rhost =~ 10.*', 'unclear pam_succeed_if'],
  // Whoever passes the first is done before the second.
  ['account sufficient pam_succeed_if.so user = ada\naccount required pam_listfile.so item=user sense=allow file=/etc/x', 'yes'],
  ['account [success=1 default=ignore] pam_succeed_if.so user = ada\naccount required pam_deny.so', 'yes'],
  ['account required pam_listfile.so item=user sense=allow file=/etc/ssh/users onerr=fail', 'unclear pam_listfile'],
  ['account required pam_slurm_adopt.so', 'unclear pam_slurm_adopt'],
  ['account required pam_time.so', 'yes'],
  ['account required pam_deny.so', 'no pam_deny'],
  ['account required pam_sss.so', 'no pam_sss'],
  ['account [default=bad success=ok user_unknown=ignore] pam_sss.so', 'yes'],
  ['account required \\', 'unclear /etc/pam.d/sshd line 3 goes on'],
  ['account include own', 'unclear /etc/pam.d/own was not read'],
])('%s', (lines, expected) => expect(answer(lines.split('\n'))).toBe(expected))

/** As authselect writes it on RHEL 9 with SSSD. */
const RHEL = [
  'account     required                                     pam_unix.so',
  'account     sufficient                                   pam_localuser.so',
  'account     sufficient                                   pam_usertype.so issystem',
  'account     [default=bad success=ok user_unknown=ignore] pam_sss.so',
  'account     required                                     pam_permit.so',
]
test.each<[string, Partial<PamSubject>, string]>([
  ['of its own files', {}, 'yes'],
  ['of a directory', { local: false }, 'unclear pam_sss'],
  ['that may be either', { local: undefined }, 'unclear pam_localuser, pam_sss'],
])('SSSD on RHEL, an account %s', (_, subject, expected) => expect(answer([], [], subject, RHEL)).toBe(expected))

test('what could not be read refuses nobody', () => {
  const shut = [{ text: 'grep: /etc/security/access.conf: Permission denied', line: 9 }]
  const rows = rowsOf({ '/etc/pam.d/sshd': [ACCESS] })
  const { pam } = parseTrust([...rows, ...shut])
  expect(pam && pamAnswer(pam, ada)).toEqual({ says: 'unclear', by: 'pam_access' })
  expect(parseTrust(rowsOf({ '/etc/pam.d/common-account': COMMON })).pam).toBeUndefined()
})

/** Rows of files that a module names, the first of which says that the file was read. */
function withFile(line: string, file: string, texts: readonly string[] | undefined, subject: Partial<PamSubject> = {}) {
  const all = rowsOf({ '/etc/pam.d/sshd': [line, '@include common-account'], '/etc/pam.d/common-account': COMMON, [file]: texts ?? [] })
  const marked = texts === undefined ? all : [{ text: `${file}:0:`, line: 99 }, ...all]
  const { pam } = parseTrust(marked)
  const said = pam && pamAnswer(pam, { ...ada, ...subject })
  return said?.says === 'yes' ? 'yes' : `${said?.says} ${said?.by}`
}

const LIST = 'account required pam_listfile.so onerr=fail item=user sense=allow file=/etc/ssh/users'
test.each<[string, string, readonly string[] | undefined, string]>([
  ['is on it', LIST, ['bob', 'ada'], 'yes'],
  ['is not', LIST, ['bob', 'ada lovelace'], 'no pam_listfile'],
  ['nobody is', LIST, [], 'no pam_listfile'],
  ['it was not read', LIST, undefined, 'unclear pam_listfile'],
  ['another file was', LIST.replace('users', 'others'), ['ada'], 'unclear pam_listfile'],
  ['a list of who is refused', LIST.replace('allow', 'deny'), ['ada'], 'no pam_listfile'],
  ['and she is not on it', LIST.replace('allow', 'deny'), ['bob'], 'yes'],
  ['groups', LIST.replace('=user', '=group'), ['wheel', 'ops'], 'yes'],
  ['other groups', LIST.replace('=user', '=group'), ['wheel'], 'no pam_listfile'],
  ['shells', LIST.replace('=user', '=shell'), ['/bin/bash'], 'yes'],
  ['shells, of one account only', `${LIST.replace('=user', '=shell')} apply=bob`, ['/bin/zsh'], 'unclear pam_listfile'],
  ['hosts', LIST.replace('=user', '=rhost'), ['10.0.0.1'], 'unclear pam_listfile'],
  ['no sense', LIST.replace('sense=allow', ''), ['ada'], 'unclear pam_listfile'],
])('pam_listfile: %s', (_, line, texts, expected) => expect(withFile(line, '/etc/ssh/users', texts)).toBe(expected))

test.each<[string, readonly string[] | undefined, string, string]>([
  ['there', ['# /etc/shells', '/bin/sh', '/bin/bash'], '/bin/bash', 'yes'],
  ['not there', ['/bin/sh'], '/bin/bash', 'no pam_shells'],
  ['none is /bin/sh', ['/bin/sh'], '', 'yes'],
  ['not read', undefined, '/bin/bash', 'unclear pam_shells'],
])('pam_shells: %s', (_, texts, shell, expected) =>
  expect(withFile('account required pam_shells.so', '/etc/shells', texts, { shell })).toBe(expected),
)

test('a file of its own for pam_access', () => {
  const line = 'account required pam_access.so accessfile=/etc/own'
  expect(withFile(line, '/etc/own', ['-:ops:ALL'])).toBe('no pam_access')
  expect(withFile(line, '/etc/own', ['# nobody'])).toBe('yes')
  expect(withFile(line, '/etc/own', undefined)).toBe('unclear pam_access')
})
