import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { SectionOutput } from '../../probe/section.ts'
import { type FactResult, known, unknown } from '../fact.ts'
import type { FactSources } from '../fact-definition.ts'
import type { Process } from '../processes/processes.ts'
import { nginxFact } from './nginx.fact.ts'

const recorded = readFileSync(new URL('./__fixtures__/debian-default.txt', import.meta.url), 'utf8')
/** `nginx -V` of Debian 12, first lines. */
const version = 'nginx version: nginx/1.22.1\nbuilt with OpenSSL 3.0.22 25 Aug 2026 (running with OpenSSL 3.0.19 27 Jan 2026)\n'

const output = (id: string, change: Partial<SectionOutput>): SectionOutput => ({
  id,
  command: 'sudo nginx -T',
  state: 'ok',
  privileged: true,
  exitCode: 0,
  stdout: '',
  stderr: '',
  durationMs: 5,
  bytes: 0,
  sha256: '',
  ...change,
})

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
    'a relative name of the same file',
    { stdout: recorded },
    known([master('nginx: master process nginx -c nginx.conf')]),
    { known: true, value: { running: true } },
  ],
])('%s', (_, nginx, processes, expected) => {
  expect(read(nginx, processes)).toMatchObject(expected)
})
