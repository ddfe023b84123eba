import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { probeContextOf, sectionsOf } from '#core/facts/registry.ts'
import { type ProbeRun, runProbe } from '#core/probe/run-probe.ts'
import type { SectionOutput } from '#core/probe/section.ts'
import { arrange, asRoot, kill, lab, labFleet, labServer, run, type Server, servers, spawnSsh, ssh, start } from './lab.ts'
import { openSshSession } from './openssh-session.ts'

/** The probe on real machines and real shells, over OpenSSH. */

interface ProbeWith {
  readonly onSection?: (id: string, done: number, total: number) => void
  readonly signal?: AbortSignal
}

const probe = (server: Server, { onSection = () => {}, signal = new AbortController().signal }: ProbeWith = {}): Promise<ProbeRun> =>
  runProbe(openSshSession(server), sectionsOf(probeContextOf(labFleet(), labServer(server))), {
    account: 'gatehouse-audit',
    signal,
    timeoutMs: 45_000,
    onSection,
  })

const withState = (run: ProbeRun, ...states: SectionOutput['state'][]): string[] =>
  [...run.outputs.values()].filter(({ state }) => states.includes(state)).map(({ id }) => id)

let master: ReturnType<typeof spawnSsh>
beforeAll(async () => {
  // One login at the jump host for this file.
  master = spawnSsh(['-M', '-N', 'jump'])
  await vi.waitFor(async () => expect((await ssh(['-O', 'check', 'jump'])).status).toBe(0), 10_000)
})
afterAll(() => {
  master.kill()
})

/** Everything of the audit account, and everything that is new where programs leave things. */
const traces = `ps -o pid=,args= -u gatehouse-audit | grep -v 'systemd --user\\|(sd-pam)\\|dbus-daemon\\|sshd:' || :
find /tmp /var/tmp /dev/shm /run/user/1000 /home/gatehouse-audit /root -not -path '/run/user/*/systemd/*' -printf '%p %y %s\\n' 2>/dev/null | sort`

describe.each(servers)('%s', (server) => {
  test('every section is answered, and nothing stays on the host', async () => {
    await ssh([server, 'true']) // the first login makes the account's runtime folder
    const before = await arrange(server, traces)
    const run = await probe(server)
    expect(run.failure).toBeUndefined()
    expect(run.uid).toBe(1000)
    expect(withState(run, 'not-run', 'timed-out', 'truncated')).toEqual([])
    // What tests before this one left may end meanwhile.
    const known = new Set(before.split('\n'))
    expect((await arrange(server, traces)).split('\n').filter((line) => !known.has(line))).toEqual([])
  })
})

describe('privilege', () => {
  test.each(['gpu1', 'gpu2'] as const)('%s: the drop-in that Gatehouse prints allows everything that the probe asks', async (server) => {
    expect(withState(await probe(server), 'denied')).toEqual([])
  })

  test('the drop-in allows exactly these commands', async () => {
    for (const command of ['/usr/bin/ss -Htulnp -K', '/usr/bin/id', '/usr/sbin/nft flush ruleset', '/usr/bin/find / -delete', '/bin/sh']) {
      expect((await ssh(['gpu1', `sudo -n ${command}`])).status, command).toBe(1)
    }
    expect((await ssh(['gpu1', 'sudo -n /usr/bin/ss -Htulnp'])).status).toBe(0)
  })

  test('gpu3: without sudo each refusal names the line that would allow it, and that line does', async () => {
    const run = await probe('gpu3')
    const refused = [...run.outputs.values()].filter(({ sudoers }) => sudoers !== undefined)
    expect(refused.map(({ id }) => id)).toEqual(expect.arrayContaining(['listeners', 'sshd']))
    await arrange(
      'gpu3',
      'umask 337 && cat >/etc/sudoers.d/granted && visudo -q -c',
      `${refused.map(({ sudoers }) => sudoers).join('\n')}\n`,
    )
    try {
      const again = await probe('gpu3')
      expect([...again.outputs.values()].filter(({ sudoers }) => sudoers !== undefined).map(({ id }) => id)).toEqual([])
    } finally {
      await arrange('gpu3', 'rm /etc/sudoers.d/granted')
    }
  })
})

describe('shells', () => {
  const answered = (run: ProbeRun) => withState(run, 'ok').sort()

  test.each([
    ['dash', '/bin/dash'],
    ['busybox', '/usr/local/bin/ash'],
    ['bash that greets, with an rc file that prints, sets options and aliases', '/bin/bash'],
  ])('login shell %s answers the same', async (_, shell) => {
    const usual = answered(await probe('gpu1'))
    const greeting =
      "printf 'Welcome to gpu1\\n\\033[31mno unauthorised use\\033[0m\\n'; set -u; alias cat=false; export LANG=de_DE.UTF-8 GREP_OPTIONS=-v"
    await arrange(
      'gpu1',
      `ln -sf /bin/busybox /usr/local/bin/ash; usermod -s ${shell} gatehouse-audit; cat >/home/gatehouse-audit/.bashrc`,
      greeting,
    )
    try {
      expect(answered(await probe('gpu1'))).toEqual(usual)
    } finally {
      await arrange('gpu1', 'usermod -s /bin/bash gatehouse-audit; cp /etc/skel/.bashrc /home/gatehouse-audit/.bashrc')
    }
  })

  test('nologin: the host alone fails, and says what it said', async () => {
    await arrange('gpu1', 'usermod -s /usr/sbin/nologin gatehouse-audit')
    try {
      const { failure } = await probe('gpu1')
      expect(failure).toMatchObject({ code: 'probe.no-shell', detail: expect.stringContaining('This account is currently not available') })
    } finally {
      await arrange('gpu1', 'usermod -s /bin/bash gatehouse-audit')
    }
  })

  test('/bin/sh may be busybox', async () => {
    const usual = answered(await probe('gpu2'))
    await arrange('gpu2', 'ln -sf busybox /bin/sh')
    try {
      expect(answered(await probe('gpu2'))).toEqual(usual)
    } finally {
      await arrange('gpu2', 'ln -sf dash /bin/sh')
    }
  })
})

describe('a host in trouble', () => {
  test('full disks, and the rest of the disk cannot be written', async () => {
    const usual = withState(await probe('gpu2'), 'ok')
    const full = ['/tmp', '/var/tmp', '/dev/shm']
    const readOnly = ['/etc', '/home', '/root', '/usr', '/opt', '/srv', '/var/lib']
    await arrange(
      'gpu2',
      `for d in ${full.join(' ')}; do mount -t tmpfs -o size=4k,mode=1777 full $d; cat /dev/zero >$d/full || :; done 2>/dev/null
       for d in ${readOnly.join(' ')}; do mount --bind $d $d && mount -o remount,bind,ro $d || exit; done`,
    )
    try {
      const { stdout } = await ssh([
        'gpu2',
        'for d in /tmp /var/tmp /dev/shm "$HOME"; do { echo x >"$d/try" && ! [ -s "$d/try" ]; } 2>/dev/null; echo $?; done',
      ])
      expect(stdout).toBe('1\n1\n1\n1\n')
      const run = await probe('gpu2')
      expect(run.failure).toBeUndefined()
      expect(withState(run, 'ok')).toEqual(usual)
    } finally {
      await arrange('gpu2', `umount -l ${[...readOnly, ...full].join(' ')}`)
    }
  })

  test('no /bin/sh: the host alone fails, and says so', async () => {
    // Without a shell of that name the lab's own way in has to do too.
    const bare = (script: string) => run(lab.control, ['enter', 'gpu2', '/bin/dash', '-c', script])
    await bare('mv /bin/sh /bin/sh.away')
    try {
      const { failure } = await probe('gpu2')
      expect(failure).toMatchObject({ code: 'probe.no-shell', detail: expect.stringContaining('/bin/sh') })
    } finally {
      await bare('mv /bin/sh.away /bin/sh')
    }
    expect((await probe('gpu2')).failure).toBeUndefined()
  })

  test('a login that floods before the script runs is cut off, and the flood ends there', async () => {
    await arrange('gpu2', 'echo "exec head -c 1000000000 /dev/zero" >/home/gatehouse-audit/.bashrc')
    try {
      const started = Date.now()
      const { failure } = await probe('gpu2')
      expect(failure).toMatchObject({ code: 'probe.garbled' })
      expect(Date.now() - started).toBeLessThan(30_000)
      await expect.poll(async () => (await asRoot('gpu2', 'pgrep -x head')).status, { timeout: 15_000 }).toBe(1)
    } finally {
      await arrange('gpu2', 'cp /etc/skel/.bashrc /home/gatehouse-audit/.bashrc')
    }
  })

  test('a command that floods costs its own section only', async () => {
    await arrange(
      'gpu2',
      'mv /usr/bin/nvidia-smi /usr/bin/nvidia-smi.away; printf "#!/bin/sh\\nexec head -c 1000000000 /dev/zero\\n" >/usr/bin/nvidia-smi; chmod 755 /usr/bin/nvidia-smi',
    )
    try {
      const run = await probe('gpu2')
      expect(run.failure).toBeUndefined()
      expect(withState(run, 'truncated')).toEqual(['gpus'])
      expect(withState(run, 'not-run', 'timed-out')).toEqual([])
    } finally {
      await arrange('gpu2', 'mv /usr/bin/nvidia-smi.away /usr/bin/nvidia-smi')
    }
  })

  test.each(['/usr/bin/ss', '/usr/bin/systemctl', '/usr/bin/sleep', '/usr/bin/base64'])(
    'without %s the rest is answered',
    async (program) => {
      await arrange('gpu2', `mv ${program} ${program}.away`)
      try {
        const run = await probe('gpu2')
        expect(run.failure).toBeUndefined()
        expect(withState(run, 'not-run', 'timed-out', 'truncated')).toEqual([])
        expect(withState(run, 'ok')).toEqual(expect.arrayContaining(['nginx', 'sshd']))
      } finally {
        // systemctl is missed by the lab's own way in too
        await arrange('gpu2', `mv ${program}.away ${program}`)
      }
    },
  )

  test('a command that hangs costs its own section only', async () => {
    await arrange(
      'gpu2',
      'mv /usr/bin/nvidia-smi /usr/bin/nvidia-smi.away; printf "#!/bin/sh\\nexec sleep 300\\n" >/usr/bin/nvidia-smi; chmod 755 /usr/bin/nvidia-smi',
    )
    try {
      const run = await probe('gpu2')
      expect(run.failure).toBeUndefined()
      expect(withState(run, 'timed-out')).toEqual(['gpus', 'gpu-health'])
      // What was killed may be seen until it is reaped.
      await expect.poll(async () => (await asRoot('gpu2', 'pgrep -x sleep')).status, { timeout: 5_000 }).toBe(1)
    } finally {
      await arrange('gpu2', 'mv /usr/bin/nvidia-smi.away /usr/bin/nvidia-smi')
    }
  })

  test('cancelled: the channel closes and nothing keeps running there', async () => {
    await arrange(
      'gpu2',
      'mv /usr/bin/nvidia-smi /usr/bin/nvidia-smi.away; printf "#!/bin/sh\\nexec sleep 301\\n" >/usr/bin/nvidia-smi; chmod 755 /usr/bin/nvidia-smi',
    )
    try {
      const stop = new AbortController()
      const run = await probe('gpu2', { signal: stop.signal, onSection: (_, done, total) => done === total - 1 && stop.abort() })
      expect(run.failure).toMatchObject({ code: 'job.cancelled' })
      await expect.poll(async () => (await asRoot('gpu2', 'pgrep -x sleep')).status, { timeout: 15_000 }).toBe(1)
    } finally {
      await arrange('gpu2', 'mv /usr/bin/nvidia-smi.away /usr/bin/nvidia-smi')
    }
  })

  test('the plug is pulled in the middle: what was answered stays', async () => {
    await arrange(
      'gpu3',
      'mv /usr/bin/nvidia-smi /usr/bin/nvidia-smi.away; printf "#!/bin/sh\\nexec sleep 302\\n" >/usr/bin/nvidia-smi; chmod 755 /usr/bin/nvidia-smi',
    )
    let pulled: Promise<void> | undefined
    const run = await probe('gpu3', {
      onSection: () => {
        pulled ??= kill('gpu3')
      },
    })
    await pulled
    await start('gpu3')
    expect(run.failure).toMatchObject({ code: expect.stringMatching(/^(ssh\.connection-lost|probe\.timeout)$/) })
    expect(withState(run, 'ok').length).toBeGreaterThan(0)
    expect(withState(run, 'not-run', 'timed-out')).toContain('gpus')
  })
})
