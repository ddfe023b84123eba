import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { shells } from '#testing/installed.ts'
import { containedNginx } from './collect.ts'
import { changedSinceLoaded, parseContained } from './contained.ts'

const id = 'c0'.repeat(32)
const other = 'd1'.repeat(32)

/** As nginx writes it over its words. One of them has a line of its own. */
const MASTER = 'nginx: master process nginx -g daemon off;\n@end -c /etc/ng/a.conf\0\0\0'

/** A stand-in for docker: one container answers as nginx 1.29 does (dump on stdout, the rest on stderr), the other does not let the account in. */
const docker = `#!/bin/sh
case "$1 $*" in
  container*) exit 0 ;;
  *"exec ${id} nginx -v -T -c /etc/ng/a.conf") printf 'nginx version: nginx/1.29.3\\n' >&2
    printf '# configuration file /etc/ng/a.conf:\\nhttp {\\nlog_format a "\\n@end\\n"; include conf.d/*.conf; }\\n\\n# configuration file /etc/ng/conf.d/a.conf:\\nserver { listen 80; }\\n\\n' ;;
  *) echo 'permission denied while trying to connect to the Docker daemon socket' >&2; exit 1 ;;
esac
`

describe.runIf(process.platform === 'linux')('on this machine', () => {
  let folder: string
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'gatehouse-nginx-'))
    writeFileSync(join(folder, 'docker'), docker, { mode: 0o755 })
    writeFileSync(join(folder, 'systemctl'), '#!/bin/sh\nprintf "active\\nactive\\n"\n', { mode: 0o755 })
    for (const [pid, cgroup, comm] of [
      [7, `0::/system.slice/docker-${id}.scope`, 'nginx'],
      [8, `0::/system.slice/docker-${id}.scope`, 'nginx'],
      [9, `0::/system.slice/docker-${other}.scope`, 'nginx'],
      [10, `0::/kubepods.slice/cri-containerd-${'e2'.repeat(32)}.scope`, 'nginx'],
      [11, '0::/system.slice/nginx.service', 'nginx'],
      [12, `0::/system.slice/docker-${'f3'.repeat(32)}.scope`, 'postgres'],
    ] as const) {
      mkdirSync(join(folder, 'proc', `${pid}`), { recursive: true })
      writeFileSync(join(folder, 'proc', `${pid}`, 'comm'), `${comm}\n`)
      writeFileSync(join(folder, 'proc', `${pid}`, 'cgroup'), `${cgroup}\n`)
      writeFileSync(join(folder, 'proc', `${pid}`, 'cmdline'), pid === 7 ? MASTER : 'nginx: worker process\0\0\0')
    }
  })
  afterAll(() => {
    rmSync(folder, { recursive: true })
  })

  test.each(shells)('%s: each container in which nginx runs is asked once, by what runs it', (...shell) => {
    if (containedNginx.kind !== 'script') throw new Error('not a script')
    const [program = '', ...args] = shell.filter((word) => word !== undefined)
    const script = containedNginx.script.replaceAll('/proc/', `${folder}/proc/`)
    const { stdout } = spawnSync(program, [...args, '-c', script], { encoding: 'utf8', env: { PATH: `${folder}:${process.env.PATH}` } })
    const found = parseContained(stdout)
    expect(found).toMatchObject([
      { container: id, version: '1.29.3' },
      { container: other, directives: [], unread: expect.stringContaining('permission denied') },
    ])
    const [, server] = found?.[0]?.directives[0]?.block ?? []
    expect(server).toMatchObject({ name: 'server', section: 'nginx-containers' })
    expect(stdout.split('\n')[(server?.line ?? 0) - 1]).toBe(' server { listen 80; }')
  })
})

describe.runIf(process.platform === 'linux')('files that changed after they were loaded', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-nginx-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  const conf = join(folder, 'conf')
  mkdirSync(join(conf, 'conf.d'), { recursive: true })
  for (const name of ['nginx.conf', '.htpasswd', 'conf.d/a.conf']) writeFileSync(join(conf, name), '')
  /** Began so many seconds ago. */
  const run = (
    shell: readonly string[],
    ...processes: readonly (readonly [pid: number, parent: number, ago: number, title?: string])[]
  ) => {
    if (containedNginx.kind !== 'script') throw new Error('not a script')
    rmSync(join(folder, 'proc'), { recursive: true, force: true })
    mkdirSync(join(folder, 'proc'))
    writeFileSync(join(folder, 'proc/stat'), `cpu 1 2 3\nbtime ${Math.floor(Date.now() / 1000) - 10_000}\nprocesses 9\n`)
    writeFileSync(join(folder, 'proc/uptime'), '10000.00 19000.00\n')
    for (const [pid, parent, ago, title = 'worker process'] of processes) {
      const own = join(folder, 'proc', `${pid}`)
      mkdirSync(own)
      writeFileSync(join(own, 'comm'), 'nginx\n')
      writeFileSync(join(own, 'cgroup'), '0::/system.slice/nginx.service\n')
      writeFileSync(join(own, 'cmdline'), `nginx: ${title}\0\0\0`)
      writeFileSync(join(own, 'stat'), `${pid} (nginx) S ${parent} ${'0 '.repeat(17)}${(10_000 - ago) * 100} 0 0\n`)
    }
    const [program = '', ...args] = shell
    const script = containedNginx.script.replaceAll('/proc/', `${folder}/proc/`).replace('/etc/nginx ', `${conf} `)
    const { stdout } = spawnSync(program, [...args, '-c', script], { encoding: 'utf8' })
    expect(stdout.endsWith('@end\n')).toBe(true)
    return changedSinceLoaded(stdout, [join(conf, 'nginx.conf'), join(conf, 'conf.d/a.conf')])
      .map((path) => path.slice(conf.length + 1))
      .sort()
  }
  const all = ['conf.d', 'conf.d/a.conf', 'nginx.conf']

  test.each(shells)('%s', (...words) => {
    const shell = words.filter((word) => word !== undefined)
    expect(run(shell, [20, 1, 500, 'master process nginx'], [21, 20, 500], [22, 20, 400])).toEqual(all)
    // Loaded now, while what was asked before is still being answered; or by workers one of which came later.
    expect(run(shell, [20, 1, 500, 'master process nginx'], [21, 20, 500, 'worker process is shutting down'], [22, 20, 0])).toEqual([])
    expect(run(shell, [20, 1, 500, 'master process nginx'], [21, 20, 0], [22, 20, 500])).toEqual(all)
    // Whose files they are is not known.
    expect(run(shell, [20, 1, 500, 'master process nginx'], [21, 20, 500], [30, 1, 500, 'master process nginx'], [31, 30, 0])).toEqual([])
    expect(run(shell)).toEqual([])
    // Of a folder counts what came or went, not who owns it or when it was looked after.
    const now = new Date()
    utimesSync(join(conf, 'conf.d'), new Date(0), new Date(0))
    expect(run(shell, [20, 1, 500, 'master process nginx'], [21, 20, 500])).toEqual(all.slice(1))
    utimesSync(join(conf, 'conf.d'), now, now)
  })
})

test('an answer that was cut short says nothing', () => {
  expect(parseContained(`@container ${id}\n # configuration file /etc/nginx/nginx.conf:\n`)).toBeUndefined()
  expect(parseContained('@end\n')).toEqual([])
})

test('whatever a container prints stays its own', () => {
  const line = fc.oneof(
    fc.string(),
    fc.constantFrom('@end', '@said', `@container ${other}`, '# configuration file /a:', 'server {', '}', 'listen 80;'),
  )
  fc.assert(
    fc.property(fc.array(line), fc.array(line), (dump, said) => {
      const inner = (all: readonly string[]) => all.flatMap((one) => one.split('\n')).map((one) => ` ${one}\n`)
      const text = [`@container ${id}\n`, ...inner(dump), '@said\n', ...inner(said), '@end\n'].join('')
      const found = parseContained(text)
      expect(found?.map(({ container }) => container)).toEqual([id])
      expect(found?.[0]?.unread === undefined || found[0].directives.length === 0).toBe(true)
    }),
  )
})

test.each<[string, readonly string[], string | undefined]>([
  ['the file that is built in', ['nginx -g daemon off;'], undefined],
  ['the same, named', ['nginx -c /etc/nginx/nginx.conf'], undefined],
  ['another', ['nginx -c /etc/ng/a b.conf'], 'it runs with /etc/ng/a, but its nginx -T read /etc/nginx/nginx.conf'],
  ['two masters', ['nginx', 'nginx -c /srv/b.conf'], 'it runs with /srv/b.conf, but its nginx -T read /etc/nginx/nginx.conf'],
])('judged is the file that it runs with: %s', (_, masters, unread) => {
  const dump = [' # configuration file /etc/nginx/nginx.conf:', ' events {}']
  const titles = masters.map((words) => `@master nginx: master process ${words}`)
  const [found] =
    parseContained([`@container ${id}`, ...titles, ...dump, '@said', ' nginx version: nginx/1.22.1', '@end', ''].join('\n')) ?? []
  expect([found?.unread, found?.directives.map(({ line }) => line)]).toEqual([unread, unread ? [] : [titles.length + 3]])
})

test('what went wrong is said, and not the version', () => {
  const said = [' nginx version: nginx/1.22.1', ' nginx: [emerg] getpwnam("www") failed']
  expect(parseContained([`@container ${id}`, '@said', ...said, '@end', ''].join('\n'))?.[0]?.unread).toBe(said[1]?.trim())
})
