import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { awks } from '#testing/installed.ts'
import { confinementsScript, readConfinements } from './confinement.ts'

/** As Docker 28.2.2 starts containers: its default capabilities are a80425fb, those of `--privileged` all that the kernel has. */
const DEFAULT = '00000000a80425fb'
const ALL = '000001ffffffffff'
const WHOLE = '0 0 4294967295'
const read = (...rows: string[]) => readConfinements(rows).get(7)
const everybody = [{ first: 0, count: 4_294_967_295 }]
const base = {
  capabilities: [],
  hostRoot: true,
  accounts: everybody,
  hostProcesses: false,
  isAnyAccount: true,
  profiled: false,
  mounts: [],
  moreMounts: false,
}

describe('what a process in a container can do to its host', () => {
  test.each([
    ['default capabilities', [`@bound 7 ${DEFAULT}`, `@idmap 7 ${WHOLE}`], base],
    [
      'privileged',
      [`@bound 7 ${ALL}`, `@idmap 7 ${WHOLE}`],
      { ...base, capabilities: ['CAP_DAC_READ_SEARCH', 'CAP_SYS_MODULE', 'CAP_SYS_RAWIO', 'CAP_SYS_PTRACE', 'CAP_SYS_ADMIN'] },
    ],
    ['--cap-add SYS_ADMIN', ['@bound 7 00000000a82425fb', `@idmap 7 ${WHOLE}`], { ...base, capabilities: ['CAP_SYS_ADMIN'] }],
    ['--pid host', [`@bound 7 ${DEFAULT} shared`, `@idmap 7 ${WHOLE}`], { ...base, hostProcesses: true }],
    ['a profile', [`@bound 7 ${DEFAULT} profiled`, `@idmap 7 ${WHOLE}`], { ...base, profiled: true }],
    [
      'the same, under a profile',
      [`@bound 7 ${DEFAULT} shared profiled`, `@idmap 7 ${WHOLE}`],
      { ...base, hostProcesses: true, profiled: true },
    ],
    [
      'the same, of one account',
      [`@bound 7 0000000000000400 shared`, `@idmap 7 ${WHOLE}`],
      { ...base, hostProcesses: true, isAnyAccount: false },
    ],
    [
      'a user namespace',
      [`@bound 7 ${DEFAULT}`, '@idmap 7 0 100000 65536'],
      { ...base, hostRoot: false, accounts: [{ first: 100_000, count: 65_536 }] },
    ],
    [
      'of an account (rootless)',
      [`@bound 7 ${DEFAULT}`, '@idmap 7 0 1000 1'],
      { ...base, hostRoot: false, accounts: [{ first: 1000, count: 1 }] },
    ],
    [
      'of an account that keeps its number (podman run --userns=keep-id)',
      [`@bound 7 ${DEFAULT}`, '@idmap 7 0 100000 1000', '@idmap 7 1000 1000 1'],
      {
        ...{ ...base, hostRoot: false },
        accounts: [
          { first: 100_000, count: 1000 },
          { first: 1000, count: 1 },
        ],
      },
    ],
    ['no number in its map: nothing is known', [`@bound 7 ${DEFAULT}`, '@idmap 7 0 all 1'], undefined],
    [
      'mounts of the host, once where a hybrid cgroup has it twice',
      [0, 1].flatMap(() => [
        `@bound 7 ${DEFAULT}`,
        `@idmap 7 ${WHOLE}`,
        '@mount 7 rw /run/docker.sock /run/docker.sock',
        String.raw`@mount 7 ro /srv/my\040models /models`,
      ]),
      {
        ...base,
        mounts: [
          { source: '/run/docker.sock', destination: '/run/docker.sock', readOnly: false },
          { source: '/srv/my models', destination: '/models', readOnly: true },
        ],
      },
    ],
    ['more than are told', [`@bound 7 ${DEFAULT}`, `@idmap 7 ${WHOLE}`, '@mount 7 more'], { ...base, moreMounts: true }],
    ['no map: nothing is known', [`@bound 7 ${DEFAULT}`], undefined],
    ['no bounding set: nothing is known', [`@idmap 7 ${WHOLE}`, '@mount 7 rw /etc /etc'], undefined],
    ['no number', ['@bound 7 all', `@idmap 7 ${WHOLE}`], undefined],
  ])('%s', (_, rows, expected) => expect(read(...rows)).toEqual(expected))
})

describe('the script, on a /proc that is a folder', () => {
  const proc = mkdtempSync(join(tmpdir(), 'gatehouse-proc-'))
  afterAll(() => rmSync(proc, { recursive: true }))
  const id = (digit: string) => digit.repeat(64)
  const host = ['22 1 8:1 / / rw - ext4 x rw', '23 22 0:25 / /run rw - tmpfs x rw', '24 22 8:2 /vol /srv rw - ext4 x rw']
  const own = (one: string) => [
    `31 30 8:1 /var/lib/docker/containers/${one}/hosts /etc/hosts rw - ext4 x rw`,
    '32 30 0:25 /proc-like /proc/kcore rw - tmpfs x rw',
  ]
  const put = (pid: number, cgroup: string, mounts: readonly string[], map = '0 0 4294967295', spaces = '') => {
    mkdirSync(join(proc, String(pid)))
    const files = {
      cgroup: `1:name=systemd:${cgroup}\n0::/\n`,
      status: `Name:\tx\nNSpid:\t${pid}${spaces}\nCapBnd:\t${DEFAULT}\n`,
      uid_map: `${map}\n`,
      mountinfo: `${mounts.join('\n')}\n`,
    }
    for (const [name, text] of Object.entries(files)) writeFileSync(join(proc, String(pid), name), text)
  }
  mkdirSync(join(proc, 'self'))
  writeFileSync(join(proc, 'self/mountinfo'), `${host.join('\n')}\n`)
  put(1, '/init.scope', host)
  put(90, '/system.slice/containerd.service', host)
  put(91, `/machine.slice/libpod-conmon-${id('c')}.scope`, host)
  put(
    100,
    `/system.slice/docker-${id('a')}.scope`,
    [`30 22 0:40 / / rw - overlay x rw`, ...own(id('a')), '33 30 0:25 /docker.sock /var/run/docker.sock ro,nosuid - tmpfs x rw'],
    undefined,
    '\t1',
  )
  put(101, `/system.slice/docker-${id('a')}.scope`, [], undefined, '\t7')
  put(102, `/system.slice/docker-${id('a')}.scope`, ['30 22 8:2 /vol/models /models rw - ext4 x rw'], undefined, '\t8')
  put(110, `/kubepods.slice/kubepods-pod1.slice/cri-containerd-${id('b')}.scope`, host)
  put(
    120,
    `/user.slice/libpod-${id('d')}.scope`,
    Array.from({ length: 65 }, (_, at) => `30 22 8:1 /m/${at} /m/${at} rw - ext4 x rw`),
    '0 1000 1\n1 100000 65536',
    '\t1',
  )
  // As Docker 20.10 had it: a bridge with the default route, and a macvlan.
  for (const pid of ['100', '102']) {
    mkdirSync(join(proc, pid, 'net'))
    writeFileSync(
      join(proc, pid, 'net/route'),
      'Iface\tDestination\tGateway\neth0\t00000000\t010012AC\t0003\neth1\t00024D0A\t00000000\t0001\n',
    )
    const local = (address: string) => `           |-- ${address}\n              /32 host LOCAL\n`
    const trie = `Main:\n  +-- 0.0.0.0/0 3 0 5\n           |-- 10.77.2.0\n              /24 link UNICAST\n${local('10.77.2.128')}${local('127.0.0.1')}${local('172.18.0.2')}`
    writeFileSync(join(proc, pid, 'net/fib_trie'), trie)
    writeFileSync(
      join(proc, pid, 'net/if_inet6'),
      'fe800000000000000042acfffe120002 05 40 20 80 eth0\nfd000018000000000000000000000002 05 40 00 80 eth0\n',
    )
  }
  mkdirSync(join(proc, '110/attr'))
  mkdirSync(join(proc, 'sys/module/apparmor/parameters'), { recursive: true })
  writeFileSync(join(proc, 'sys/module/apparmor/parameters/enabled'), 'Y\n')
  writeFileSync(join(proc, '110/attr/current'), 'docker-default (enforce)\n')
  const told = (awk: readonly string[], table: string) =>
    execFileSync(
      '/bin/sh',
      [
        '-c',
        `awk() { ${awk.join(' ')} "$@"; }\npattern='ollama|vllm'\n${confinementsScript.replaceAll('/proc/', `${proc}/`).replaceAll('"/sys/', `"${proc}/sys/`).replace(String.raw`\/(proc|`, String.raw`\/(nowhere|proc|`)}`,
      ],
      { encoding: 'utf8', env: { ...process.env, table } },
    )
  const rows = [
    '1 0 init',
    '2 0 kthreadd',
    '90 1 /usr/bin/containerd',
    '91 1 conmon',
    '100 90 traefik',
    '101 100 sh',
    '102 100 /bin/Ollama serve',
    '110 90 kube-proxy',
    '120 91 web',
    '999 90 gone',
  ]

  test.each(awks)('%s: the first of each container, and what is looked for in one', (...awk) => {
    const found = told(awk, rows.join('\n')).trim().split('\n')
    const network = [
      '@gateway 100 010012AC',
      '@address 100 10.77.2.128',
      '@address 100 172.18.0.2',
      '@address 100 fd000018000000000000000000000002',
    ]
    expect(found.splice(0, network.length)).toEqual(network)
    expect(found.splice(4, network.length)).toEqual(network.map((row) => row.replace('100', '102')))
    expect(found.slice(0, 12)).toEqual([
      `@cgroup 100 1:name=systemd:/system.slice/docker-${id('a')}.scope`,
      `@bound 100 ${DEFAULT}`,
      `@idmap 100 ${WHOLE}`,
      '@mount 100 ro /run/docker.sock /var/run/docker.sock',
      `@cgroup 102 1:name=systemd:/system.slice/docker-${id('a')}.scope`,
      `@bound 102 ${DEFAULT}`,
      `@idmap 102 ${WHOLE}`,
      '@mount 102 rw /srv/models /models',
      `@cgroup 110 1:name=systemd:/kubepods.slice/kubepods-pod1.slice/cri-containerd-${id('b')}.scope`,
      `@bound 110 ${DEFAULT} shared profiled`,
      `@idmap 110 ${WHOLE}`,
      '@mount 110 rw / /',
    ])
    expect([found.length, ...found.slice(12, 16), found.at(-1)]).toEqual([
      12 + 4 + 65,
      `@cgroup 120 1:name=systemd:/user.slice/libpod-${id('d')}.scope`,
      `@bound 120 ${DEFAULT}`,
      '@idmap 120 0 1000 1',
      '@idmap 120 1 100000 65536',
      '@mount 120 more',
    ])
  })
  test.each(awks)('%s: a folder that the host has twice is told by both names', (...awk) => {
    // A volume of Docker that is /etc (driver options), another file system over a folder, and /etc of ostree.
    const twice = [
      '25 22 8:1 /etc /var/lib/docker/volumes/e/_data rw - ext4 x rw',
      '26 22 8:3 / /opt rw - ext4 x rw',
      '27 22 8:1 /opt/old /mnt/old rw - ext4 x rw',
      '28 22 8:4 / /sysroot rw - xfs x rw',
      '29 22 8:4 /ostree/1/usr /usr ro - xfs x rw',
    ]
    writeFileSync(join(proc, 'self/mountinfo'), `${['21 22 0:20 / /sys/fs/cgroup rw - cgroup2 x rw', ...host, ...twice].join('\n')}\n`)
    put(
      310,
      `/system.slice/docker-${id('9')}.scope`,
      [
        '30 22 0:40 / / rw - overlay x rw',
        ...['/etc', '/etc/cron.d', '/opt/old/m'].map((root, at) => `3${at} 30 8:1 ${root} /m${at} rw - ext4 x rw`),
        '34 30 8:4 /ostree/1/usr/bin /m4 rw - xfs x rw',
      ],
      undefined,
      '\t1',
    )
    const found = told(awk, '90 1 containerd\n310 1 sleep 9').split('\n')
    rmSync(join(proc, '310'), { recursive: true })
    writeFileSync(join(proc, 'self/mountinfo'), `${host.join('\n')}\n`)
    expect(found.filter((row) => row.startsWith('@mount'))).toEqual([
      '@mount 310 rw /etc /m0',
      '@mount 310 rw /var/lib/docker/volumes/e/_data /m0',
      '@mount 310 rw /etc/cron.d /m1',
      '@mount 310 rw /var/lib/docker/volumes/e/_data/cron.d /m1',
      '@mount 310 rw /mnt/old/m /m2',
      '@mount 310 rw /sysroot/ostree/1/usr/bin /m4',
      '@mount 310 rw /usr/bin /m4',
    ])
  })
  test.each(awks)('%s: where no runtime runs, only what is looked for', (...awk) => {
    expect(told(awk, '1 0 init\n100 1 traefik')).toBe('')
    expect(told(awk, '1 0 init\n102 1 ollama serve').split('\n')).toContain('@mount 102 rw /srv/models /models')
  })

  test.each(awks)('%s: files that a server sees at other places', (...awk) => {
    const seen = (...mounts: readonly string[]) => {
      put(300, '/system.slice/vllm.service', mounts)
      const found = told(awk, '300 1 vllm serve').trim()
      rmSync(join(proc, '300'), { recursive: true })
      return found.split('\n').filter((row) => row !== '')
    }
    const units = ['31 30 0:25 /u /run/systemd/incoming ro - tmpfs x rw', '32 30 0:99 / /dev rw - tmpfs x rw']
    expect(seen(...host, ...units)).toEqual([])
    // BindPaths=/srv/models:/models, ReadWritePaths=/srv/cache; ProtectHome=yes and what it opens again.
    expect(
      seen(
        ...host,
        ...['40 22 8:2 /vol/models /models rw - ext4 x rw', '41 22 8:2 /vol/cache /srv/cache rw - ext4 x rw'],
        ...['42 22 0:25 /systemd/inaccessible/dir /home rw - tmpfs x rw', '43 42 8:1 /home/ai /home/ai rw - ext4 x rw'],
      ),
    ).toEqual(['@seen 300 /srv/models /models', '@seen 300 /run/systemd/inaccessible/dir /home', '@seen 300 /home/ai /home/ai'])
    // RootDirectory=, apptainer, and chroot(8) into a folder, of which the kernel tells nothing, or what is mounted in it.
    expect(seen('30 22 8:2 /vol/jail / rw - ext4 x rw', '31 30 8:2 /vol/models /models rw - ext4 x rw')).toEqual([
      '@seen 300 /srv/jail /',
      '@seen 300 /srv/models /models',
    ])
    expect(seen('30 22 0:187 / / rw - overlay x rw', String.raw`31 30 8:1 /home/a\040b /home/a\040b rw - ext4 x rw`)).toEqual([
      '@seen 300 ? /',
      String.raw`@seen 300 /home/a\040b /home/a\040b`,
    ])
    expect(seen('31 22 8:2 /vol /srv rw - ext4 x rw')).toEqual(['@seen 300 ? /', '@seen 300 /srv /srv'])
    // Of nginx, for its configuration.
    put(301, '/system.slice/nginx.service', ['30 22 8:2 /vol/jail / rw - ext4 x rw'])
    expect(told(awk, '301 1 nginx: master process /usr/sbin/nginx\n302 301 nginx: worker process')).toBe('@seen 301 /srv/jail /\n')
    rmSync(join(proc, '301'), { recursive: true })
    // A folder that the host has twice is where the process has it.
    writeFileSync(join(proc, 'self/mountinfo'), `${[...host, '25 22 8:2 /vol /data rw - ext4 x rw'].join('\n')}\n`)
    expect(seen(...host, '25 22 8:2 /vol /data rw - ext4 x rw')).toEqual([])
    writeFileSync(join(proc, 'self/mountinfo'), `${host.join('\n')}\n`)
    const many = Array.from({ length: 120 }, (_, at) => `${40 + at} 22 8:2 /vol/${at} /m/${at} rw - ext4 x rw`)
    expect(seen(...host, ...many).slice(-2)).toEqual(['@seen 300 /srv/99 /m/99', '@seen 300 more'])
    // Nobody may read them: nothing is known, and nothing said.
    put(300, '/system.slice/vllm.service', [])
    rmSync(join(proc, '300/mountinfo'))
    expect(told(awk, '300 1 vllm serve')).toBe('')
    writeFileSync(join(proc, '300/mountinfo'), '')
    expect(told(awk, '300 1 vllm serve')).toBe('@seen 300 ? /\n')
    rmSync(join(proc, '300'), { recursive: true })
  })
})
