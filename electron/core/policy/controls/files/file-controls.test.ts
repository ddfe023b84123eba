import { describe, expect, test } from 'vitest'
import { known, unknown } from '../../../facts/fact.ts'
import type { GuardedFile } from '../../../facts/privileged/privileged.ts'
import type { AnyControl } from '../../control.ts'
import { ask, facts, outcomes } from '../proxy/proxy-facts.ts'
import configuration from './proxy-configuration-protected.control.ts'
import passwordFiles from './proxy-password-files-protected.control.ts'
import tlsKeys from './tls-keys-protected.control.ts'

const file = (
  path: string,
  mode: number,
  owner = 'root',
  group = 'root',
  type: GuardedFile['type'] = 'file',
  target?: string,
): GuardedFile => ({
  path,
  type,
  mode,
  owner,
  group,
  line: 7,
  ...(target === undefined ? {} : { target }),
})
const folder = (path: string, mode = 0o755, group = 'root') => file(path, mode, 'root', group, 'directory')
const base = [folder('/etc/nginx'), folder('/etc/nginx/tls')]
const site = (directive: string) => `server { listen 443 ssl; ${directive} }`
const judge = (control: AnyControl, config: string, files: readonly GuardedFile[], more: Readonly<Record<string, unknown>> = {}) =>
  outcomes(
    ask(
      control,
      facts(config, [], {
        'guarded-files': { files, folders: ['/etc/nginx', '/etc/ssl/private'] },
        accounts: known({
          accounts: [{ name: 'ada', uid: 1000, gid: 1000, home: '/', shell: '/bin/sh', line: 1 }],
          groups: [
            { name: 'www-data', gid: 33, members: [], line: 1 },
            { name: 'ops', gid: 50, members: ['ada'], line: 2 },
          ],
        }),
        os: known({ folders: [{ path: '/', mode: 0o755, owner: 'root', group: 'root', type: 'directory', line: 1 }] }),
        ...more,
      }),
    ),
  )

describe('tls-keys-protected', () => {
  const key = '/etc/nginx/tls/a.key'
  const config = site(`ssl_certificate_key ${key};`)
  test.each([
    ['.bak', 0o644, ['fail: Others can read the private key']],
    ['~', 0o644, ['fail: Others can read the private key']],
    ['-2025', 0o600, []],
    ['.pub', 0o644, []],
    ['2', 0o644, []],
  ])('a copy beside the key: %s', (end, mode, more) => {
    expect(judge(tlsKeys, config, [...base, file(key, 0o600), file(key + end, mode)])).toEqual([
      'pass: Only root reads the private key',
      ...more,
    ])
  })
  test.each<[string, readonly GuardedFile[], string]>([
    ['root alone', [...base, file(key, 0o600)], 'pass: Only root reads the private key'],
    ['group ssl-cert', [...base, file(key, 0o640, 'root', 'ssl-cert')], 'pass: Only root reads the private key'],
    ['for all', [...base, file(key, 0o644)], 'fail: Others can read the private key'],
    ['for a group of people', [...base, file(key, 0o640, 'root', 'ops')], 'fail: Others can read the private key'],
    [
      'for all, behind a closed directory',
      [folder('/etc/nginx'), folder('/etc/nginx/tls', 0o700), file(key, 0o644)],
      'pass: Only root reads the private key',
    ],
    ['owned by a person', [...base, file(key, 0o600, 'ada', 'ada')], 'fail: Others can replace the private key'],
    [
      'directory writable',
      [folder('/etc/nginx'), folder('/etc/nginx/tls', 0o777), file(key, 0o600)],
      'fail: Others can replace the private key',
    ],
    [
      'through a link',
      [
        ...base,
        folder('/etc/ssl/private', 0o710, 'ssl-cert'),
        file(key, 0o777, 'root', 'root', 'symlink', '/etc/ssl/private/b.key'),
        file('/etc/ssl/private/b.key', 0o640, 'root', 'ssl-cert'),
      ],
      'pass: Only root reads the private key',
    ],
    [
      'a link in a circle',
      [...base, file(key, 0o777, 'root', 'root', 'symlink', 'a.key')],
      'not-evaluated: The mode of a private key was not read',
    ],
    ['not there', base, 'not-evaluated: The mode of a private key was not read'],
  ])('%s', (_, files, expected) => {
    expect(judge(tlsKeys, config, files)).toEqual([expected])
  })
  test('a key elsewhere, a relative one, none', () => {
    expect(judge(tlsKeys, site('ssl_certificate_key /opt/a.key;'), base)).toEqual(['not-evaluated: The mode of a private key was not read'])
    expect(judge(tlsKeys, site('ssl_certificate_key tls/a.key;'), [...base, file(key, 0o644)])).toEqual([
      'fail: Others can read the private key',
    ])
    expect(judge(tlsKeys, 'server { listen 80; }', base)).toEqual(['not-applicable: nginx uses no private key'])
  })
})

test.each<[string, readonly GuardedFile[], string]>([
  ['the proxy reads it', [...base, file('/etc/nginx/h', 0o640, 'root', 'www-data')], 'pass: The password file is closed to others'],
  ['for all', [...base, file('/etc/nginx/h', 0o644)], 'fail: Others can read the password file'],
  ['writable for a group', [...base, file('/etc/nginx/h', 0o660, 'root', 'ops')], 'fail: Others can change the password file'],
])('proxy-password-files-protected: %s', (_, files, expected) => {
  expect(judge(passwordFiles, site('location / { auth_basic a; auth_basic_user_file h; }'), files)).toEqual([expected])
})

test.each<[string, readonly GuardedFile[], string]>([
  ['root alone', [...base, file('/etc/nginx/nginx.conf', 0o644)], 'pass: Only root can change the proxy'],
  ['a file for all', [...base, file('/etc/nginx/nginx.conf', 0o666)], 'fail: Others can change the configuration of nginx'],
  [
    'a folder of a person',
    [...base, file('/etc/nginx/conf.d', 0o755, 'ada', 'ada', 'directory')],
    'fail: Others can change the configuration of nginx',
  ],
  ['links have no mode', [...base, file('/etc/nginx/x', 0o777, 'root', 'root', 'symlink', 'y')], 'pass: Only root can change the proxy'],
  ['nothing listed', [], 'not-evaluated: The files of nginx were not seen'],
])('proxy-configuration-protected: %s', (_, files, expected) => {
  expect(judge(configuration, '', files)).toEqual([expected])
})

test('no nginx', () => {
  const nginx = { nginx: { installed: false, running: false, directives: [] } }
  expect(judge(configuration, '', [], nginx)).toEqual(['not-applicable: There is no proxy here'])
  expect(judge(passwordFiles, '', [], nginx)).toEqual(['not-applicable: nginx uses no password file'])
})

const process = (name: string, cgroup: string) => ({ pid: 5, ppid: 1, user: 'x', uid: 9, name, argv: [name], cgroup, line: 4 })
test.each<[string, ReturnType<typeof process>, readonly string[]]>([
  ['another proxy', process('haproxy', '/system.slice/haproxy.service'), ['not-evaluated: Files of HAProxy were not seen']],
  ['nginx in a container', process('nginx', `/docker/${'ab'.repeat(32)}`), ['not-evaluated: Files of nginx in a container were not seen']],
  ['no proxy', process('sshd', '/system.slice/ssh.service'), ['not-applicable: There is no proxy here']],
])('%s, and no nginx of the host', (_, one, expected) => {
  const more = { nginx: { installed: false, running: false, directives: [] }, processes: known([one]) }
  expect(judge(configuration, '', [], more)).toEqual(expected)
  expect(judge(tlsKeys, '', [], more)).toEqual([
    expected[0]?.replace('Files', 'Keys').replace('There is no proxy here', 'No proxy uses a private key'),
  ])
})

test('processes that cannot be seen may be proxies', () => {
  const more = { nginx: { installed: false, running: false, directives: [] }, processes: unknown('hidden', ['processes']) }
  for (const control of [configuration, tlsKeys])
    expect(judge(control, '', [], more)).toEqual(['not-evaluated: Whether a proxy runs is not known'])
})

describe('keys in the configuration of nginx', () => {
  const main = '/etc/nginx/nginx.conf'
  const read = 'fail: Others can read a key of nginx'
  const closed = 'pass: Keys of nginx are closed to others'
  test.each([
    ['a map', 'map $http_authorization $who { default ""; "Bearer ‹redacted-3f9a2c1d›" a; }', [read]],
    ['a condition', site('if ($http_x_api_key != "‹redacted›") { return 401; }'), [read]],
    ['a header that is sent on', site('location / { proxy_set_header Authorization "Bearer ‹redacted›"; }'), [read]],
    ['a login in an address', site('location / { proxy_pass http://ada:‹redacted›@127.0.0.1:8000; }'), [read]],
    [
      'a word that stands before all keys',
      site('if ($http_x_api_key !~ "^‹word›") { return 401; }'),
      ['not-applicable: nginx uses no password file'],
    ],
    ['none', site('location / { proxy_set_header Authorization $http_authorization; }'), ['not-applicable: nginx uses no password file']],
  ])('%s', (_, config, expected) => {
    expect(judge(passwordFiles, config, [...base, file(main, 0o644)])).toEqual(expected)
  })
  test.each<[string, readonly GuardedFile[], string]>([
    ['root alone', [...base, file(main, 0o600)], closed],
    ['root and the workers', [...base, file(main, 0o640, 'root', 'www-data')], closed],
    ['a group of people', [...base, file(main, 0o640, 'root', 'ops')], read],
    ['a closed directory', [folder('/etc/nginx', 0o750), file(main, 0o644)], closed],
    ['not listed', base, 'not-evaluated: Who reads a key of nginx is not known'],
  ])('readable for %s', (_, files, expected) => {
    expect(judge(passwordFiles, site('if ($http_x_api_key != "‹redacted›") { return 401; }'), files)).toEqual([expected])
  })
})
