import { describe, expect, test } from 'vitest'
import { knownCaddies } from '../../../facts/caddy/caddy.fact.ts'
import type { Caddy } from '../../../facts/caddy/caddy.ts'
import { known, unknown } from '../../../facts/fact.ts'
import type { GuardedFile } from '../../../facts/privileged/privileged.ts'
import type { AnyControl } from '../../control.ts'
import { ask, facts, outcomes } from '../proxy/proxy-facts.ts'
import configuration from './proxy-configuration-protected.control.ts'
import passwords from './proxy-password-files-protected.control.ts'
import tlsKeys from './tls-keys-protected.control.ts'

const entry = (path: string, mode: number, owner = 'root', group = owner, type: GuardedFile['type'] = 'file'): GuardedFile => ({
  ...{ path, type, mode, owner, group, line: 7 },
})
const link = (path: string, target: string): GuardedFile => ({ ...entry(path, 0o777, 'root', 'root', 'symlink'), target })
const folder = (path: string, owner = 'root', mode = 0o755) => entry(path, mode, owner, owner, 'directory')
const home = '/var/lib/caddy'
const store = `${home}/.local/share/caddy`
const key = `${store}/certificates/local/ai.example/ai.example.key`
const saved = `${home}/.config/caddy/autosave.json`
const sound = [folder('/etc/caddy'), entry('/etc/caddy/Caddyfile', 0o644), folder(home, 'caddy'), entry(key, 0o600, 'caddy')]

const site = (more: object = {}) => ({
  apps: { http: { servers: { srv0: { listen: [':443'], routes: [{ match: [{ host: ['ai.example'] }] }] } } }, ...more },
})
const named = (path: string) => site({ tls: { certificates: { load_files: [{ certificate: '/a.crt', key: path }] } } })
const says = (config: unknown, imports: readonly string[] | null = [], pid = 880) =>
  knownCaddies(
    [
      ...[`@process ${pid}`, '@admin 127.0.0.1:2019', ...(imports ? ['@imports', ...imports.map((word) => `@import ${word}`)] : [])],
      ...JSON.stringify(config, null, 1)
        .split('\n')
        .map((line) => `:${line}`),
      ...['@end', ''],
    ].join('\n'),
    { processes: [], containers: [], units: [] },
  )

interface Given {
  readonly files?: readonly GuardedFile[]
  readonly caddy?: ReturnType<typeof known<Caddy>> | ReturnType<typeof unknown>
  readonly argv?: readonly string[]
  readonly cgroup?: string
  readonly unit?: object | null
  readonly nginx?: boolean
}

function judge(control: AnyControl, { files = sound, caddy, argv, cgroup = '/system.slice/caddy.service', unit, nginx = false }: Given) {
  const process = { pid: 880, ppid: 1, user: 'caddy', uid: 989, name: 'caddy', line: 3, cgroup }
  const started = argv ?? ['/usr/bin/caddy', 'run', '--config', '/etc/caddy/Caddyfile']
  return outcomes(
    ask(
      control,
      facts('', [], {
        nginx: { installed: nginx, running: nginx, directives: [] },
        'guarded-files': { files, folders: ['/etc/nginx', '/etc/caddy', home] },
        accounts: known({
          accounts: [
            { name: 'caddy', uid: 989, gid: 989, home, shell: '/bin/false', line: 1 },
            { name: 'ada', uid: 1000, gid: 1000, home: '/', shell: '/bin/sh', line: 1 },
          ],
          groups: [
            { name: 'caddy', gid: 989, members: [], line: 1 },
            { name: 'ops', gid: 50, members: ['ada'], line: 2 },
          ],
        }),
        os: known({ folders: [{ path: '/', mode: 0o755, owner: 'root', group: 'root', type: 'directory', line: 1 }] }),
        processes: known([{ ...process, argv: started }]),
        units: known(
          unit === null ? [] : [{ id: 'caddy.service', mainPid: 880, user: 'caddy', environment: {}, environmentComplete: true, ...unit }],
        ),
        caddy: caddy ?? says(site()),
      }),
    ),
  )
}

const notSeen = 'not-evaluated: The files of Caddy were not all seen'
const others = 'fail: Others can change the configuration of Caddy'
const pass = 'pass: Only root can change Caddy'
describe('proxy-configuration-protected', () => {
  test.each<[string, Given, readonly string[]]>([
    ['as packaged', {}, [pass]],
    ['--config=', { argv: ['caddy', 'run', '--config=/etc/caddy/Caddyfile'] }, [pass]],
    ['nginx beside it is judged too', { nginx: true }, ['not-evaluated: The files of nginx were not seen', pass]],
    ['a group writes it', { files: [folder('/etc/caddy'), entry('/etc/caddy/Caddyfile', 0o664, 'root', 'ops')] }, [others]],
    ['its own account owns it', { files: [folder('/etc/caddy'), entry('/etc/caddy/Caddyfile', 0o644, 'caddy')] }, [others]],
    ['a site beside it is open', { files: [...sound, entry('/etc/caddy/sites/a', 0o666)] }, [others]],
    ['the folder is open', { files: [folder('/etc/caddy', 'ada'), ...sound.slice(1)] }, [others]],
    ['a link inside', { files: [...sound, link('/etc/caddy/on/a', '../Caddyfile')] }, [pass]],
    ['a link that leads out', { files: [...sound, link('/etc/caddy/on/a', '/srv/a')] }, [notSeen]],
    ['not listed', { files: [] }, [notSeen]],
    ['elsewhere', { argv: ['caddy', 'run', '--config', '/srv/Caddyfile'] }, [notSeen]],
    ['relative', { argv: ['caddy', 'run', '--config', 'Caddyfile'] }, [notSeen]],
    ['none named', { argv: ['caddy', 'run'] }, [notSeen]],
    ['imports from its own folder', { caddy: says(site(), ['sites/*', '/etc/caddy/b', 'snippet']) }, [pass]],
    ['imports from elsewhere', { caddy: says(site(), ['/srv/*.caddy']) }, [notSeen]],
    ['imports from above', { caddy: says(site(), ['../x']) }, [notSeen]],
    ['imports by a variable', { caddy: says(site(), ['{$SITES}']) }, [notSeen]],
    ['imports unread', { caddy: says(site(), null) }, [notSeen]],
    ['a second Caddy, whose imports were not read', { caddy: says(site(), [], 881) }, [notSeen]],
    ['configuration unread', { caddy: unknown('why', ['caddy']) }, [notSeen]],
    [
      'JSON imports nothing',
      { argv: ['caddy', 'run', '-c', '/etc/caddy/a.json'], files: [entry('/etc/caddy/a.json', 0o600)], caddy: unknown('why', ['caddy']) },
      [pass],
    ],
    ...(
      [
        ['http://10.0.9.9/caddy.json', 'fail'],
        ['https://config.example/caddy.json', 'warning'],
        ['http://127.0.0.1:8500/v1/kv/caddy?raw', 'warning'],
        ['http://127.0.0.1.evil.example/', 'fail'],
      ] as const
    ).map(([url, status]): [string, Given, readonly string[]] => [
      `loaded from ${url}`,
      { caddy: says({ admin: { config: { load: { module: 'http', url }, load_delay: '1m' } }, ...site() }) },
      [`${status}: Caddy loads its configuration from elsewhere`],
    ]),
    ['resumed', { argv: ['caddy', 'run', '--resume'], files: [entry(saved, 0o600, 'caddy')] }, [pass]],
    ['resumed, open', { argv: ['caddy', 'run', '--resume'], files: [entry(saved, 0o666, 'caddy')] }, [others]],
    ['resumed, variables unread', { argv: ['caddy', 'run', '--resume'], files: [entry(saved, 0o600, 'caddy')], unit: null }, [notSeen]],
    ['in a container', { cgroup: '/system.slice/docker-0123.scope' }, [notSeen]],
    ['none runs', { argv: ['caddy', 'fmt'] }, ['not-applicable: There is no proxy here']],
  ])('%s', (_, given, expected) => {
    expect(judge(configuration, given)).toEqual(expected)
  })
})

const keysNotSeen = 'not-evaluated: Keys of Caddy were not all seen'
const keysPass = 'pass: Only root and Caddy read the private key'
const tls = '/etc/caddy/tls/a.key'
describe('tls-keys-protected', () => {
  test.each<[string, Given, readonly string[]]>([
    ['its own store', {}, [keysPass]],
    ['readable for all', { files: [entry(key, 0o644, 'caddy')] }, ['fail: Others can read the private key']],
    ['readable behind a closed folder', { files: [folder(store, 'caddy', 0o700), entry(key, 0o644, 'caddy')] }, [keysPass]],
    ['owned by a person', { files: [entry(key, 0o600, 'ada')] }, ['fail: Others can replace the private key']],
    ['no key in the store', { files: [] }, [keysNotSeen]],
    ['a file for its group', { caddy: says(named(tls)), files: [entry(tls, 0o640, 'root', 'caddy')] }, [keysPass]],
    [
      'a file for a group of people',
      { caddy: says(named(tls)), files: [entry(tls, 0o640, 'root', 'ops')] },
      ['fail: Others can read the private key'],
    ],
    ['a file elsewhere', { caddy: says(named('/srv/a.key')), files: [] }, ['not-evaluated: The mode of a private key was not read']],
    ['a file with a variable', { caddy: says(named('{env.KEY}')), files: [] }, [keysNotSeen]],
    ['another loader', { caddy: says(site({ tls: { certificates: { load_folders: ['/srv'] } } })) }, [keysNotSeen, keysPass]],
    ['another store', { caddy: says({ ...site(), storage: { module: 'redis' } }) }, [keysNotSeen]],
    ['storage.root', { caddy: says({ ...site(), storage: { module: 'file_system', root: '/srv/c/' } }) }, [keysNotSeen]],
    ['XDG_DATA_HOME', { unit: { environment: { XDG_DATA_HOME: '/srv' } } }, [keysNotSeen]],
    ['HOME', { unit: { environment: { HOME: '/srv' } } }, [keysNotSeen]],
    ['variables unread', { unit: { environmentComplete: false } }, [keysNotSeen]],
    ['not a service', { unit: null }, [keysNotSeen]],
    ['configuration unread', { caddy: unknown('why', ['caddy']) }, [keysNotSeen]],
    ['a second Caddy, whose configuration was not read', { caddy: says(site(), [], 881) }, [keysNotSeen]],
    ['in a container', { cgroup: '/docker/0123' }, [keysNotSeen]],
    [
      'no TLS',
      { files: [], caddy: says({ apps: { http: { servers: { a: { listen: [':80'] } } } } }) },
      ['not-applicable: Caddy uses no private key'],
    ],
    ['none runs', { argv: ['caddy', 'fmt'] }, ['not-applicable: No proxy uses a private key']],
  ])('%s', (_, given, expected) => {
    expect(judge(tlsKeys, given)).toEqual(expected)
  })
})

const users = {
  apps: {
    http: { servers: { srv0: { routes: [{ handle: [{ handler: 'authentication', providers: { http_basic: { accounts: [] } } }] }] } } },
  },
}
const asksUsers = says(users)
const asksFor = (header: string) => ({
  apps: { http: { servers: { srv0: { routes: [{ match: [{ header: { Authorization: [header] } }] }] } } } },
})
const closed = entry('/etc/caddy/Caddyfile', 0o640, 'root', 'caddy')
const passwordsPass = 'pass: The password file is closed to others'
const passwordsNotSeen = 'not-evaluated: Passwords of Caddy were not all seen'
const readable = 'fail: Others can read the password file'
describe('proxy-password-files-protected', () => {
  test.each<[string, Given, readonly string[]]>([
    ['closed', { caddy: asksUsers, files: [folder('/etc/caddy'), closed] }, [passwordsPass]],
    ['as packaged: every account reads it', { caddy: asksUsers }, [readable]],
    ['a group of people reads it', { caddy: asksUsers, files: [entry('/etc/caddy/Caddyfile', 0o640, 'root', 'ops')] }, [readable]],
    [
      'every account writes it',
      { caddy: asksUsers, files: [entry('/etc/caddy/Caddyfile', 0o666)] },
      ['fail: Others can change the password file'],
    ],
    ['no route asks', {}, ['not-applicable: Caddy keeps no passwords']],
    ['a key is asked for, as packaged', { caddy: says(asksFor('Bearer masked')) }, ['fail: Others can read a key of Caddy']],
    ['a key is asked for, closed', { caddy: says(asksFor('maskedrandom')), files: [closed] }, ['pass: Keys of Caddy are closed to others']],
    ['a key from the environment', { caddy: says(asksFor('Bearer {env.KEY}')) }, ['not-applicable: Caddy keeps no passwords']],
    [
      'one that is imported is closed as well',
      { caddy: says(users, ['users/*.caddy']), files: [closed, entry('/etc/caddy/users/a.caddy', 0o600)] },
      [passwordsPass],
    ],
    [
      'which file holds them is not known',
      { caddy: says(users, ['users/*.caddy', 'snippet']), files: [closed, entry('/etc/caddy/users/a.caddy', 0o644)] },
      [passwordsNotSeen],
    ],
    [
      'files that the pattern does not mean, and a file named like a snippet',
      {
        caddy: says(users, ['users/*.caddy', 'site', 'snippet']),
        files: [
          ...[closed, entry('/etc/caddy/users/a.caddy', 0o600), entry('/etc/caddy/users/b.txt', 0o644)],
          ...[entry('/etc/caddy/old/c.caddy', 0o644), entry('/etc/caddy/site', 0o600)],
        ],
      },
      [passwordsPass],
    ],
    [
      'a file named like a snippet is open',
      { caddy: says(users, ['site']), files: [closed, entry('/etc/caddy/site', 0o644)] },
      [passwordsNotSeen],
    ],
    ['both are open', { caddy: says(users, ['b.caddy']), files: [...sound, entry('/etc/caddy/b.caddy', 0o644)] }, [readable]],
    ['imported from elsewhere', { caddy: says(users, ['/srv/users']), files: [closed] }, [passwordsNotSeen]],
    ['imports unread', { caddy: says(users, null), files: [closed] }, [passwordsNotSeen]],
    ['not listed', { caddy: asksUsers, files: [] }, ['not-evaluated: The mode of a password file was not read']],
    ['a second Caddy', { caddy: says(users, [], 881) }, [passwordsNotSeen]],
    ['configuration unread', { caddy: unknown('why', ['caddy']) }, [passwordsNotSeen]],
    ['in a container', { cgroup: '/docker/0123' }, [passwordsNotSeen]],
    ['nothing named', { caddy: asksUsers, argv: ['caddy', 'run'] }, [passwordsNotSeen]],
    ['none runs', { argv: ['caddy', 'fmt'] }, ['not-applicable: nginx uses no password file']],
  ])('%s', (_, given, expected) => {
    expect(judge(passwords, given)).toEqual(expected)
  })
})
