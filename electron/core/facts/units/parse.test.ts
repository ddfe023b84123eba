import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { known, unknown } from '../fact.ts'
import type { FactSources } from '../fact-definition.ts'
import { parseUnits } from './parse.ts'
import { unitsFact } from './units.fact.ts'

const fixture = (name: string): string => readFileSync(new URL(`./__fixtures__/${name}`, import.meta.url), 'utf8')
const lineOf = (text: string, line: number | undefined): string | undefined => (line ? text.split('\n')[line - 1] : undefined)

test('the lab as root: an Ollama with a drop-in, a template instance, an escaped name', () => {
  const text = fixture('debian12-lab-root.txt')
  const units = parseUnits(text)
  expect(units.map(({ id }) => id)).toEqual(
    expect.arrayContaining(['ollama.service', 'vllm@llama-3.service', 'chat\\x2dserver.service', 'nginx.service']),
  )
  const ollama = units.find(({ id }) => id === 'ollama.service')
  expect(ollama).toMatchObject({
    activeState: 'active',
    unitFileState: 'enabled',
    user: 'ollama',
    group: 'ollama',
    dynamicUser: false,
    execStart: ['/usr/local/bin/ollama', 'serve'],
    environmentComplete: true,
    environmentFiles: ['/etc/default/ollama', '/etc/default/absent'],
    dropIns: ['/etc/systemd/system/ollama.service.d/override.conf'],
  })
  expect(ollama?.environment).toMatchObject({
    OLLAMA_HOST: '0.0.0.0:11434',
    OLLAMA_ORIGINS: 'http://a b,*',
    QUOTED: 'say "hi" $x \\ y',
    OLLAMA_API_KEY: '****',
    OLLAMA_MODELS: '/models/ollama',
  })
  expect(lineOf(text, ollama?.lines['Environment:OLLAMA_HOST'])).toContain('OLLAMA_HOST=0.0.0.0:11434')
  expect(lineOf(text, ollama?.lines['Environment:OLLAMA_MODELS'])).toBe('=OLLAMA_MODELS="/models/ollama"')
  const vllm = units.find(({ id }) => id === 'vllm@llama-3.service')
  expect(vllm).toMatchObject({
    dynamicUser: true,
    supplementaryGroups: expect.arrayContaining(['video', 'render']),
    environmentComplete: true,
  })
  expect(vllm?.properties).toMatchObject({
    NoNewPrivileges: 'yes',
    ProtectSystem: 'strict',
    ProtectHome: 'yes',
    DevicePolicy: 'closed',
    ReadWritePaths: '/models /var/log',
  })
})

test('the lab as the audit account: an unreadable environment file leaves the environment incomplete', () => {
  const units = parseUnits(fixture('debian12-lab-audit.txt'))
  expect(units.find(({ id }) => id === 'vllm@llama-3.service')?.environmentComplete).toBe(false)
  expect(units.find(({ id }) => id === 'ollama.service')?.environmentComplete).toBe(true)
})

test.each(['root', 'audit'])('no secret of the lab is in the recording (%s)', (who) => {
  expect(fixture(`debian12-lab-${who}.txt`)).not.toMatch(/sk-very-secret|abcdef/)
})

test.each(['debian-11', 'debian-13'])('%s (systemd 247, 257): quoting, globs, lists', (os) => {
  const ollama = parseUnits(fixture(`${os}-audit.txt`)).find(({ id }) => id === 'ollama.service')
  expect(ollama).toMatchObject({
    // PassEnvironment= hands on a proxy that systemd itself may have been started with.
    environmentComplete: false,
    supplementaryGroups: ['video', 'render'],
    dropIns: ['/etc/systemd/system/ollama.service.d/override.conf'],
    properties: {
      PrivateTmp: 'yes',
      RestrictAddressFamilies: 'AF_INET AF_UNIX',
      RestrictNamespaces: 'cgroup ipc net mnt pid uts',
      SystemCallFilter: '~',
      ProtectProc: 'default',
    },
  })
  expect(ollama?.environment).toMatchObject({
    OLLAMA_HOST: '127.0.0.1:11434',
    OLLAMA_ORIGINS: 'http://a b,*',
    QUOTED: 'say "hi" $x \\ y',
    TAB: 'a\tb',
    SEMI: 'a;b',
    SQ: "it's",
    OLLAMA_MODELS: '/models/my ollama',
    OLLAMA_KEEP_ALIVE: '5m',
  })
})

test('RHEL 8 (systemd 239): what systemctl could not print is not known', () => {
  const ollama = parseUnits(fixture('rhel-8-written.txt')).find(({ id }) => id === 'ollama.service')
  expect(ollama).toMatchObject({ environmentComplete: false, environment: { OLLAMA_HOST: '127.0.0.1:11434', SQ: "it's" } })
  expect(ollama?.properties).toMatchObject({ NoNewPrivileges: 'no', PrivateTmp: 'yes', ProtectSystem: 'no', ProtectHome: 'no' })
  for (const name of ['RestrictAddressFamilies', 'IPAddressDeny', 'ProtectClock', 'ReadWritePaths']) {
    expect(ollama?.properties).not.toHaveProperty(name)
  }
})

test.each<[lines: readonly string[], rest: readonly string[], complete: boolean, environment: object]>([
  [['Environment=HF_HUB_OFFLINE=1'], [], true, { HF_HUB_OFFLINE: '1' }],
  [['Environment=HF_HUB_OFFLINE=1', 'UnsetEnvironment=HF_HUB_OFFLINE'], [], true, {}],
  [['Environment=HF_HUB_OFFLINE=1', 'UnsetEnvironment=HF_HUB_OFFLINE=0 LANG'], [], true, { HF_HUB_OFFLINE: '1' }],
  [['PassEnvironment=LANG'], [], true, {}],
  [['PassEnvironment=https_proxy'], [], false, {}],
  [['Environment=https_proxy=', 'PassEnvironment=https_proxy'], [], true, { https_proxy: '' }],
  // DefaultEnvironment= of system.conf, and systemctl set-environment.
  [[], ['@manager', '=HTTPS_PROXY=http://10.0.0.1:3128'], true, { HTTPS_PROXY: 'http://10.0.0.1:3128' }],
  [[], ['@manager', "=OLLAMA_ORIGINS=$'a b'"], true, { OLLAMA_ORIGINS: 'a b' }],
  [['Environment=HTTPS_PROXY='], ['@manager', '=HTTPS_PROXY=http://10.0.0.1:3128'], true, { HTTPS_PROXY: '' }],
  [[], ['@manager-unreadable'], false, {}],
])('what a unit starts with: %j, beside %j', (lines, rest, environmentComplete, environment) => {
  expect(parseUnits([block(lines), ...rest].join('\n'))).toMatchObject([{ environmentComplete, environment }])
  expect(Object.keys(parseUnits([block(lines), ...rest].join('\n'))[0]?.environment ?? {})).toEqual(Object.keys(environment))
})

const block = (lines: readonly string[]): string => ['Id=x.service', 'LoadState=loaded', ...lines, '', ''].join('\n')

test('a unit that was cut short is not known, wherever the cut is; those before it are', () => {
  const [whole, second] = [block(['User=a']), block(['User=b', 'NoNewPrivileges=yes']).replace('x.service', 'y.service')]
  expect(parseUnits(whole + second).map(({ id }) => id)).toEqual(['x.service', 'y.service'])
  for (let at = whole.length + 1; at < whole.length + second.length; at++)
    expect(parseUnits((whole + second).slice(0, at)).map(({ id }) => id)).toEqual(['x.service'])
})

test.each<[string, readonly string[], object]>([
  [
    'files override Environment=',
    ['Environment=A=1', 'EnvironmentFiles=/e (ignore_errors=no)', '', '@envfile /e', '=A=2'],
    { environment: { A: '2' } },
  ],
  [
    'a file that is not there adds nothing',
    ['EnvironmentFiles=/e (ignore_errors=yes)', '', '@envfile-missing /e'],
    { environmentComplete: true },
  ],
  ['none named', ['Environment=A=1', 'EnvironmentFiles=', ''], { environmentComplete: true, environmentFiles: [] }],
  ['a file that was not looked at is not known', ['EnvironmentFiles=/e (ignore_errors=yes)', ''], { environmentComplete: false }],
  [
    'globs',
    ['EnvironmentFiles=/e/*.env (ignore_errors=no)', '', '@envfile /e/a.env', '=A=1', '@envfile /e/b.env', '=B=2'],
    { environment: { A: '1', B: '2' }, environmentComplete: true },
  ],
  [
    'an empty set is not an unasked one',
    ['CapabilityBoundingSet='],
    { properties: expect.objectContaining({ CapabilityBoundingSet: '' }) },
  ],
])('%s', (_, lines, expected) => {
  expect(parseUnits(block(lines))[0]).toMatchObject(expected)
})

test('units that do not exist, and units named twice', () => {
  const twice = `${block([])}\n${block([])}\nId=y.service\nLoadState=not-found\n`
  expect(parseUnits(twice).map(({ id }) => id)).toEqual(['x.service'])
})

test('property: never throws', () => {
  const line = fc.constantFrom(
    'Id=a.service',
    'Environment="A=',
    'ExecStart={ argv[]=',
    '@envfile /x',
    '=A=1',
    '',
    'EnvironmentFiles=/[x (ignore_errors=no)',
    '\u0000',
  )
  fc.assert(fc.property(fc.array(line, { maxLength: 20 }), (lines) => void parseUnits(lines.join('\n'))))
})

test('a sandboxed unit of the lab: figure, modes, and what the audit account may not read', () => {
  const text = fixture('debian12-lab-vllm.txt')
  const vllm = parseUnits(text).find(({ id }) => id === 'vllm.service')
  expect(vllm?.exposure).toMatchObject({ figure: 1.7, word: 'OK' })
  expect(lineOf(text, vllm?.exposure?.line)).toContain('Overall exposure level for vllm.service')
  expect(vllm?.program).toBe('/opt/vllm/bin/vllm')
  expect(vllm?.paths.find(({ path }) => path === '/etc/vllm/vllm.env')).toMatchObject({
    mode: 0o600,
    owner: 'root',
    group: 'root',
    type: 'file',
  })
  expect(vllm?.paths.map(({ path }) => path)).toEqual(expect.arrayContaining(['/', '/etc', '/etc/vllm', '/opt/vllm/bin/vllm']))
  expect(vllm?.environmentSources).toMatchObject({ HF_HUB_OFFLINE: '' })
})

test('the unit of Ollama’s installer: reasons come weightiest first, links are followed', () => {
  const text = fixture('debian12-lab-ollama.txt')
  const units = parseUnits(text)
  const ollama = units.find(({ id }) => id === 'ollama.service')
  expect(ollama?.exposure).toMatchObject({ figure: 9.2, word: 'UNSAFE' })
  expect(ollama?.exposure?.reasons[0]).toMatchObject({ setting: 'PrivateNetwork=', weight: 0.5 })
  expect(lineOf(text, ollama?.exposure?.reasons[0]?.line)).toContain('PrivateNetwork=')
  expect(units.find(({ id }) => id === 'nginx.service')?.paths.map(({ path }) => path)).toContain('/usr/lib')
})

test('where a variable comes from: the later file wins, as in systemd', () => {
  const [unit] = parseUnits(
    'Id=a.service\nLoadState=loaded\nEnvironment=A=1 B=2\nEnvironmentFiles=/e (ignore_errors=no)\n\n@envfile /e\n=B=3\n@paths\n=regular file/600/root/root//e\n',
  )
  expect(unit?.environment).toEqual({ A: '1', B: '3' })
  expect(unit?.environmentSources).toEqual({ A: '', B: '/e' })
  expect(unit?.paths.map(({ path }) => path)).toEqual(['/e'])
})

test('links in a circle end', () => {
  const [unit] = parseUnits(
    'Id=a.service\nLoadState=loaded\nFragmentPath=/a/u\n\n@link /a\n=/b\n@link /b\n=/a\n@paths\n=directory/755/root/root//b\n',
  )
  expect(unit?.paths.map(({ path }) => path)).toEqual(['/b'])
})

test('files that changed after the unit was started, but for the program, what a generator made and what set-property wrote', () => {
  const started = (more = '') => `Id=a.service
LoadState=loaded
ActiveState=active
ActiveEnterTimestamp=Sun 2026-11-29 07:31:34 UTC
ExecStart={ path=/usr/bin/a ; argv[]=/usr/bin/a ; ignore_errors=no ; start_time=[n/a] ; stop_time=[n/a] ; pid=5 }
FragmentPath=/etc/a.service
SourcePath=/etc/a.container
DropInPaths=/run/systemd/generator/a.service.d/x.conf /etc/a.service.d/b.conf /etc/systemd/system.control/a.service.d/50-MemoryMax.conf
EnvironmentFiles=/etc/a/*.env (ignore_errors=no)
${more}
@envfile /etc/a/x.env
@paths
=regular file/644/root/root//etc/a.service
@changed
=1795937496.0 /usr/bin/a
=1795937494.9 /etc/a.service
=1795937495.9 /etc/a.container
=1795937496.1 /etc/a.service.d/b.conf
=1795937496.1 /run/systemd/generator/a.service.d/x.conf
=1795937496.1 /etc/systemd/system.control/a.service.d/50-MemoryMax.conf
=1795939000 /etc/a/x.env
`
  const newer = (text: string) => parseUnits(text)[0]?.newerFiles?.map(({ path }) => path)
  expect(Date.parse('2026-11-29T07:31:34Z') / 1000).toBe(1_795_937_494)
  expect(newer(started())).toEqual(['/etc/a.service.d/b.conf', '/etc/a/x.env'])
  expect(newer(started().replace('ActiveState=active', 'ActiveState=inactive'))).toEqual([])
  expect(newer(started().replace(' UTC\n', ' CET\n'))).toEqual([])
})

test('paths that a unit may write lie where links lead them', () => {
  const text = [
    block(['ReadWritePaths=-/data/models/ /srv/x "/a b"', 'BindPaths=/lib/systemd:/data:rbind /all/etc:/x']),
    ...['@link /data/models', '=/etc', '@link /lib', '=/usr/lib', '@link /all', '=/', '@link /a', '=/b'],
  ]
  expect(parseUnits(text.join('\n'))[0]?.links).toEqual({ '/data/models': '/etc', '/lib/systemd': '/usr/lib/systemd', '/all/etc': '/etc' })
})

test('an account that User= names by its number is known by its name', () => {
  const accounts = known({ accounts: [{ name: 'ollama', uid: 998 }] })
  const read = (user: string, facts: unknown = accounts) => {
    const sources = {
      section: () => ({ state: 'ok', exitCode: 0, stdout: block([`User=${user}`]) }),
      fact: (id: string) => (id === 'accounts' ? facts : unknown('', [])),
    }
    const units = unitsFact.read(sources as unknown as FactSources)
    return units.known ? units.value.map((unit) => unit.user) : units.reason
  }
  expect(['998', 'ollama', '997', ''].map((user) => read(user))).toEqual([['ollama'], ['ollama'], ['997'], ['']])
  expect(read('998', unknown('', []))).toEqual(['998'])
})
