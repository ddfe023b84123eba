import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { SectionOutput } from '../../probe/section.ts'
import { printed } from '../../probe/section-output.testing.ts'
import { type FactResult, known, unknown } from '../fact.ts'
import type { FactSources } from '../fact-definition.ts'
import type { Process } from '../processes/processes.ts'
import { nginxFact } from './nginx.fact.ts'

const recorded = readFileSync(new URL('./__fixtures__/debian-default.txt', import.meta.url), 'utf8')
/** `nginx -V` of Debian 12, first lines. */
const version = 'nginx version: nginx/1.22.1\nbuilt with OpenSSL 3.0.22 25 Aug 2026 (running with OpenSSL 3.0.19 27 Jan 2026)\n'

const output = (id: string, change: Partial<SectionOutput>): SectionOutput => printed(id, '', { command: 'sudo nginx -T', ...change })

const master = (argv: string, cgroup = '/system.slice/nginx.service'): Process => ({
  pid: 9,
  ppid: 1,
  user: 'root',
  uid: 0,
  name: 'nginx',
  argv: argv.split(' '),
  cgroup,
  line: 1,
})

function read(nginx: Partial<SectionOutput>, processes: FactResult<readonly Process[]>) {
  const sources = {
    section: (id: string) => output(id, id === 'nginx' ? nginx : { stderr: version }),
    fact: () => processes,
  } as unknown as FactSources
  return nginxFact.read(sources)
}

const running = known([master('nginx: master process /usr/sbin/nginx -g daemon on; master_process on;')])

test('a recorded host', () => {
  const fact = read({ stdout: recorded }, running)
  expect(fact).toMatchObject({ known: true, value: { installed: true, running: true, version: '1.22.1' } })
})

test('the build says where its program lies', () => {
  const build = `${version}configure arguments: --prefix=/opt/ng --conf-path=/etc/nginx/nginx.conf\n`
  const answers = (executable: string) => {
    const processes = known([{ ...master('nginx: master process nginx'), executable }])
    const section = (id: string) => output(id, id === 'nginx' ? { stdout: recorded } : { stderr: build })
    return nginxFact.read({ section, fact: () => processes } as unknown as FactSources).known
  }
  expect([answers('/opt/ng/sbin/nginx'), answers('/opt/other/sbin/nginx')]).toEqual([true, false])
})

test('what changed on disk since it was loaded', () => {
  const read = (processes: FactResult<readonly Process[]>) => {
    const stdout = {
      nginx: recorded,
      'nginx-containers': '@changed /etc/nginx\n@changed /etc/nginx/.htpasswd\n@changed /etc/nginx/nginx.conf\n@end\n',
    }
    const section = (id: string) => output(id, { stdout: stdout[id as keyof typeof stdout] ?? '' })
    const fact = nginxFact.read({ section, fact: () => processes } as unknown as FactSources)
    return fact.known && fact.value.changed
  }
  expect([read(running), read(known([]))]).toEqual([['/etc/nginx/nginx.conf'], undefined])
})

test.each<[name: string, nginx: Partial<SectionOutput>, processes: FactResult<readonly Process[]>, expected: object]>([
  ['not installed', { state: 'missing' }, known([]), { known: true, value: { installed: false, running: false } }],
  [
    'not installed, processes hidden',
    { state: 'missing' },
    unknown('hidepid', ['processes']),
    { known: false, reason: expect.stringContaining('hidepid') },
  ],
  ['running from elsewhere', { state: 'missing' }, running, { known: false, reason: expect.stringContaining('not where') }],
  [
    'running in a container only',
    { state: 'missing' },
    known([master('nginx: master process nginx', '/system.slice/docker-4711.scope')]),
    { known: true, value: { installed: false } },
  ],
  [
    'running in a machine only',
    { stdout: recorded },
    known([master('nginx: master process nginx -c /srv/own.conf', '/machine.slice/systemd-nspawn@web.service/payload')]),
    { known: true, value: { running: false } },
  ],
  [
    'running in a machine only, whose cgroup could not be read',
    { stdout: recorded },
    known([
      { ...master('nginx: master process nginx'), pid: 30, ppid: 20, cgroup: undefined },
      { ...master('/usr/bin/systemd-nspawn --machine=web'), pid: 20, ppid: 1, name: 'systemd-nspawn', cgroup: undefined },
    ]),
    { known: true, value: { running: false } },
  ],
  [
    'running, whose cgroup could not be read',
    { stdout: recorded },
    known([{ ...master('nginx: master process nginx'), cgroup: undefined }]),
    { known: true, value: { running: true } },
  ],
  ['stopped', { stdout: recorded }, known([]), { known: true, value: { running: false } }],
  ['processes unread', { stdout: recorded }, unknown('ps', ['processes']), { known: true, value: { running: true } }],
  ['sudo refuses', { state: 'denied', sudoers: 'audit ALL=…' }, running, { known: false, hint: expect.stringContaining('audit ALL') }],
  [
    'broken on disk',
    { exitCode: 1, stderr: 'nginx: [emerg] unknown directive "foo" in /etc/nginx/nginx.conf:3\n' },
    running,
    { known: false, reason: expect.stringContaining('unknown directive "foo"'), hint: expect.stringContaining('still runs') },
  ],
  ['cut short', { stdout: recorded.slice(0, 1500) }, running, { known: false, reason: expect.stringMatching(/line \d+/) }],
  [
    'runs another file',
    { stdout: recorded },
    known([master('nginx: master process /usr/sbin/nginx -c /srv/own.conf')]),
    { known: false, reason: expect.stringContaining('/srv/own.conf') },
  ],
  [
    'another one runs another file',
    { stdout: recorded },
    known([master('nginx: master process /usr/sbin/nginx'), master('nginx: master process nginx -p /usr/local/kong -c nginx.conf')]),
    { known: false, reason: expect.stringContaining('/usr/local/kong/nginx.conf') },
  ],
  [
    'behind chroot',
    { stdout: recorded },
    known([{ ...master('nginx: master process /usr/sbin/nginx'), executable: '/srv/web/usr/sbin/nginx' }]),
    { known: false, reason: expect.stringContaining('/srv/web/usr/sbin/nginx') },
  ],
  [
    'behind chroot, whose program root alone could tell',
    { stdout: recorded },
    known([{ ...master('nginx: master process /usr/sbin/nginx'), seenFiles: { mounts: [{ destination: '/' }], more: false } }]),
    { known: false, reason: expect.stringContaining('another /etc/nginx/nginx.conf, which this host has nowhere') },
  ],
  [
    'RootDirectory=',
    { stdout: recorded },
    known([
      {
        ...master('nginx: master process /usr/sbin/nginx'),
        executable: '/usr/sbin/nginx',
        seenFiles: { mounts: [{ source: '/srv/web', destination: '/' }], more: false },
      },
    ]),
    { known: false, reason: expect.stringContaining('which is /srv/web/etc/nginx/nginx.conf of this host') },
  ],
  [
    'BindPaths= over the sites',
    { stdout: recorded },
    known([
      {
        ...master('nginx: master process /usr/sbin/nginx'),
        seenFiles: { mounts: [{ source: '/srv/sites', destination: '/etc/nginx/sites-enabled' }], more: false },
      },
    ]),
    { known: false, reason: expect.stringContaining('which is /srv/sites/default of this host') },
  ],
  [
    'mounts of its own elsewhere',
    { stdout: recorded },
    known([
      {
        ...master('nginx: master process /usr/sbin/nginx'),
        executable: '/usr/sbin/nginx (deleted)',
        seenFiles: { mounts: [{ source: '/tmp/systemd-private-1/tmp', destination: '/tmp' }], more: false },
      },
    ]),
    { known: true, value: { running: true } },
  ],
  [
    'OpenResty beside an nginx that does not run',
    { stdout: recorded },
    known([master('nginx: master process /usr/local/openresty/nginx/sbin/nginx')]),
    { known: false, reason: expect.stringContaining('/usr/local/openresty/nginx/sbin/nginx') },
  ],
  [
    'one of an account beside that of the host',
    { stdout: recorded },
    known([
      { ...master('nginx: master process /usr/sbin/nginx'), executable: '/usr/bin/nginx' },
      { ...master('nginx: master process nginx'), executable: '/home/ai/miniconda3/bin/nginx' },
    ]),
    { known: false, reason: expect.stringContaining('/home/ai/miniconda3/bin/nginx') },
  ],
  [
    'another program with the file named',
    { stdout: recorded },
    known([{ ...master('nginx: master process nginx -c /etc/nginx/nginx.conf'), executable: '/nix/store/x-nginx/bin/nginx' }]),
    { known: true, value: { running: true } },
  ],
  [
    'its own build, to which the first place is a link',
    { stdout: recorded.replaceAll('/etc/nginx/', '/usr/local/nginx/conf/') },
    known([{ ...master('nginx: master process /usr/sbin/nginx'), executable: '/usr/local/nginx/sbin/nginx' }]),
    { known: true, value: { running: true } },
  ],
  [
    'the same with another prefix',
    { stdout: recorded.replaceAll('/etc/nginx/', '/usr/local/nginx/conf/') },
    known([{ ...master('nginx: master process nginx -p /srv/app/'), executable: '/usr/local/nginx/sbin/nginx' }]),
    { known: false, reason: expect.stringContaining('/srv/app/conf/nginx.conf') },
  ],
  [
    'another prefix where the build has a place for its file',
    { stdout: recorded },
    known([master('nginx: master process /usr/sbin/nginx -p /srv/app/')]),
    { known: true, value: { running: true } },
  ],
  [
    'one process that is its own worker',
    { stdout: recorded },
    known([master('/usr/sbin/nginx -g daemon off; master_process off;')]),
    { known: true, value: { running: true } },
  ],
  [
    'the same with another file',
    { stdout: recorded },
    known([master('nginx -c /srv/own.conf -g master_process off;')]),
    { known: false, reason: expect.stringContaining('/srv/own.conf') },
  ],
  ['a worker alone, whose master is hidden', { stdout: recorded }, known([master('nginx: worker process')]), { value: { running: false } }],
  [
    'a unit that is called as a container is',
    { stdout: recorded },
    known([master('nginx: master process /usr/sbin/nginx', '/system.slice/docker-registry-proxy.service')]),
    { known: true, value: { running: true } },
  ],
  [
    'a relative name of the same file',
    { stdout: recorded },
    known([master('nginx: master process nginx -c nginx.conf')]),
    { known: true, value: { running: true } },
  ],
])('%s', (_, nginx, processes, expected) => {
  expect(read(nginx, processes)).toMatchObject(expected)
})
