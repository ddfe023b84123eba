import { describe, expect, test } from 'vitest'
import { pamPattern } from './pam-account.ts'
import { parseOpenStacks } from './pam-auth.ts'

const read = (file: string, rows: readonly string[]) =>
  parseOpenStacks(
    rows.map((text, at) => ({ file: `/etc/pam.d/${file}`, number: at + 1, text, line: at + 1 })),
    400,
  )

/** What pam_authenticate(3) of Linux-PAM 1.5.2 said of each, asked for root with a wrong password. */
test.each<[rows: readonly string[], lets: boolean]>([
  [['auth sufficient pam_permit.so', 'auth required pam_unix.so'], true],
  [
    [
      'auth [success=1 default=ignore] pam_unix.so nullok',
      'auth requisite pam_deny.so',
      'auth required pam_permit.so',
      'auth optional pam_cap.so',
    ],
    false,
  ],
  [['auth [success=1 default=ignore] pam_unix.so nullok', 'auth required pam_permit.so', 'auth optional pam_cap.so'], true],
  [
    [
      'auth [success=2 default=ignore] pam_unix.so',
      'auth [success=1 default=ignore] pam_permit.so',
      'auth requisite pam_deny.so',
      'auth required pam_permit.so',
    ],
    true,
  ],
  [
    [
      'auth required pam_env.so',
      'auth required pam_faildelay.so delay=1',
      'auth sufficient pam_unix.so nullok',
      'auth required pam_deny.so',
    ],
    false,
  ],
  [['auth required pam_env.so', 'auth sufficient pam_unix.so nullok'], false],
  [['auth optional pam_permit.so', 'auth optional pam_unix.so'], true],
  [['auth optional pam_unix.so', 'auth optional pam_permit.so'], true],
  [['auth required pam_permit.so', 'auth optional pam_unix.so'], true],
  [['auth required pam_unix.so', 'auth sufficient pam_permit.so'], false],
  [['auth [default=ignore] pam_unix.so', 'auth required pam_faildelay.so delay=1'], false],
  [['auth required pam_group.so'], false],
  [['auth optional pam_mail.so', 'auth optional pam_unix.so'], false],
  [['auth required pam_nologin.so', 'auth optional pam_unix.so'], false],
  [
    [
      'auth required pam_faillock.so preauth',
      'auth sufficient pam_unix.so',
      'auth [default=die] pam_faillock.so authfail',
      'auth required pam_permit.so',
    ],
    false,
  ],
  [['auth required pam_faillock.so preauth', 'auth sufficient pam_unix.so', 'auth required pam_permit.so'], true],
  [['auth required pam_cap.so', 'auth optional pam_unix.so'], true],
  [['auth required pam_warn.so'], false],
])('%j', (rows, lets) => expect(read('common-auth', rows).map(({ onlyIf }) => onlyIf)).toEqual(lets ? [[]] : []))

test.each<[rows: readonly string[], onlyIf: readonly string[][]]>([
  [
    ['auth sufficient pam_succeed_if.so user ingroup nopasswdlogin', 'auth required pam_unix.so'],
    [['pam_succeed_if user ingroup nopasswdlogin']],
  ],
  [['auth sufficient pam_exec.so /usr/local/bin/at-home', 'auth required pam_unix.so'], [['pam_exec /usr/local/bin/at-home']]],
  [['auth sufficient pam_exec.so expose_authtok /usr/local/bin/ask', 'auth required pam_unix.so'], []],
  [['auth required pam_vendor.so', 'auth required pam_unix.so'], []],
  // As authselect of RHEL 9 writes it.
  [
    [
      'auth        required                                     pam_env.so',
      'auth        required                                     pam_faildelay.so delay=2000000',
      'auth        [default=1 ignore=ignore success=ok]         pam_usertype.so isregular',
      'auth        [default=1 ignore=ignore success=ok]         pam_localuser.so',
      'auth        sufficient                                   pam_unix.so nullok',
      'auth        [default=1 ignore=ignore success=ok]         pam_usertype.so isregular',
      'auth        sufficient                                   pam_sss.so forward_pass',
      'auth        required                                     pam_deny.so',
    ],
    [],
  ],
])('only where: %j', (rows, onlyIf) => expect(read('system-auth', rows).map((one) => one.onlyIf)).toEqual(onlyIf))

/** sshd of RHEL 9, of Debian 12 and of Arch, above the file that each of them includes. */
describe('what sshd asks', () => {
  const OPEN = ['auth sufficient pam_permit.so', 'auth required pam_unix.so']
  const ASKS = ['auth sufficient pam_unix.so', 'auth required pam_deny.so']
  const rhel = ['auth       substack     password-auth', 'auth       include      postlogin', 'account    required     pam_nologin.so']
  const debian = ['@include common-auth', 'account    required     pam_nologin.so', '@include common-account']
  const arch = { sshd: ['auth include system-remote-login'], 'system-remote-login': ['auth include system-login'] }
  test.each<[string, Readonly<Record<string, readonly string[]>>, readonly string[]]>([
    ['RHEL', { sshd: rhel, 'password-auth': OPEN, 'system-auth': ASKS }, ['password-auth', 'sshd']],
    ['RHEL, its own file', { sshd: ['auth sufficient pam_permit.so', ...rhel], 'password-auth': ASKS, 'system-auth': ASKS }, ['sshd']],
    ['RHEL, system-auth alone', { sshd: rhel, 'password-auth': ASKS, 'system-auth': OPEN }, ['system-auth']],
    ['Debian', { sshd: debian, 'common-auth': OPEN, 'common-account': ['account required pam_permit.so'] }, ['common-auth', 'sshd']],
    ['Debian, first a permit that decides nothing', { sshd: ['auth required pam_permit.so', ...debian], 'common-auth': ASKS }, []],
    [
      'Arch',
      { ...arch, 'system-login': ['auth required pam_nologin.so', 'auth include system-auth'], 'system-auth': OPEN },
      ['system-auth', 'sshd'],
    ],
    ['what it includes was not read', { sshd: ['auth sufficient pam_permit.so', 'auth include own'] }, []],
  ])('%s', (_, files, expected) => {
    const lines = Object.entries(files).flatMap(([file, rows]) =>
      rows.map((text, at) => ({ file: `/etc/pam.d/${file}`, number: at + 1, text, line: at + 1 })),
    )
    expect(parseOpenStacks(lines, 400).map(({ file }) => file.replace('/etc/pam.d/', ''))).toEqual(expected)
  })
})

test('what was not asked tells nothing', () => expect(read('common-auth', ['auth optional pam_cap.so'])).toEqual([]))

test('a line that goes on tells nothing', () =>
  expect(read('system-auth', ['auth sufficient pam_permit.so \\', 'auth required pam_unix.so'])).toEqual([]))

test.each([
  'auth sufficient pam_permit.so',
  '-auth [success=1 default=ignore] pam_sss.so',
  '@include common-auth',
  '@include common-account',
])('the probe prints such rows: %s', (row) => expect(new RegExp(pamPattern).test(row)).toBe(true))
