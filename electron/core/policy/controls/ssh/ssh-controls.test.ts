import { expect, test } from 'vitest'
import { known, unknown } from '../../../facts/fact.ts'
import type { SshdMatches } from '../../../facts/privileged/privileged.ts'
import { parseSshd } from '../../../facts/sshd/parse.ts'
import type { AnyControl } from '../../control.ts'
import { ask, facts, outcomes } from '../proxy/proxy-facts.ts'
import accountsLimited from './sshd-accounts-limited.control.ts'
import algorithmsModern from './sshd-algorithms-modern.control.ts'
import attemptsLimited from './sshd-attempts-limited.control.ts'
import forwardingOff from './sshd-forwarding-off.control.ts'
import keysOnly from './sshd-keys-only.control.ts'
import logsLogins from './sshd-logs-logins.control.ts'
import noRootLogin from './sshd-no-root-login.control.ts'

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
const none: SshdMatches = { matches: [], elsewhere: [] }
const judge = (control: AnyControl, text: string, matches: SshdMatches | undefined = none, version = '1:10.0p1-7') => {
  const updates = version ? known({ packages: [{ name: 'openssh-server', version }] }) : unknown('refused', ['updates'])
  const read = matches ? known(matches) : unknown('refused', ['privileged'], 'a line')
  return outcomes(ask(control, facts('', [], { sshd: parseSshd(text), 'sshd-matches': read, updates })))
}

test.each<[AnyControl, string, string, SshdMatches | undefined, string]>([
  [noRootLogin, 'no', 'permitrootlogin no', none, 'pass: root cannot log in'],
  [noRootLogin, 'yes', 'permitrootlogin yes', none, 'fail: root may log in over SSH'],
  [noRootLogin, 'with a key', 'permitrootlogin without-password', none, 'warning: root may log in over SSH'],
  [
    noRootLogin,
    'in a Match block',
    'permitrootlogin no',
    matching(['permitrootlogin', 'yes']),
    'warning: root may log in through a Match block',
  ],
  [
    noRootLogin,
    'an include elsewhere',
    'permitrootlogin no',
    { matches: [], elsewhere: ['/srv/*'] },
    'not-evaluated: Match blocks of sshd could not be read',
  ],
  [noRootLogin, 'not printed', 'port 22', none, 'not-evaluated: sshd did not say how it is set'],
  [
    keysOnly,
    'keys',
    'passwordauthentication no\nkbdinteractiveauthentication no\npermitemptypasswords no\nusepam yes',
    none,
    'pass: SSH logins need a key',
  ],
  [keysOnly, 'passwords', 'passwordauthentication yes\nkbdinteractiveauthentication no', none, 'fail: SSH lets in without a key'],
  [
    keysOnly,
    'passwords through PAM',
    'passwordauthentication no\nkbdinteractiveauthentication yes\nusepam yes',
    none,
    'fail: SSH lets in without a key',
  ],
  [
    keysOnly,
    'no PAM, nobody to ask',
    'passwordauthentication no\nkbdinteractiveauthentication yes\nusepam no',
    none,
    'pass: SSH logins need a key',
  ],
  [
    keysOnly,
    'a password after the key',
    'passwordauthentication yes\nkbdinteractiveauthentication yes\nauthenticationmethods publickey,keyboard-interactive',
    none,
    'pass: SSH logins need a key',
  ],
  [
    keysOnly,
    'one way without a key',
    'passwordauthentication yes\nauthenticationmethods publickey password',
    none,
    'fail: SSH lets in without a key',
  ],
  [
    keysOnly,
    'a Match block',
    'passwordauthentication no\nkbdinteractiveauthentication no\nusepam yes',
    matching(['passwordauthentication', 'yes']),
    'warning: A Match block lets in without a key',
  ],
  [
    keysOnly,
    'another machine says who it is',
    'passwordauthentication no\nkbdinteractiveauthentication no\npermitemptypasswords no\nhostbasedauthentication yes',
    none,
    'fail: SSH lets in without a key',
  ],
  [
    keysOnly,
    'a ticket of Kerberos',
    'passwordauthentication no\nkbdinteractiveauthentication no\npermitemptypasswords no\ngssapiauthentication yes',
    none,
    'warning: SSH lets in without a key',
  ],
  [accountsLimited, 'groups', 'allowgroups ssh-users', none, 'pass: SSH names who may log in'],
  [accountsLimited, 'nobody named', 'port 22', none, 'warning: Every account may log in over SSH'],
  [accountsLimited, 'a star beside a name', 'allowusers ada\nallowusers *', none, 'warning: Every account may log in over SSH'],
  [accountsLimited, 'any name from one address', 'allowusers *@10.20.0.10', none, 'warning: Every account may log in over SSH'],
  [accountsLimited, 'any name of a group', 'allowusers *\nallowgroups admins', none, 'pass: SSH names who may log in'],
  [accountsLimited, 'part of a name', 'allowusers ops-*', none, 'pass: SSH names who may log in'],
  [accountsLimited, 'a star', 'allowusers *', none, 'warning: Every account may log in over SSH'],
  [attemptsLimited, 'bounded', 'maxauthtries 3\nlogingracetime 30', none, 'pass: Tries and time are bounded'],
  [attemptsLimited, 'defaults', 'maxauthtries 6\nlogingracetime 120', none, 'warning: SSH gives many tries or much time'],
  [attemptsLimited, 'no end', 'maxauthtries 3\nlogingracetime 0', none, 'warning: SSH gives many tries or much time'],
  [attemptsLimited, 'minutes', 'maxauthtries 3\nlogingracetime 1m', none, 'pass: Tries and time are bounded'],
  [
    forwardingOff,
    'off',
    'allowtcpforwarding no\nallowagentforwarding no\nx11forwarding no\npermittunnel no\ngatewayports no',
    none,
    'pass: SSH forwards nothing',
  ],
  [
    forwardingOff,
    'off but for sockets',
    'allowtcpforwarding no\nallowstreamlocalforwarding yes\nallowagentforwarding no\nx11forwarding no\npermittunnel no\ngatewayports no',
    none,
    'warning: SSH sessions may forward',
  ],
  [forwardingOff, 'all in one', 'disableforwarding yes\nallowtcpforwarding yes\nx11forwarding yes', none, 'pass: SSH forwards nothing'],
  [forwardingOff, 'all in one but tunnels', 'disableforwarding yes\npermittunnel yes', none, 'warning: SSH sessions may forward'],
  [
    forwardingOff,
    'all in one, and a tunnel in a block',
    'disableforwarding yes\npermittunnel no',
    matching(['permittunnel', 'point-to-point']),
    'warning: A Match block allows forwarding',
  ],
  [
    forwardingOff,
    'defaults',
    'disableforwarding no\nallowtcpforwarding yes\nallowagentforwarding yes\nx11forwarding no',
    none,
    'warning: SSH sessions may forward',
  ],
  [
    algorithmsModern,
    'defaults',
    'ciphers chacha20-poly1305@openssh.com,aes256-ctr\nmacs hmac-sha2-256,hmac-sha1\nkexalgorithms curve25519-sha256,diffie-hellman-group14-sha256\nhostkeyalgorithms ssh-ed25519,rsa-sha2-512',
    none,
    'pass: SSH offers modern algorithms only',
  ],
  [algorithmsModern, 'cbc', 'ciphers aes256-ctr,aes128-cbc', none, 'warning: SSH offers broken algorithms'],
  [algorithmsModern, 'SHA-1 exchange', 'kexalgorithms diffie-hellman-group14-sha1', none, 'warning: SSH offers broken algorithms'],
  [algorithmsModern, 'ssh-rsa', 'hostkeyalgorithms ssh-ed25519,ssh-rsa', none, 'warning: SSH offers broken algorithms'],
  [algorithmsModern, 'ssh-rsa of clients', 'pubkeyacceptedalgorithms ssh-ed25519,ssh-rsa', none, 'warning: SSH offers broken algorithms'],
  [algorithmsModern, 'ssh-rsa of clients before 8.5', 'pubkeyacceptedkeytypes ssh-rsa', none, 'warning: SSH offers broken algorithms'],
  [algorithmsModern, 'ssh-rsa of authorities', 'casignaturealgorithms ssh-rsa', none, 'warning: SSH offers broken algorithms'],
  [logsLogins, 'INFO', 'loglevel INFO', none, 'pass: sshd logs logins and failures'],
  [logsLogins, 'quiet', 'loglevel QUIET', none, 'fail: sshd logs too little or too much'],
  [logsLogins, 'debug', 'loglevel DEBUG3', none, 'warning: sshd logs too little or too much'],
])('$id: %s', (control, _, text, matches, expected) => {
  expect(judge(control, text, matches)).toEqual([expected])
})

test.each([noRootLogin, keysOnly, attemptsLimited, accountsLimited, forwardingOff, algorithmsModern, logsLogins])(
  '$id: Match blocks unread is no pass',
  (control) => {
    const sound =
      'permitrootlogin no\npasswordauthentication no\nkbdinteractiveauthentication no\nusepam yes\nmaxauthtries 3\nlogingracetime 30\ndisableforwarding yes\nciphers aes256-ctr\nloglevel INFO\nallowgroups ssh-users'
    const updates = unknown('no', [])
    const verdicts = ask(
      control,
      facts('', [], { sshd: parseSshd(sound), 'sshd-matches': unknown('refused', ['privileged'], 'a line'), updates }),
    )
    expect(verdicts).toMatchObject([{ status: 'not-evaluated', hint: 'a line' }])
  },
)

/** Blocks in order: criteria, then settings. */
const blocks = (...all: readonly (readonly [criteria: string, ...settings: readonly string[]])[]): SshdMatches => ({
  matches: all.map(([criteria, ...settings], at) => ({
    criteria,
    file: '/etc/ssh/sshd_config',
    line: at * 10,
    settings: settings.map((text, index) => {
      const [keyword = '', ...value] = text.split(' ')
      return { keyword, value: value.join(' '), line: at * 10 + index + 1 }
    }),
  })),
  elsewhere: [],
})
const closed = 'authenticationmethods any\npasswordauthentication no\nkbdinteractiveauthentication no\npermitemptypasswords no\nusepam yes'
const keyFirst =
  'authenticationmethods publickey,password\npasswordauthentication yes\nkbdinteractiveauthentication no\npermitemptypasswords no\nusepam yes'
const needKey = 'pass: SSH logins need a key'
const takesPasswords = 'warning: A Match block lets in without a key'

test.each<[string, string, SshdMatches, string]>([
  [
    'a password after a key, in one block',
    closed,
    blocks(['group ops', 'authenticationmethods publickey,password', 'passwordauthentication yes']),
    needKey,
  ],
  ['any way in, but no passwords', closed, blocks(['user ada', 'authenticationmethods any']), needKey],
  ['any way in, where passwords are taken', keyFirst, blocks(['user ada', 'authenticationmethods any']), takesPasswords],
  [
    'two blocks that are sound alone and loose together',
    closed,
    blocks(
      ['address 10.0.0.0/8', 'authenticationmethods any'],
      ['group ops', 'authenticationmethods publickey,password', 'passwordauthentication yes'],
    ),
    takesPasswords,
  ],
  [
    'in the other order the key is asked first',
    closed,
    blocks(
      ['group ops', 'authenticationmethods publickey,password', 'passwordauthentication yes'],
      ['address 10.0.0.0/8', 'authenticationmethods any'],
    ),
    needKey,
  ],
  [
    'two blocks that nobody matches at once',
    closed,
    blocks(
      ['user ada', 'authenticationmethods any'],
      ['user ben', 'authenticationmethods publickey,password', 'passwordauthentication yes'],
    ),
    needKey,
  ],
  [
    'a block that everybody matches comes first',
    closed,
    blocks(['all', 'passwordauthentication no'], ['group ops', 'passwordauthentication yes']),
    needKey,
  ],
  ['it comes last', closed, blocks(['group ops', 'passwordauthentication yes'], ['user *', 'passwordauthentication no']), takesPasswords],
  ['it alone opens', closed, blocks(['user *', 'passwordauthentication yes']), 'fail: SSH lets in without a key'],
])('Match blocks together: %s', (_, text, matches, expected) => {
  expect(judge(keysOnly, text, matches)).toEqual([expected])
})

test('many Match blocks are combined in bounded work', () => {
  const many = Array.from({ length: 60 }, (_, at) => [`group g${at}`, `authenticationmethods ${at % 2 ? 'any' : 'publickey'}`] as const)
  expect(judge(keysOnly, closed, blocks(...many))).toEqual([needKey])
})

const onlyDisabled =
  'disableforwarding yes\nallowtcpforwarding yes\nallowagentforwarding yes\nx11forwarding no\npermittunnel no\ngatewayports no'
test.each<[version: string, stopsAgents: boolean]>([
  ['1:9.2p1-2+deb12u5', false],
  ['1:9.2p1-2+deb12u6', true],
  ['1:9.2p1-2+deb12u10', true],
  ['1:8.4p1-5+deb11u4', false],
  ['1:8.9p1-3ubuntu0.12', false],
  ['1:8.9p1-3ubuntu0.18', true],
  ['1:9.6p1-3ubuntu13.5', false],
  ['1:9.9p1-3', false],
  ['1:10.0p1-7', true],
  ['8.7p1-45.el9', false],
])('DisableForwarding of %s holds for agents: %s (CVE-2025-32728)', (version, stopsAgents) => {
  const [passes, warns] = ['pass: SSH forwards nothing', 'warning: SSH sessions may forward']
  expect(judge(forwardingOff, onlyDisabled, none, version)).toEqual([stopsAgents ? passes : warns])
  expect(judge(forwardingOff, onlyDisabled.replace('allowagentforwarding yes', 'allowagentforwarding no'), none, version)).toEqual([passes])
  const block = matching(['x11forwarding', 'yes'])
  const closed = onlyDisabled.replace('allowagentforwarding yes', 'allowagentforwarding no')
  expect(judge(forwardingOff, closed, block, version)).toEqual([stopsAgents ? passes : 'warning: A Match block allows forwarding'])
})

test('DisableForwarding of an unknown build is not evaluated where agents hang on it', () => {
  const unknownBuild = 'not-evaluated: Whether a setting of sshd counts is not known'
  const closed = onlyDisabled.replace('allowagentforwarding yes', 'allowagentforwarding no')
  expect(judge(forwardingOff, onlyDisabled, none, '')).toEqual([unknownBuild])
  expect(judge(forwardingOff, closed, matching(['x11forwarding', 'yes']), '')).toEqual([unknownBuild])
  expect(judge(forwardingOff, closed, none, '')).toEqual(['pass: SSH forwards nothing'])
  expect(judge(forwardingOff, onlyDisabled.replace('permittunnel no', 'permittunnel yes'), none, '')).toEqual([
    'warning: SSH sessions may forward',
  ])
})

const byRoot = ['user root', 'permitrootlogin yes'] as const
test.each<[string, SshdMatches, string]>([
  ['whom it speaks of', blocks(['user root', 'refuseconnection yes', 'permitrootlogin yes']), 'pass: root cannot log in'],
  ['whoever it speaks of beside him', blocks(['user r*', 'refuseconnection yes'], byRoot), 'pass: root cannot log in'],
  ['others', blocks(['user ada', 'refuseconnection yes'], byRoot), 'warning: root may log in through a Match block'],
  [
    'him from elsewhere',
    blocks(['address *,!10.0.0.10', 'refuseconnection yes'], byRoot),
    'warning: root may log in through a Match block',
  ],
  [
    'him, taken back before',
    blocks([...byRoot, 'refuseconnection no'], ['user r*', 'refuseconnection yes']),
    'warning: root may log in through a Match block',
  ],
  ['nobody', blocks(['user root', 'refuseconnection no', 'permitrootlogin yes']), 'warning: root may log in through a Match block'],
])('RefuseConnection in a block turns away %s', (_, matches, expected) => {
  expect(judge(noRootLogin, 'permitrootlogin no', matches)).toEqual([expected])
})

const named = 'pass: SSH names who may log in'
const everyone = 'warning: A Match block lets every account log in'
test.each<[string, string, SshdMatches, string]>([
  ['of everybody from one network', 'allowusers ada', blocks(['address 10.0.0.0/8', 'allowusers *']), everyone],
  ['that adds up to everybody', 'allowusers ada', blocks(['address 10.0.0.0/8', 'allowusers ben', 'allowusers *']), everyone],
  [
    'of two blocks that add up',
    'allowusers ada',
    blocks(['address 10.0.0.0/8', 'allowusers ben'], ['host *.lan', 'allowusers *']),
    everyone,
  ],
  ['of everybody, whom the other list binds', 'allowusers ada\nallowgroups ops', blocks(['address 10.0.0.0/8', 'allowusers *']), named],
  ['of one account', 'allowusers ada', blocks(['user ben', 'allowusers *']), named],
  ['of one group', 'allowgroups ops', blocks(['group web', 'allowgroups *']), named],
  ['that names others', 'allowusers ada', blocks(['address 10.0.0.0/8', 'allowusers ben']), named],
  ['of whom it refuses', 'allowusers ada', blocks(['address 10.0.0.0/8', 'allowusers *', 'refuseconnection yes']), named],
])('a list in a Match block stands in place of that for all: %s', (_, text, matches, expected) => {
  expect(judge(accountsLimited, text, matches)).toEqual([expected])
})
