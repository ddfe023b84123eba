import { expect, test } from 'vitest'
import type { Access } from '../facts/access/access.ts'
import { parseLoginKeys } from '../facts/access/login-keys.ts'
import { parsePasswords, parsePaths } from '../facts/access/parse.ts'
import { parseTrust } from '../facts/access/trust.ts'
import { parseGroup, parsePasswd } from '../facts/accounts/parse.ts'
import { known } from '../facts/fact.ts'
import { loginsOf } from './logins.ts'
import { membersOf } from './rights.ts'

const rows = (text: string) => text.split('\n').map((row, index) => ({ text: row, line: index + 1 }))
const [ada] = membersOf({ accounts: parsePasswd('ada:x:1001:1001::/home/ada:/bin/bash'), groups: parseGroup('ada:x:1001:') })
const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl ada@laptop'

function loginsWith(paths: string, file: string, strictmodes: string) {
  const access = {
    passwords: known(parsePasswords(rows('ada:!:'))),
    keys: known(parseLoginKeys(rows(`${file}:1:${key}`))),
    paths: parsePaths(rows(paths)),
  } as unknown as Access
  return loginsOf(ada as never, access, known({ settings: { strictmodes: [{ value: strictmodes, line: 1 }] } }), 0)
}

const own = '/home/ada/.ssh/authorized_keys'
const sound = 'directory/755/root/root//home\ndirectory/700/ada/ada//home/ada\ndirectory/700/ada/ada//home/ada/.ssh'

// auth2-pubkeyfile.c and misc.c (safe_path) of OpenSSH: the file, and every folder from it up to the home.
test.each([
  ['all of it is hers', sound, own, 'yes', 'yes'],
  [
    'a folder of keys that others may write',
    sound.replace('700/ada/ada//home/ada/.ssh', '777/ada/ada//home/ada/.ssh'),
    own,
    'yes',
    'unknown',
  ],
  ['a home that a group may write', sound.replace('700/ada/ada//home/ada\n', '770/ada/ada//home/ada\n'), own, 'yes', 'unknown'],
  ['a home of somebody else', sound.replace('700/ada/ada//home/ada\n', '700/bob/bob//home/ada\n'), own, 'yes', 'unknown'],
  ['above the home it does not matter', sound.replace('755/root/root//home\n', '777/root/root//home\n'), own, 'yes', 'yes'],
  ['sshd is told not to look', sound.replace('700/ada/ada//home/ada/.ssh', '777/ada/ada//home/ada/.ssh'), own, 'no', 'yes'],
  ['a home beside it', `${sound}\ndirectory/777/ada/ada//home/ada2`, own, 'yes', 'yes'],
  ['a file outside of homes: the whole way counts', 'directory/777/root/root//etc/ssh', '/etc/ssh/authorized_keys.d/ada', 'yes', 'unknown'],
  ['nothing was seen', '', own, 'yes', 'yes'],
])('%s', (_, paths, file, strictmodes, open) => {
  const logins = loginsWith(paths, file, strictmodes)
  expect([logins.open, logins.ways]).toEqual([open, open === 'yes' ? ['SSH key'] : []])
  expect(logins.notes.join()).toMatch(open === 'yes' ? /^$/ : /sshd refuses keys, because others may write \//)
})

// Where keys are looked for is `homeFolders` of facts/access/collect.ts, less what packages fill.
test.each([
  ['/home/ada', 'no', ''],
  ['/var/lib/ada', 'no', ''],
  ['/data/home/ada', 'unknown', 'keys in /data/home/ada were not looked for'],
  ['/homes/ada', 'unknown', 'keys in /homes/ada were not looked for'],
  // As winbind and SSSD make them (template homedir, override_homedir).
  ['/home/CORP/ada', 'unknown', 'keys in /home/CORP/ada were not looked for'],
  ['/usr/share/doc/ada', 'unknown', 'keys in /usr/share/doc/ada were not looked for'],
  ['/usr/share/docs', 'no', ''],
  ['/', 'unknown', 'keys in / were not looked for'],
])('a home at %s, no key found: login %s', (home, open, note) => {
  const [member] = membersOf({ accounts: parsePasswd(`ada:x:1001:1001::${home}:/bin/bash`), groups: parseGroup('ada:x:1001:') })
  const access = { passwords: known(parsePasswords(rows('ada:!:'))), keys: known([]), paths: [] } as unknown as Access
  const logins = loginsOf(member as never, access, known({ settings: {} }), 0)
  expect([logins.open, logins.ways, logins.notes.join()]).toEqual([open, [], note])
})

test('an account without a shell has no keys to miss', () => {
  const [member] = membersOf({ accounts: parsePasswd('svc:x:999:999::/data/svc:/usr/sbin/nologin'), groups: parseGroup('svc:x:999:') })
  const access = { passwords: known(parsePasswords(rows('svc:!:'))), keys: known([]), paths: [] } as unknown as Access
  const logins = loginsOf(member as never, access, known({ settings: {} }), 0)
  expect([logins.open, logins.notes.join()]).toEqual(['no', 'its shell is /usr/sbin/nologin'])
})

// Each as a real OpenSSH 9.2 did it (`e2e/lab/keys.lab.test.ts`).
test.each<[string, string, string, Readonly<Record<string, string>>, string, boolean]>([
  ['ports', '', 'nologin', {}, 'yes', true],
  ['ports, /bin/false', '', 'false', {}, 'yes', true],
  ['no file that could be run', '', '/dev/null', {}, 'no', false],
  ['no forwarding', '', 'nologin', { allowtcpforwarding: 'no', allowstreamlocalforwarding: 'no' }, 'no', false],
  ['no forwarding of ports, but of sockets', '', 'nologin', { allowtcpforwarding: 'no' }, 'yes', false],
  ['no forwarding at all', '', 'nologin', { disableforwarding: 'yes' }, 'no', false],
  ['the other direction', '', 'nologin', { allowtcpforwarding: 'remote', allowstreamlocalforwarding: 'no' }, 'no', false],
  ['a key that may not', 'restrict', 'nologin', {}, 'no', false],
  ['a key that may again', 'restrict,port-forwarding', 'nologin', {}, 'yes', true],
  ['a command', 'command="/bin/true"', 'nologin', {}, 'yes', true],
  ['files', '', 'nologin', { disableforwarding: 'yes', subsystem: 'sftp internal-sftp -f AUTH' }, 'yes', false],
  ['files, of a program', '', 'nologin', { disableforwarding: 'yes', subsystem: 'sftp /usr/lib/openssh/sftp-server' }, 'no', false],
  ['files, another command', 'command="id"', 'nologin', { disableforwarding: 'yes', subsystem: 'sftp internal-sftp' }, 'no', false],
  ['files by order', '', 'nologin', { disableforwarding: 'yes', forcecommand: 'internal-sftp -R' }, 'yes', false],
  [
    'what a directory gives',
    'expiry-time="20200101"',
    'nologin',
    { authorizedkeyscommand: '/usr/bin/sss_ssh_authorizedkeys' },
    'unknown',
    true,
  ],
])('an account without a shell: %s', (_, options, program, settings, open, connects) => {
  const shell = program.startsWith('/') ? program : `/usr/sbin/${program}`
  const [member] = membersOf({ accounts: parsePasswd(`ada:x:1001:1001::/home/ada:${shell}`), groups: parseGroup('ada:x:1001:') })
  const access = {
    passwords: known(parsePasswords(rows('ada:!:'))),
    keys: known(parseLoginKeys(rows(`${own}:1:${options} ${key}`))),
    paths: [],
  } as unknown as Access
  const sshd = { settings: Object.fromEntries(Object.entries(settings).map(([keyword, value]) => [keyword, [{ value, line: 1 }]])) }
  const logins = loginsOf(member as never, access, known(sshd), Date.UTC(2026, 10, 27))
  expect([logins.open, logins.ways]).toEqual([open, open === 'yes' ? ['SSH key without a shell'] : []])
  if (open !== 'no') expect(logins.connects).toBe(connects)
})

test.each<[string, string, readonly string[], string, string]>([
  ['a block that lets it forward', 'yes', ['user ada', 'disableforwarding no'], 'yes', 'Match user ada of sshd sets disableforwarding no'],
  ['a block for others', 'yes', ['user ben', 'disableforwarding no'], 'no', ''],
  ['a block for files', 'yes', ['user ada', 'forcecommand internal-sftp'], 'yes', 'Match user ada of sshd sets forcecommand internal-sftp'],
])('an account without a shell, %s', (_, disabled, [criteria = '', setting = ''], open, note) => {
  const [member] = membersOf({ accounts: parsePasswd('ada:x:1001:1001::/home/ada:/bin/false'), groups: parseGroup('ada:x:1001:') })
  const access = {
    passwords: known(parsePasswords(rows('ada:!:'))),
    keys: known(parseLoginKeys(rows(`${own}:1:${key}`))),
    paths: [],
  } as unknown as Access
  const [keyword = '', ...value] = setting.split(' ')
  const matches = [{ criteria, settings: [{ keyword, value: value.join(' '), line: 2 }], file: '/etc/ssh/sshd_config', line: 1 }]
  const sshd = known({ settings: { disableforwarding: [{ value: disabled, line: 1 }] } })
  const logins = loginsOf(member as never, access, sshd, 0, known({ matches, elsewhere: [] }))
  expect([logins.open, logins.notes.slice(1).join()]).toEqual([open, note])
})

// AuthenticationMethods of sshd_config(5), as `sshd -T` prints it.
test.each<[string, string, readonly string[]]>([
  ['any', '$', ['SSH key', 'SSH password', 'console']],
  ['any', '!', ['SSH key']],
  ['publickey', '$', ['SSH key', 'console']],
  ['password', '$', ['SSH password', 'console']],
  ['password', '!', []],
  ['keyboard-interactive', '$', ['SSH password', 'console']],
  ['publickey,password', '$', ['SSH key and password', 'console']],
  ['publickey,password', '!', []],
  ['publickey,keyboard-interactive:pam', '!', ['SSH key and what PAM asks']],
  ['publickey,publickey', '!', []],
  ['publickey,publickey password', '$', ['SSH password', 'console']],
  ['publickey,keyboard-interactive publickey', '!', ['SSH key and what PAM asks', 'SSH key']],
  ['gssapi-with-mic,publickey', '!', []],
])('AuthenticationMethods %s, password %s', (methods, sign, ways) => {
  const access = {
    passwords: known(parsePasswords(rows(`ada:${sign}:`))),
    keys: known(parseLoginKeys(rows(`${own}:1:${key}\n${own}:2:${key}`))),
    paths: [],
  } as unknown as Access
  const settings = { authenticationmethods: methods, passwordauthentication: 'yes' }
  const sshd = { settings: Object.fromEntries(Object.entries(settings).map(([keyword, value]) => [keyword, [{ value, line: 1 }]])) }
  const logins = loginsOf(ada as never, access, known(sshd), 0)
  // Match blocks may ask an account for less: where the key alone is not enough, nobody is said not to get in.
  const isOpen = ways.length > 0
  expect([logins.ways, logins.open, logins.notes]).toEqual([
    ways,
    isOpen ? 'yes' : 'unknown',
    isOpen && ways[0] !== 'console' ? [] : [`sshd asks for ${methods}`],
  ])
})

// Linux-PAM says yes to any password: OpenSSH 10.6 let in who typed a wrong one, the account being locked.
test.each<[string, Readonly<Record<string, string>>, string, string, readonly string[], string]>([
  ['locked', { passwordauthentication: 'yes' }, '!', 'bash', ['SSH with any password'], 'yes'],
  [
    'by keyboard-interactive',
    { passwordauthentication: 'no', kbdinteractiveauthentication: 'yes' },
    '!',
    'bash',
    ['SSH with any password'],
    'yes',
  ],
  ['with a password of its own', { passwordauthentication: 'yes' }, '$', 'bash', ['SSH with any password', 'console'], 'yes'],
  ['keys alone', { passwordauthentication: 'no', kbdinteractiveauthentication: 'no' }, '!', 'bash', [], 'no'],
  ['without PAM', { passwordauthentication: 'yes', usepam: 'no' }, '!', 'bash', [], 'no'],
  ['without a shell', { passwordauthentication: 'yes' }, '!', 'nologin', ['SSH with any password without a shell'], 'yes'],
  ['a key before', { passwordauthentication: 'yes', authenticationmethods: 'publickey,password' }, '!', 'bash', [], 'unknown'],
])('PAM of sshd asks for no password: %s', (_, settings, sign, shell, ways, open) => {
  const [member] = membersOf({ accounts: parsePasswd(`ada:x:1001:1001::/home/ada:/bin/${shell}`), groups: parseGroup('ada:x:1001:') })
  const openStacks = [
    { file: '/etc/pam.d/password-auth', onlyIf: [], line: 3 },
    { file: '/etc/pam.d/sshd', onlyIf: [], line: 3 },
  ]
  const access = {
    passwords: known(parsePasswords(rows(`ada:${sign}:`))),
    keys: known([]),
    paths: [],
    trust: { openStacks },
  } as unknown as Access
  const sshd = { settings: Object.fromEntries(Object.entries(settings).map(([keyword, value]) => [keyword, [{ value, line: 1 }]])) }
  const logins = loginsOf(member as never, access, known(sshd), 0)
  expect([logins.ways, logins.open]).toEqual([ways, open])
  const some = { ...access, trust: { openStacks: [{ file: '/etc/pam.d/sshd', onlyIf: ['pam_access'], line: 3 }] } } as unknown as Access
  const perhaps = loginsOf(member as never, some, known(sshd), 0)
  const byPassword = ways.some((way) => way.startsWith('SSH'))
  expect(perhaps.open).toBe(byPassword && sign === '!' ? 'unknown' : open)
  expect(perhaps.notes.some((note) => note === 'PAM asks for no password where pam_access says yes')).toBe(
    byPassword || settings.authenticationmethods !== undefined,
  )
})

// AuthorizedKeysFile, AuthorizedKeysCommand and PubkeyAuthentication of sshd_config(5), as `sshd -T` prints them.
const usual = '.ssh/authorized_keys .ssh/authorized_keys2'
const named = '/etc/ssh/authorized_keys.d/ada'
test.each<[string, string, Readonly<Record<string, string>>, string, RegExp]>([
  ['as it is by default', own, { authorizedkeysfile: usual }, 'yes', /^$/],
  ['%h', own, { authorizedkeysfile: '%h/.ssh/authorized_keys' }, 'yes', /^$/],
  ['%u', named, { authorizedkeysfile: '/etc/ssh/authorized_keys.d/%u' }, 'yes', /^$/],
  ['both', named, { authorizedkeysfile: `${usual} /etc/ssh/authorized_keys.d/%u` }, 'yes', /^$/],
  ['her home is not asked', own, { authorizedkeysfile: '/etc/ssh/authorized_keys.d/%u' }, 'unknown', /sshd takes no keys from where/],
  ['none', own, { authorizedkeysfile: 'none' }, 'unknown', /sshd takes no keys from where/],
  ['a folder by name', named, { authorizedkeysfile: usual }, 'unknown', /sshd takes no keys from where/],
  ['elsewhere', own, { authorizedkeysfile: '/srv/keys/%u' }, 'unknown', /keys in \/srv\/keys\/%u were not looked for/],
  ['elsewhere too', own, { authorizedkeysfile: `${usual} /srv/keys/%u` }, 'yes', /keys in \/srv\/keys\/%u were not looked for/],
  ['a command', '/x', { authorizedkeysfile: usual, authorizedkeyscommand: '/usr/bin/sss_ssh_authorizedkeys' }, 'unknown', /gives to sshd/],
  ['no keys at all', own, { authorizedkeysfile: usual, pubkeyauthentication: 'no' }, 'no', /^$/],
])('keys, %s', (_, file, settings, open, note) => {
  const access = {
    passwords: known(parsePasswords(rows('ada:!:'))),
    keys: known(parseLoginKeys(rows(`${file}:1:${key}`))),
    paths: [],
  } as unknown as Access
  const sshd = { settings: Object.fromEntries(Object.entries(settings).map(([keyword, value]) => [keyword, [{ value, line: 1 }]])) }
  const logins = loginsOf(ada as never, access, known(sshd), 0)
  expect([logins.open, logins.ways]).toEqual([open, open === 'yes' ? ['SSH key'] : []])
  expect(logins.notes.join()).toMatch(note)
})

test.each<[string, readonly string[], Readonly<Record<string, string>>, string, string]>([
  ['a block for others', ['user ben', 'passwordauthentication yes'], {}, 'no', ''],
  ['a block that closes', ['user ada', 'passwordauthentication no'], {}, 'no', ''],
  ['what holds for all', ['user ada', 'authorizedkeysfile .ssh/authorized_keys'], { authorizedkeysfile: '.ssh/authorized_keys' }, 'no', ''],
  ['root alone', ['address 10.0.0.0/8', 'permitrootlogin yes'], {}, 'no', ''],
  [
    'keys elsewhere',
    ['group ada', 'authorizedkeysfile /srv/keys/%u'],
    {},
    'unknown',
    'Match group ada of sshd sets authorizedkeysfile /srv/keys/%u',
  ],
  [
    'let in from a network only',
    ['address 10.0.0.0/8', 'allowusers ada'],
    { allowusers: 'ben' },
    'unknown',
    'sshd does not let it in,Match address 10.0.0.0/8 of sshd sets allowusers ada',
  ],
])('Match blocks of sshd: %s', (_, [criteria = '', setting = ''], settings, open, notes) => {
  const access = { passwords: known(parsePasswords(rows('ada:!:'))), keys: known([]), paths: [] } as unknown as Access
  const [keyword = '', value = ''] = setting.split(' ')
  const all = Object.fromEntries(Object.entries(settings).map(([name, text]) => [name, [{ value: text, line: 1 }]]))
  const matches = [{ criteria, settings: [{ keyword, value, line: 2 }], file: '/etc/ssh/sshd_config', line: 1 }]
  const logins = loginsOf(ada as never, access, known({ settings: all }), 0, known({ matches, elsewhere: [] }))
  expect([logins.open, logins.notes.join()]).toEqual([open, notes])
})

// sshd(8), options of authorized_keys. Without `Z` a day ends by the clock of the host, wherever that is.
test.each<[string, readonly string[]]>([
  ['expiry-time="20200101"', []],
  ['expiry-time="20200101120000Z"', []],
  ['expiry-time="20991231"', ['SSH key']],
  ['expiry-time="19700101"', []],
  ['from="!10.0.0.0/8,!127.0.0.1"', []],
  ['from="!10.0.0.0/8,*"', ['SSH key']],
  ['cert-authority,principals="web,ops"', ['SSH key']],
])('a key with %s', (options, ways) => {
  const keys = parseLoginKeys([
    {
      text: `/home/ada/.ssh/authorized_keys:1:${options} ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl x`,
      line: 1,
    },
  ])
  const access = { keys: known(keys), passwords: known([{ account: 'ada', state: 'locked', line: 1 }]), paths: [] } as unknown as Access
  expect(loginsOf(ada as never, access, known({ settings: {} }), Date.UTC(2026, 10, 27)).ways).toEqual(ways)
})

// sshd_config(5); certificates, RevokedKeys, RequiredRSASize and forced-commands-only as a real OpenSSH 9.2 took them.
const shortRsa =
  'ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQCrIuw4dfgDSJrsw7W6P/yYLMjMSaGNb94dLe2p8EUggU9xP2ap9r20B8pDGQmapkKImaiLFVvLetCOKmbZdTyL5dlH+KCDjnZVrZBw9jQBb5H78SfvHWkyaHWr4+m1RM6IYCOWOSRvDzTYxJGBjx7rGudk65sDRVIN2I/FF9O1Ew== x'
const dsa = 'ssh-dss AAAAB3NzaC1kc3MAAAAA x'
test.each<[string, string, Readonly<Record<string, string>>, number, string, readonly string[]]>([
  ['its kind is taken', key, { pubkeyacceptedalgorithms: 'rsa-sha2-512,ssh-ed25519' }, 1000, 'yes', []],
  ['its kind is not taken', key, { pubkeyacceptedalgorithms: 'rsa-sha2-512' }, 1000, 'unknown', ['sshd refuses its keys by their kind']],
  ['the older word', dsa, { pubkeyacceptedkeytypes: 'ssh-ed25519' }, 1000, 'unknown', ['sshd refuses its keys by their kind']],
  ['a list that is not whole names', key, { pubkeyacceptedalgorithms: '-ssh-ed25519' }, 1000, 'yes', []],
  [
    'an authority, certificates are taken',
    `cert-authority ${key}`,
    { pubkeyacceptedalgorithms: 'ssh-ed25519-cert-v01@openssh.com' },
    1000,
    'yes',
    [],
  ],
  [
    'an authority, certificates are not',
    `cert-authority ${key}`,
    { pubkeyacceptedalgorithms: 'ssh-ed25519' },
    1000,
    'unknown',
    ['sshd refuses its keys by their kind'],
  ],
  ['a short RSA key', shortRsa, { requiredrsasize: '2048' }, 1000, 'unknown', ['sshd refuses its keys by their kind']],
  ['as short as it may be', shortRsa, { requiredrsasize: '1024' }, 1000, 'yes', []],
  ['root without a command', key, { permitrootlogin: 'forced-commands-only' }, 0, 'unknown', ['sshd refuses its keys by their kind']],
  ['root with one', `command="id" ${key}`, { permitrootlogin: 'forced-commands-only' }, 0, 'yes', []],
  ['root of an authority', `cert-authority ${key}`, { permitrootlogin: 'forced-commands-only' }, 0, 'yes', []],
  [
    'keys taken back',
    key,
    { revokedkeys: '/etc/ssh/revoked' },
    1000,
    'yes',
    ['keys that /etc/ssh/revoked names are refused; whether one of its own was not read'],
  ],
  ['certificates', key, { pubkeyauthentication: 'no', trustedusercakeys: '/etc/ssh/ca.pub' }, 1000, 'no', []],
  ['a program', key, { pubkeyauthentication: 'no', authorizedkeyscommand: '/usr/bin/x' }, 1000, 'no', []],
  ['certificates for root', key, { permitrootlogin: 'no', trustedusercakeys: '/etc/ssh/ca.pub' }, 0, 'no', []],
])('kinds of keys: %s', (_, line, settings, uid, open, notes) => {
  const access = {
    passwords: known(parsePasswords(rows('ada:!:'))),
    keys: known(parseLoginKeys(rows(`${own}:1:${line}`))),
    paths: [],
  } as unknown as Access
  const sshd = { settings: Object.fromEntries(Object.entries(settings).map(([keyword, value]) => [keyword, [{ value, line: 1 }]])) }
  const member = { ...ada, account: { ...ada?.account, uid } }
  const logins = loginsOf(member as never, access, known(sshd), 0)
  expect([logins.open, logins.notes]).toEqual([open, notes])
})

/** An account with a key, by what sshd and PAM of its host make of it. */
function byPam(shadow: string, usepam: string | undefined, ...pam: readonly string[]) {
  const trust = parseTrust(rows(pam.join('\n')))
  const access = {
    passwords: known(parsePasswords(rows(shadow))),
    keys: known(parseLoginKeys(rows(`${own}:1:${key}`))),
    paths: parsePaths(rows(sound)),
    trust,
  } as unknown as Access
  const value = (text: string) => [{ value: text, line: 1 }]
  const settings = { port: value('22'), ...(usepam !== undefined && { usepam: value(usepam) }) }
  const { open, ways, notes } = loginsOf(ada as never, access, known({ settings }), 864e5 * 20_000)
  return [open, ways.join(), notes.join()]
}
const refusing = ['/etc/pam.d/sshd:1:account required pam_access.so', '/etc/security/access.conf:1:-:ALL EXCEPT root:ALL']
const EXPIRED = 'expired on 2013-09-11'

test.each<[string, string, string | undefined, readonly string[], readonly string[]]>([
  ['PAM refuses it', 'ada:!:', 'yes', refusing, ['no', '', 'PAM does not let it in (pam_access)']],
  ['sshd does not ask PAM', 'ada:*:', 'no', refusing, ['yes', 'SSH key', '']],
  // auth.c (allowed_user) and platform.c (platform_locked_account): without PAM sshd looks at shadow(5) itself.
  ['a password that is locked', 'ada:!:', 'no', [], ['no', '', 'its password is locked, and sshd asks no PAM']],
  ['sshd without PAM', 'ada:!:', undefined, [], ['no', '', 'its password is locked, and sshd asks no PAM']],
  ['expired, and sshd looks', 'ada:*:15959', 'no', [], ['no', '', EXPIRED]],
  ['expired, and PAM was not read', 'ada:*:15959', 'yes', [], ['no', '', EXPIRED]],
  [
    'expired, and PAM does not look',
    'ada:*:15959',
    'yes',
    ['/etc/pam.d/sshd:1:account required pam_permit.so'],
    ['yes', 'SSH key', `${EXPIRED}, which PAM of sshd does not heed`],
  ],
  [
    'a module that is not followed',
    'ada:*:',
    'yes',
    ['/etc/pam.d/sshd:1:account required pam_listfile.so'],
    ['yes', 'SSH key', 'PAM may refuse it (pam_listfile, which is not followed)'],
  ],
])('%s', (_, shadow, usepam, pam, expected) => expect(byPam(shadow, usepam, ...pam)).toEqual(expected))

const shellLess = (options: readonly string[], settings: Readonly<Record<string, string>> = {}) => {
  const [member] = membersOf({ accounts: parsePasswd('ada:x:1001:1001::/home/ada:/usr/sbin/nologin'), groups: parseGroup('ada:x:1001:') })
  const access = {
    passwords: known(parsePasswords(rows('ada:*:'))),
    keys: known(parseLoginKeys(rows(options.map((option, at) => `${own}:${at + 1}:${option} ${key}`).join('\n')))),
    paths: [],
  } as unknown as Access
  const sshd = { settings: Object.fromEntries(Object.entries(settings).map(([keyword, value]) => [keyword, [{ value, line: 1 }]])) }
  return loginsOf(member as never, access, known(sshd), 0)
}

// permitopen of sshd(8) and PermitOpen of sshd_config(5): both have to allow a port, and one key without it opens any.
test.each<[string, readonly string[], string | undefined, readonly number[] | undefined]>([
  ['no bound', [''], undefined, undefined],
  ['one port', ['restrict,port-forwarding,permitopen="127.0.0.1:11434"'], undefined, [11_434]],
  ['two', ['permitopen="localhost:8080",permitopen="[::1]:9090"'], 'any', [8080, 9090]],
  ['any port of a host', ['permitopen="127.0.0.1:*"'], undefined, undefined],
  ['a key beside it that has none', ['permitopen="127.0.0.1:1"', 'no-pty'], undefined, undefined],
  ['a key beside it that forwards nothing', ['permitopen="127.0.0.1:1"', 'restrict'], undefined, [1]],
  ['sshd binds all', [''], '127.0.0.1:22 *:443', [22, 443]],
  ['both', ['permitopen="*:22",permitopen="*:80"'], '127.0.0.1:22 *:443', [22]],
])('ports that are opened without a shell: %s', (_, options, permitopen, expected) => {
  const { ports } = shellLess(options, permitopen === undefined ? {} : { permitopen })
  expect(ports && [...ports].toSorted((a, b) => a - b)).toEqual(expected)
})

test('whose names count in a certificate is said', () => {
  const note = (settings: Readonly<Record<string, string>>) =>
    shellLess(['restrict'], { trustedusercakeys: '/etc/ssh/ca.pub', ...settings }).notes.join()
  expect(note({ authorizedprincipalsfile: 'none' })).toContain('may let it in; who is certified was not read')
  expect(note({ authorizedprincipalsfile: '/etc/ssh/p/%u', authorizedprincipalscommand: '/usr/bin/who' })).toContain(
    'may let it in; for whom, /etc/ssh/p/%u and /usr/bin/who say, which was not read',
  )
})
