import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseProcesses } from './parse.ts'

const fixture = (name: string): string => readFileSync(new URL(`./__fixtures__/${name}`, import.meta.url), 'utf8')
const procps = (...rows: readonly string[]): string =>
  ['@ps procps', '      1       0     0 root                             systemd                          /sbin/init', ...rows].join('\n')

test('the lab as root', () => {
  const processes = parseProcesses(fixture('debian12-lab-root.txt'))
  if (!Array.isArray(processes)) throw new Error('not read')
  expect(processes.find(({ name }) => name === 'ollama')).toMatchObject({
    ppid: 1,
    user: 'ollama',
    uid: 997,
    argv: ['/usr/local/bin/ollama', 'serve'],
    cgroup: '/system.slice/ollama.service',
    environment: { OLLAMA_HOST: '0.0.0.0:11434', OLLAMA_API_KEY: '****', OLLAMA_ORIGINS: 'http://a b,*' },
  })
  expect(processes.find(({ name }) => name === 'vllm')).toMatchObject({
    argv: expect.arrayContaining(['--api-key', '****', '--chat-template=/etc/vllm/a b.jinja']),
    cgroup: '/system.slice/system-vllm.slice/vllm@llama-3.service',
  })
})

test('the lab as the audit account: no environment, the rest as before', () => {
  const processes = parseProcesses(fixture('debian12-lab-audit.txt'))
  if (!Array.isArray(processes)) throw new Error('not read')
  const ollama = processes.find(({ name }) => name === 'ollama')
  expect(ollama).toMatchObject({ argv: ['/usr/local/bin/ollama', 'serve'], cgroup: '/system.slice/ollama.service' })
  expect(ollama?.environment).toBeUndefined()
})

test.each([
  [
    '    200       1  1000 a-very-long-account-name-of-an-ldap-directory web: x                           python3 -m http.server',
    { user: 'a-very-long-account-name-of-an-ldap-directory', argv: ['python3', '-m', 'http.server'] },
  ],
  [
    '    201       1  1000 ada                              tmux: server                     tmux new -s x',
    { name: 'tmux: server', argv: ['tmux', 'new', '-s', 'x'] },
  ],
  ['    202       2     0 root                             kworker/0:1                      [kworker/0:1]', { argv: ['[kworker/0:1]'] }],
])('row %s', (row, expected) => {
  expect(parseProcesses(procps(row))).toMatchObject([{ pid: 1 }, expected])
})

test('BusyBox has no uid column; candidates bring theirs', () => {
  const text = [
    '@ps busybox',
    'PID   PPID  USER     COMMAND          COMMAND',
    '    1     0 root     init             /sbin/init',
    '   88     1 ollama   ollama           ollama serve',
    '   99     1 ada      sh               -sh',
    '@argv 88',
    '=ollama',
    '=serve',
    '@cgroup 88 0::/ollama',
    '@uid 88 977',
    '@held 88 0000000000000400 000001ffffffffff 1 2',
    '@held 99 000001ffffffffff 000001ffffffffff',
  ].join('\n')
  expect(parseProcesses(text)).toMatchObject([
    { pid: 1, uid: 0 },
    {
      ...{ pid: 88, uid: 977, argv: ['ollama', 'serve'], cgroup: '/ollama' },
      held: { effective: 0x400n, bounding: 0x1ffffffffffn, noNewPrivileges: true, filtered: true, line: 11 },
    },
    { pid: 99, uid: -1, held: undefined },
  ])
})

const own = '    200     199  1000 ada                              bash                             -bash'
const init = '      1       0  1000 ada                              catatonit                        /catatonit'

test.each<[string, string, object | undefined]>([
  ['hidepid', `@ps procps\n@proc rw,relatime,hidepid=invisible,gid=27\n${own}`, { hiddenBy: 'hidepid=invisible' }],
  ['hidepid of older kernels', `@ps procps\n@proc rw,hidepid=1\n${own}`, { hiddenBy: 'hidepid=1' }],
  ['hidden without hidepid', `@ps procps\n@proc rw,relatime\n${own}`, { hiddenBy: undefined }],
  ['hidden, mounts unread', `@ps procps\n${own}`, { hiddenBy: undefined }],
  ['its own process 1 under hidepid', `@ps procps\n@proc hidepid=2\n${init}\n${own}`, { hiddenBy: 'hidepid=2' }],
  ['no ps', '@ps none', undefined],
  ['nothing', '', undefined],
  ['a row that is none', '@ps procps\nerror: unsupported option', undefined],
])('nothing is concluded: %s', (_, text, expected) => {
  expect(parseProcesses(text)).toEqual(expected)
})

test.each([
  ['hidepid off', 'rw,hidepid=0', [init, own]],
  ['hidepid off by name', 'rw,hidepid=off', [init, own]],
  [
    'in the group of gid=',
    'rw,hidepid=2,gid=27',
    ['      1       0     0 root                             systemd                          /sbin/init', own],
  ],
  ['mounted over with less', 'rw,hidepid=2\n@proc rw', [init, own]],
])('all is seen: %s', (_, options, rows) => {
  expect(parseProcesses(['@ps procps', `@proc ${options}`, ...rows].join('\n'))).toMatchObject([{ pid: 1 }, { pid: 200 }])
})

test.each(['debian-11', 'debian-13'])('%s (procps 3.3.17, 4.0.4)', (os) => {
  const processes = parseProcesses(fixture(`${os}-lab-audit.txt`))
  if (!Array.isArray(processes)) throw new Error('not read')
  expect(processes.find(({ name }) => name === 'vllm')).toMatchObject({
    ppid: 1,
    user: 'vllm',
    argv: expect.arrayContaining(['serve', '--host', '127.0.0.1']),
    cgroup: '/system.slice/vllm.service',
  })
  expect(processes.every(({ uid }) => uid >= 0)).toBe(true)
})

test('recorded where only busybox is', () => {
  const processes = parseProcesses(fixture('busybox-1.37-root.txt'))
  if (!Array.isArray(processes)) throw new Error('not read')
  expect(processes.find(({ argv }) => argv.includes('/tmp/ollama-serve'))).toMatchObject({
    ppid: 1,
    uid: 0,
    user: 'root',
    argv: ['sh', '/tmp/ollama-serve', 'serve'],
    environment: { OLLAMA_HOST: '0.0.0.0:11434' },
  })
})

test('a word cannot pose as a row of its own, and line feeds come back', () => {
  const text = procps(
    '    300       1  1000 ada                              vllm                             vllm serve',
    '@argv 300',
    '=vllm',
    '=serve',
    '=@argv 1',
    '=a\u0001b',
    '@env 300',
    '=HOME=/x',
    '=OLLAMA_HOST=0.0.0.0',
  )
  expect(parseProcesses(text)).toMatchObject([
    { pid: 1, argv: ['/sbin/init'] },
    { pid: 300, argv: ['vllm', 'serve', '@argv 1', 'a\nb'], environment: { HOME: '/x', OLLAMA_HOST: '0.0.0.0' } },
  ])
})

test('property: never throws', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 60 }), { maxLength: 8 }), (rows) => {
      parseProcesses(procps(...rows))
    }),
  )
})

test('what each process really runs, its unit, and the package that owns it', () => {
  const processes = parseProcesses(
    [
      procps('     40       1  1000 ada                              redis-server                     redis-server *:6379'),
      '     41       1  1000 ada                              x                                /usr/sbin/sshd -D',
      '     42       1     0 root                             python3                          python3 -m http.server',
      '@exe 1\t/init.scope\t/usr/lib/systemd/systemd',
      '@exe 40\t/system.slice/redis-server.service\t/usr/bin/redis-check-rdb',
      '@exe 41\t/user.slice/user-1000.slice/session-2.scope\t/tmp/.x (deleted)',
      '@exe 42\t/system.slice/docker-4711.scope\t/usr/bin/python3.11',
      '@packages dpkg',
      '@package systemd:amd64 /lib/systemd/systemd',
      '@package redis-tools /usr/bin/redis-check-rdb',
      '@package python3.11 /usr/bin/python3.11',
    ].join('\n'),
  )
  expect(processes).toMatchObject([
    { pid: 1, executable: '/usr/lib/systemd/systemd', package: 'systemd' },
    { pid: 40, executable: '/usr/bin/redis-check-rdb', package: 'redis-tools', cgroup: '/system.slice/redis-server.service' },
    { pid: 41, executable: '/tmp/.x (deleted)', package: null, argv: ['/usr/sbin/sshd', '-D'] },
    { pid: 42, executable: '/usr/bin/python3.11', cgroup: '/system.slice/docker-4711.scope' },
  ])
  // The host's package says nothing about a file inside of a container.
  expect(Array.isArray(processes) && processes[3]?.package).toBeUndefined()
})

test('without a package manager, or sudo, nothing is said of packages', () => {
  const row = procps('     41       1  1000 ada                              x                                /tmp/.x')
  expect(parseProcesses(`${row}\n@exe 41\t/\t/tmp/.x`)).toMatchObject([{}, { executable: '/tmp/.x' }])
  expect(parseProcesses(`${row}\n@exe 41\t/\t/tmp/.x`)).not.toMatchObject([{}, { package: null }])
  expect(parseProcesses(row)).not.toMatchObject([{}, { executable: '/tmp/.x' }])
})

test('names of the logs of a pod, and whether they could be listed', () => {
  const log = '/var/log/containers/chat-0_ai_vllm-ab.log'
  const row = '    200       1  1000 ada                              vllm                             vllm serve'
  const read = (...more: readonly string[]) => {
    const processes = parseProcesses(procps(row, '@argv 200', '=vllm', '@cgroup 200 0::/kubepods/podx', ...more))
    return Array.isArray(processes) ? processes[1]?.podLogs : 'not read'
  }
  expect(read()).toBeUndefined()
  expect(read(`@pod 200 ${log}`, '@pod 200 /var/log/pods/ai_chat-0_x')).toEqual({
    paths: [log, '/var/log/pods/ai_chat-0_x'],
    unread: false,
    line: 7,
  })
  expect(read('@pod 200 absent')).toEqual({ paths: [], unread: false, line: 7 })
  expect(read('@pod 200 unread')).toEqual({ paths: [], unread: true, line: 7 })
  expect(read(...Array(99).fill('@pod 200 /a'))).toMatchObject({ paths: Array(8).fill('/a') })
})

test('the next hops of a container, as the kernel writes them', () => {
  const rows = ['@gateway 1 010011AC', '@gateway 1 00000000', '@gateway 1 xyz', '@gateway 1 010011ac']
  expect(parseProcesses(procps(...rows))).toMatchObject([{ gateways: ['172.17.0.1', '0.0.0.0'] }])
})

test('addresses of a container, in both families', () => {
  const rows = [
    '@address 1 172.17.0.2',
    '@address 1 172.17.0.2',
    '@address 1 fd000077000000000000000000000002',
    '@address 1 fd00',
    '@address 1 x',
  ]
  expect(parseProcesses(procps(...rows))).toMatchObject([{ addresses: ['172.17.0.2', 'fd00:77::2'] }])
})

test('files of variables that LocalAI reads by itself: the first one that names it counts', () => {
  const table = '@ps procps\n      1       0     0 root                             systemd                          /sbin/init'
  const row = '      9       1   990 ai                               local-ai                         /opt/local-ai run'
  const rows = ['@argv 9', '=/opt/local-ai', '=run', '@env 9', '=HOME=/x', '@dotenv 9', '=API_KEY=****', '=LOCALAI_ADDRESS=":9090" # mine']
  const more = ['@dotenv 9', '=LOCALAI_ADDRESS=:8080', '=DEBUG=true # loud', '@dotenv 9 unread', '@cgroup 9 0::/a']
  const found = parseProcesses([table, row, ...rows, ...more, ''].join('\n'))
  expect(Array.isArray(found) && found.find(({ pid }) => pid === 9)).toMatchObject({
    environment: { HOME: '/x' },
    dotenv: { variables: { API_KEY: '****', LOCALAI_ADDRESS: ':9090', DEBUG: 'true' }, unread: true },
  })
})
