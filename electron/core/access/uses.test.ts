import { describe, expect, test } from 'vitest'
import { known } from '../facts/fact.ts'
import type { NginxDirective } from '../facts/nginx/nginx.ts'
import { factsOf, type Host, service, unit, way } from './host-access.testing.ts'
import { hostAccess } from './host-access.ts'

/** Who gets through to engines, reads what is asked of them, and decides who else may; each as accounts of the lab tried it (`e2e/lab/variants/accounts-used.sh`). */

const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl ada@laptop'
const open = {
  ...service,
  apiKey: 'none' as const,
  binds: [{ address: '127.0.0.1', port: 8000, scope: 'loopback' as const, section: 'listeners', line: 3, basis: 'observed' as const }],
}
const keyed = (options: string, more: Host = {}): Host => ({
  services: [open],
  shadow: 'ada:!:\nbob:!:',
  keys: `/home/ada/.ssh/authorized_keys:1:${options} ${key}`.replace(':1: ', ':1:'),
  ...more,
})
const through = '127.0.0.1:8000 asks for no key'
const nologin = { shells: { ada: '/usr/sbin/nologin' } }

describe('who gets through to an engine', () => {
  test.each<[string, Host, string | undefined]>([
    ['a session', keyed(''), through],
    ['no forwarding, but a session', keyed('no-port-forwarding'), through],
    ['a command that says nothing of ports', keyed('command="/bin/true"'), through],
    [
      'a command alone',
      keyed('restrict,command="/usr/bin/ask"'),
      `${through} → (only if /usr/bin/ask, which is all that it may run, does so)`,
    ],
    [
      'a command of sshd alone',
      keyed('', { sshd: { forcecommand: '/usr/bin/ask', allowtcpforwarding: 'no' } }),
      `${through} → (only if /usr/bin/ask, which is all that it may run, does so)`,
    ],
    ['files by a block', keyed('', { matches: { 'user ada': { forcecommand: 'internal-sftp', allowtcpforwarding: 'no' } } }), undefined],
    ['files by a block, and ports', keyed('', { matches: { 'user ada': { forcecommand: 'internal-sftp' } } }), through],
    ['a block for others', keyed('', { matches: { 'user bob': { forcecommand: 'internal-sftp', allowtcpforwarding: 'no' } } }), through],
    [
      'a block for some addresses',
      keyed('', { matches: { 'address 10.0.0.0/8': { forcecommand: 'internal-sftp', allowtcpforwarding: 'no' } } }),
      through,
    ],
    ['no shell, but ports', keyed('', nologin), through],
    ['no shell, and a block without ports', keyed('', { ...nologin, matches: { 'user ada': { allowtcpforwarding: 'no' } } }), undefined],
    ['nobody gets in', keyed('', { keys: '' }), undefined],
    ['as another, who gets in', { ...keyed(''), sudoers: 'ada ALL=(bob) NOPASSWD: ALL' }, through],
  ])('%s', (_, host, expected) => expect(way(host, 'ada', 'send-inference')).toBe(expected))

  test('who is on the host reaches it as whom it becomes', () => {
    // The account that it becomes gets in by no way of its own.
    const host = { ...keyed('', { services: [{ ...open, engine: 'ollama' as const }] }), sudoers: 'bob ALL=(ada) NOPASSWD: ALL' }
    expect(way(host, 'bob', 'change-models')).toBe(`sudo ALL as ada → account ada → ${through}`)
  })
})

const http = (...block: readonly [string, ...string[]][]): NonNullable<Host['nginx']> => [
  {
    name: 'http',
    parameters: [],
    file: '/etc/nginx/nginx.conf',
    line: 1,
    block: block.map(([name, ...parameters]): NginxDirective => ({ name, parameters, file: '/etc/nginx/nginx.conf', line: 2 })),
  },
]
const bodies = http(
  ['log_format', 'b', 'escape=json', '$remote_addr $request_body'],
  ['access_log', '/var/log/nginx/b.log', 'b'],
  ['access_log', '/var/log/nginx/a.log'],
)
const logs = 'd/750/root/adm//var/log/nginx\nf/640/root/adm//var/log/nginx/b.log\nf/644/root/adm//var/log/nginx/a.log'
const talks = { ...service, argv: ['vllm', 'serve', 'm', '--enable-log-requests'] }

describe('who reads what is asked', () => {
  test.each<[string, Host, string | undefined]>([
    [
      'the journal of a server that writes it down',
      { services: [talks], groups: { adm: 'ada' } },
      'group adm, where vllm.service writes prompts',
    ],
    ['of one that does not', { groups: { adm: 'ada' } }, undefined],
    [
      'of one of which that is not known',
      { services: [{ ...service, argv: ['vllm', 'serve', 'm'] }], groups: { adm: 'ada' } },
      expect.stringContaining('(only if vllm.service logs prompts (no flag says so'),
    ],
    [
      'by sudo',
      { services: [talks], sudoers: 'ada ALL=NOPASSWD: /usr/bin/journalctl -u vllm.service' },
      'sudo journalctl -u vllm.service, where vllm.service writes prompts',
    ],
    ['of another unit', { services: [talks], sudoers: 'ada ALL=NOPASSWD: /usr/bin/journalctl -u nginx.service' }, undefined],
    [
      'by a list of the journal',
      {
        services: [talks],
        acls: '# file: /var/log/journal/0f/system.journal\n# owner: root\n# group: systemd-journal\nuser:ada:r--\nmask::r--',
      },
      'an ACL lets it read /var/log/journal/0f/system.journal, where vllm.service writes prompts',
    ],
    [
      'by a list of its own journal alone',
      {
        services: [talks],
        acls: '# file: /var/log/journal/0f/user-1001.journal\n# owner: root\n# group: systemd-journal\nuser:ada:r--\nmask::r--',
      },
      undefined,
    ],
    [
      'bodies in a log of nginx',
      { nginx: bodies, guarded: logs, groups: { adm: 'ada' } },
      'group adm may read /var/log/nginx/b.log, where nginx writes bodies of requests',
    ],
    ['a folder that keeps them', { nginx: bodies, guarded: logs.replace('640/root/adm', '644/root/adm') }, undefined],
    [
      'by sudo, bodies',
      { nginx: bodies, guarded: logs, sudoers: 'ada ALL=NOPASSWD: /usr/bin/tail -n 5 /var/log/nginx/b.log' },
      'sudo /usr/bin/tail -n 5 /var/log/nginx/b.log, where nginx writes bodies of requests',
    ],
    [
      'by sudo, the other log',
      { nginx: bodies, guarded: logs, sudoers: 'ada ALL=NOPASSWD: /usr/bin/tail -n 5 /var/log/nginx/a.log' },
      undefined,
    ],
  ])('%s', (_, host, expected) => expect(way(host, 'ada', 'read-prompts')).toEqual(expected))

  test('a list of the journal shows logs as well', () => {
    const acls = '# file: /var/log/journal/0f/system.journal\n# owner: root\n# group: systemd-journal\ngroup:ops:r--\nmask::r--'
    expect(way({ acls, groups: { ops: 'ada' } }, 'ada', 'read-logs')).toBe('an ACL lets group ops read /var/log/journal/0f/system.journal')
  })
})

describe('who decides who else may', () => {
  const people = http(['auth_basic_user_file', 'people'])
  test.each<[string, Host, string | undefined]>([
    [
      'a list of names that nginx asks',
      { nginx: people, guarded: 'f/664/root/ops//etc/nginx/people', groups: { ops: 'ada' } },
      'group ops may write /etc/nginx/people, which says who gets in',
    ],
    [
      'mail addresses for oauth2-proxy',
      { guarded: 'f/660/root/ops//etc/oauth2-proxy/mails.txt', groups: { ops: 'ada' } },
      'group ops may write /etc/oauth2-proxy/mails.txt, which says who gets in',
    ],
    [
      'these by sudo',
      { guarded: 'f/640/root/root//etc/oauth2-proxy/mails.txt', sudoers: 'ada ALL=NOPASSWD: /usr/bin/tee -a /etc/oauth2-proxy/mails.txt' },
      'sudo /usr/bin/tee -a /etc/oauth2-proxy/mails.txt',
    ],
    [
      'keys of another',
      { sudoers: 'ada ALL=NOPASSWD: /usr/bin/tee -a /home/bob/.ssh/authorized_keys' },
      'sudo /usr/bin/tee -a /home/bob/.ssh/authorized_keys, keys of bob',
    ],
    ['a group that it administers', { gshadow: 'ops:ada::', groups: { ops: 'bob' } }, 'administers group ops (gpasswd)'],
    ['a group that there is not', { gshadow: 'gone:ada::' }, undefined],
    ['a group that it is in', { gshadow: 'ops::ada:', groups: { ops: 'ada' } }, undefined],
    ['a tool of shadow-utils', { sudoers: 'ada ALL=NOPASSWD: /usr/sbin/usermod -aG video bob' }, 'sudo /usr/sbin/usermod -aG video bob'],
    ['one that is taken back', { sudoers: 'ada ALL=NOPASSWD: /usr/sbin/usermod -aG video bob\nada ALL=!/usr/sbin/usermod' }, undefined],
    ['one that only shows', { sudoers: 'ada ALL=NOPASSWD: /usr/bin/chage -l bob' }, undefined],
  ])('%s', (_, host, expected) => expect(way(host, 'ada', 'change-access')).toBe(expected))

  test('a list of names is no configuration that root reads', () => {
    const host = { nginx: people, guarded: 'f/664/root/ops//etc/nginx/people', groups: { ops: 'ada' } }
    expect(way(host, 'ada', 'become-root')).toBeUndefined()
  })
})

test.each<[string, Host, string | undefined]>([
  [
    'keys that sshd refuses',
    { sshd: { strictmodes: 'yes' } },
    'every account may write /home/bob/.ssh, home of bob → account bob → sudo ALL → root → (only once sshd takes keys in /home/bob/.ssh, which it refuses while others may write it)',
  ],
  [
    'keys that sshd takes',
    { sshd: { strictmodes: 'no' } },
    'every account may write /home/bob/.ssh, home of bob → account bob → sudo ALL → root',
  ],
  [
    'a home, in which a shell begins',
    { sshd: { strictmodes: 'yes' }, paths: 'directory/777/bob/bob//home/bob' },
    'every account may write /home/bob, home of bob → account bob → sudo ALL → root',
  ],
])('the home of another: %s', (_, more, expected) => {
  const paths = 'directory/755/bob/bob//home/bob\ndirectory/777/bob/bob//home/bob/.ssh'
  expect(way({ paths, sudoers: 'bob ALL=NOPASSWD: ALL', ...more }, 'ada', 'become-root')).toBe(expected)
})

test.each<[string, string, boolean]>([
  ['writes what it says there', '/opt/backup >/tmp/backup.log 2>>/tmp/backup.err', false],
  ['touches a file', 'touch /tmp/ran', false],
  ['tidies up', 'cd /opt && rm -f /tmp/ran; echo done', false],
  ['runs it after that', 'touch /tmp/ran && /tmp/run.sh', true],
  ['reads its orders there', 'sh </tmp/run.sh', true],
  ['locks and runs', 'flock /var/lock/x /tmp/run.sh', true],
])('a job of root in a folder that is everybody’s: %s', (_, command, expected) => {
  const host = { cron: `* * * * * root ${command}`, paths: 'directory/1777/root/root//tmp' }
  expect(way(host, 'ada', 'become-root') !== undefined).toBe(expected)
})

const models = (path: string) => ({ path, exists: true, parents: [], entries: [], kinds: [], complete: true, line: 1 })

test.each<[string, string, string | undefined]>([
  ['puts a file that is not there yet', '/usr/bin/tee /srv/models/new.gguf', 'sudo /usr/bin/tee /srv/models/new.gguf'],
  ['copies into the folder', '/usr/bin/cp /srv/in/m.gguf /srv/models/', 'sudo /usr/bin/cp /srv/in/m.gguf /srv/models/'],
  ['copies out of it', '/usr/bin/cp /srv/models/m.gguf /srv/out/', undefined],
  ['removes one', '/usr/bin/rm -f /srv/models/old.gguf', 'sudo /usr/bin/rm -f /srv/models/old.gguf'],
  ['removes another', '/usr/bin/rm -f /srv/models2/old.gguf', undefined],
])('models by sudo: %s', (_, command, expected) => {
  const facts = { ...factsOf({ sudoers: `ada ALL=NOPASSWD: ${command}` }), 'model-files': known({ directories: [models('/srv/models')] }) }
  const ada = hostAccess(facts, 0).accounts.find(({ name }) => name === 'ada')
  expect(ada?.holdings.find(({ capability }) => capability === 'change-models')?.path.at(-1)).toBe(expected)
})

describe('who finds the key that an engine asks for', () => {
  const { apiKey: _, ...asks } = open
  const engine = (more: object) => ({ ...asks, apiKey: 'set' as const, ...more })
  const of = (more: object, host: Host = {}) => keyed('', { services: [engine(more)], ...host })
  const variables = (path: string, more: object = {}) =>
    unit({
      environment: { VLLM_API_KEY: '****' },
      environmentSources: { VLLM_API_KEY: path },
      environmentFiles: path ? [path] : [],
      lines: {},
      ...more,
    })
  const entry = (mode: string, owner = 'root', group = 'root') => `regular file/${mode}/${owner}/${group}//etc/vllm/env`
  const ops = { groups: { ops: 'ada' } }
  test.each<[string, Host, string | undefined]>([
    ['not in a closed file', of({}, { units: [variables('/etc/vllm/env')], paths: entry('600') }), undefined],
    [
      'in one that its group reads',
      of({}, { units: [variables('/etc/vllm/env')], paths: entry('640', 'root', 'ops'), ...ops }),
      'group ops may read /etc/vllm/env, which has the key of vllm.service',
    ],
    [
      'in one that sudo lets it read',
      of({}, { units: [variables('/etc/vllm/env')], paths: entry('600'), sudoers: 'ada ALL=NOPASSWD: /usr/bin/cat /etc/vllm/env' }),
      'sudo /usr/bin/cat /etc/vllm/env, which has the key of vllm.service',
    ],
    ['in the unit', of({}, { units: [variables('')] }), 'VLLM_API_KEY of vllm.service, which systemctl shows every account'],
    [
      'in a file that may have it',
      of(
        { apiKey: 'unknown' },
        { units: [variables('/etc/vllm/env', { environmentSources: {} })], paths: entry('640', 'root', 'ops'), ...ops },
      ),
      'group ops may read /etc/vllm/env, which vllm.service reads → (only if the key of vllm.service stands there)',
    ],
    [
      'in a file of llama-server',
      of({ engine: 'llama.cpp', argv: ['llama-server', '--api-key-file', '/etc/vllm/env'] }, { units: [], paths: entry('644') }),
      'every account may read /etc/vllm/env, which has the key of vllm.service',
    ],
    ['without a session', { ...of({}, { units: [variables('')] }), ...nologin }, undefined],
    ['and nobody gets in', { ...of({}, { units: [variables('')] }), keys: '' }, undefined],
    [
      'in what nginx passes on',
      of(
        {},
        {
          units: [],
          nginx: http(['proxy_pass', 'http://127.0.0.1:8000'], ['proxy_set_header', 'Authorization', 'Bearer x']),
          guarded: 'f/644/root/root//etc/nginx/nginx.conf',
        },
      ),
      'every account may read /etc/nginx/nginx.conf, with which nginx asks vllm.service',
    ],
    [
      'not in what the client sends',
      of(
        {},
        {
          units: [],
          nginx: http(['proxy_pass', 'http://127.0.0.1:8000'], ['proxy_set_header', 'Authorization', '$http_authorization']),
          guarded: 'f/644/root/root//etc/nginx/nginx.conf',
        },
      ),
      undefined,
    ],
    [
      'whether it asks is not known',
      of({ apiKey: 'unknown' }, { units: [] }),
      '127.0.0.1:8000 → (only if it asks for no key, which is not known)',
    ],
  ])('%s', (_, host, expected) => expect(way(host, 'ada', 'send-inference')).toBe(expected))

  test('on the command line', () => {
    const facts = factsOf(of({ argv: ['vllm', 'serve', 'm', '--api-key', '****'], pids: [7] }, { units: [] }))
    const processes = known([{ pid: 7, line: 4, name: 'vllm', argv: [] }]) as unknown as typeof facts.processes
    const { accounts } = hostAccess({ ...facts, processes }, 0)
    const sends = (name: string) =>
      accounts
        .find((one) => one.name === name)
        ?.holdings.find(({ capability }) => capability === 'send-inference')
        ?.path.at(-1)
    expect([sends('ada'), sends('bob')]).toEqual(['--api-key of vllm.service, which every account reads in /proc', undefined])
  })

  test('a file of keys that nobody looked at leaves that open', () => {
    const host = of({ engine: 'llama.cpp', argv: ['llama-server', '--api-key-file', '/srv/keys'] }, { units: [] })
    expect(hostAccess(factsOf(host), 0).gaps).toMatchObject([
      { reason: 'Who may read /srv/keys, which has the keys of vllm.service, was not looked at', leavesOpen: ['send-inference'] },
    ])
  })

  test('an engine that stands still is asked by nobody, its own account neither', () => {
    const host = { services: [{ ...service, running: false }] }
    expect([way(host, 'svc', 'send-inference'), way(host, 'svc', 'read-prompts')]).toEqual([undefined, undefined])
  })
})

describe('prompts that are kept in files', () => {
  const kept = (host: Host, programs: readonly object[] = []) => {
    const facts = factsOf(host)
    const found = hostAccess({ ...facts, programs: known(programs) as unknown as typeof facts.programs }, 0)
    return {
      gaps: found.gaps.flatMap(({ reason, leavesOpen }) => (leavesOpen.includes('read-prompts') ? reason : [])),
      svc: found.accounts
        .find(({ name }) => name === 'svc')
        ?.holdings.find(({ capability }) => capability === 'read-prompts')
        ?.path.at(-1),
    }
  }
  const webui = {
    id: 'open-webui 812',
    name: 'Open WebUI',
    kind: 'chat',
    user: 'svc',
    binds: [],
    section: 'processes',
    line: 3,
    authentication: 'on',
  }

  test('chats of Open WebUI: its account reads them, of others that is not known', () =>
    expect(kept({ services: [] }, [webui])).toEqual({
      gaps: ['Who may read the chats that Open WebUI keeps in a database was not looked at'],
      svc: 'Open WebUI, which keeps what was said, runs as it',
    }))

  test('in a container, whose volumes only root enters', () =>
    expect(kept({ services: [] }, [{ ...webui, container: 'c1' }])).toEqual({ gaps: [], svc: undefined }))

  test.each<[string, object, readonly string[]]>([
    [
      'a folder of llama-server',
      { engine: 'llama.cpp', argv: ['llama-server', '--log-prompts-dir', '/srv/said'] },
      ['Who may read /srv/said, where vllm.service keeps prompts was not looked at'],
    ],
    [
      'requests of Ollama',
      { engine: 'ollama', environment: { OLLAMA_DEBUG_LOG_REQUESTS: '1' } },
      ['Who may read the folder of OLLAMA_DEBUG_LOG_REQUESTS, where vllm.service keeps prompts was not looked at'],
    ],
    ['none of Ollama', { engine: 'ollama', environment: { OLLAMA_DEBUG_LOG_REQUESTS: '0' } }, []],
  ])('%s', (_, more, gaps) => expect(kept({ services: [{ ...service, ...more } as typeof service] }).gaps).toEqual(gaps))
})
