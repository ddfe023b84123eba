import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { gatehouse } from './console.ts'
import { arrange, asRoot, lab } from './lab.ts'
import { DROP_IN, expectRolledBack, FOLDER, pushDesk, verdictOf } from './push-desk.ts'
import { gatehouseSteppedUp } from './stepped-up.ts'

/** Hosts that lie, files that are not what they seem, places without room: refused before anything is changed, or the old state, with the right verdict. */
const desk = pushDesk()
const HOST = 'gpu3'

/** A program of the host is replaced by a script, which reaches the real one by its path. */
const replaced = (name: string, script: string) =>
  arrange(HOST, `cat >/usr/local/bin/${name} && chmod 755 /usr/local/bin/${name}`, `#!/bin/sh\n${script}\n`)
afterEach(() => asRoot(HOST, 'rm -f /usr/local/bin/sha256sum /usr/local/bin/mv /usr/local/bin/stat'))

describe('a host that lies about its files', () => {
  /** Whatever lies at the target, sha256sum says one digest. */
  const lies = (digest: string) =>
    replaced('sha256sum', `case $(readlink /proc/self/fd/0) in ${DROP_IN}) echo "${digest}  -" ;; *) exec /usr/bin/sha256sum "$@" ;; esac`)
  const puts = (line: string) => replaced('mv', `/usr/bin/mv "$@" || exit; case "$*" in *${DROP_IN}) echo '${line}' >>${DROP_IN} ;; esac`)

  test('something else is written, and sha256sum says what was planned: met by the bytes, undone', async () => {
    const { file, plan } = await desk.planned(HOST)
    await lies(plan.files[0]?.after.slice(0, 64) ?? '')
    await puts('# theirs')
    expectRolledBack(await desk.push(file), /contradicts itself about .*loopback\.conf: sha256sum says .* its bytes/)
    await desk.isOld(HOST)
  }, 240_000)

  test('the old file does not come back, and both states are claimed: nobody can say; once the lies are gone the next console ends it', async () => {
    const back = await desk.inPlace()
    try {
      const { file, plan } = await desk.planned(HOST)
      const [before = '', after = ''] = [plan.files[0]?.before, plan.files[0]?.after].map((state) => state?.slice(0, 64))
      await replaced(
        'sha256sum',
        `case $(readlink /proc/self/fd/0) in ${DROP_IN}) grep -q theirs ${DROP_IN} && echo "$(cat /run/lie)  -" && exit ;; esac; exec /usr/bin/sha256sum "$@"`,
      )
      await puts('# theirs')
      await arrange(HOST, `echo ${after} >/run/lie`)
      const run = await desk.push(file, (word) => word === 'undo' && void asRoot(HOST, `echo ${before} >/run/lie`))
      expect(['rolled back, not proven', 'unknown']).toContain(verdictOf(run))
      expect(run.stdout).toMatch(/contradicts itself/)
      await asRoot(HOST, `rm -f /usr/local/bin/mv /usr/local/bin/sha256sum /run/lie; sed -i '/# theirs/d' ${DROP_IN}`)
      await asRoot(HOST, '[ ! -e /var/lib/gatehouse-push/undo ] || sh /var/lib/gatehouse-push/undo')
      await desk.isOld(HOST)
    } finally {
      await back()
    }
  }, 400_000)

  test('about owner and mode: stat says what was planned', async () => {
    const { file } = await desk.planned(HOST)
    await replaced('stat', `case "$*" in "-c %u:%g:%a -- ${DROP_IN}") echo 0:0:644 ;; *) exec /usr/bin/stat "$@" ;; esac`)
    await replaced('mv', `/usr/bin/mv "$@" || exit; case "$*" in *${DROP_IN}) chown daemon ${DROP_IN} ;; esac`)
    expectRolledBack(await desk.push(file), /stat says owner and mode 0:0:644, find says 1:0:644/)
    await desk.isOld(HOST)
  }, 240_000)

  test('already when the plan is made: there is none', async () => {
    const back = await desk.inPlace()
    try {
      await lies('0'.repeat(64))
      const words = ['--fleet', lab.fleetFile, '--data', desk.data, '--output', join(desk.data, 'none.json')]
      const run = await gatehouse(['plan', '--host', HOST, '--template', 'ollama-loopback', ...words])
      expect([run.status, run.stderr]).toEqual([2, expect.stringMatching(/contradicts itself about .*sha256sum says 000000000000/)])
    } finally {
      await back()
    }
  }, 120_000)
})

describe('refused before anything is changed', () => {
  const refusedPlan = async (words: RegExp) => {
    const at = ['--fleet', lab.fleetFile, '--data', desk.data, '--output', join(desk.data, 'none.json')]
    const run = await gatehouse(['plan', '--host', HOST, '--template', 'ollama-loopback', ...at])
    expect([run.status, run.stderr]).toEqual([2, expect.stringMatching(words)])
  }

  test('all of the host is read-only', async () => {
    const { file } = await desk.planned(HOST)
    // The root of a container cannot be remounted while its journal is written.
    await arrange(HOST, 'for at in /etc /var /usr /root; do mount --bind $at $at && mount -o remount,bind,ro $at; done')
    const run = await desk.push(file)
    await arrange(HOST, 'umount -l /root /usr /var /etc')
    expect([run.status, run.stderr]).toEqual([2, expect.stringMatching(/read-only/)])
    await desk.isOld(HOST)
  }, 240_000)

  test('the target is a link, before the plan and after it', async () => {
    const { file } = await desk.planned(HOST)
    await arrange(HOST, `mkdir ${FOLDER}; echo theirs >/root/elsewhere; ln -s /root/elsewhere ${DROP_IN}`)
    await refusedPlan(/no regular file/)
    const run = await desk.push(file)
    expect([run.status, run.stderr]).toEqual([2, expect.stringContaining('push.conflict')])
    expect(await arrange(HOST, `cat /root/elsewhere; readlink ${DROP_IN}; rm -r ${FOLDER} /root/elsewhere`)).toBe(
      'theirs\n/root/elsewhere\n',
    )
    await desk.isOld(HOST)
  }, 240_000)

  test('two megabytes at the target', async () => {
    const { file } = await desk.planned(HOST)
    await arrange(HOST, `mkdir ${FOLDER}; echo '[Service]' >${DROP_IN}; yes '# a comment' | head -c 2000000 >>${DROP_IN}`)
    await refusedPlan(/too large to be shown/)
    const run = await desk.push(file)
    expect([run.status, run.stderr]).toEqual([2, expect.stringContaining('push.conflict')])
    await arrange(HOST, `rm -r ${FOLDER}`)
    await desk.isOld(HOST)
  }, 240_000)

  test.each([
    ['a newline', 'ollama.example\nreturn 200'],
    ['quotes', `ollama".example`],
    ['a dollar', '$host.example'],
  ])(
    'a parameter with %s',
    async (_, name) => {
      const at = ['--fleet', lab.fleetFile, '--data', desk.data, '--output', join(desk.data, 'none.json')]
      const run = await gatehouse(['plan', '--host', 'gpu2', '--template', 'nginx-ollama', '--set', `serverName=${name}`, ...at])
      expect([run.status, run.stderr]).toEqual([2, expect.stringMatching(/serverName/)])
    },
    60_000,
  )

  test('a parameter with NUL, written into the plan', async () => {
    const { file } = await desk.planned(HOST)
    const plan = JSON.parse(readFileSync(file, 'utf8'))
    writeFileSync(file, JSON.stringify({ ...plan, parameters: { ...plan.parameters, port: '11434\0' } }))
    const run = await desk.push(file)
    expect([run.status, run.stderr]).toEqual([2, expect.stringContaining('port')])
    await desk.isOld(HOST)
  }, 120_000)
})

describe('the target lies on a small disk of its own', () => {
  const small = `mkdir -p ${FOLDER} && mount -t tmpfs -o mode=755,size=64k lab ${FOLDER} && printf '[Service]\\nEnvironment=A=b\\n' >${DROP_IN} && systemctl daemon-reload`
  const away = `umount ${FOLDER}; rmdir ${FOLDER}; systemctl daemon-reload; systemctl restart ollama`
  const full = `cat /dev/zero >${FOLDER}/full 2>/dev/null`
  const there = () => arrange(HOST, `cat ${DROP_IN}; ls -A ${FOLDER}`)
  const OLD = `[Service]\nEnvironment=A=b\n${DROP_IN.split('/').at(-1)}\n`

  test('committed, and taken back', async () => {
    await arrange(HOST, small)
    const { file, plan } = await desk.planned(HOST)
    const there_ = await desk.push(file, undefined, ['--undo-after', '120'])
    expect(verdictOf(there_)).toBe('committed and proven')
    await gatehouse(['undo', plan.id, '--output', file, '--fleet', lab.fleetFile, '--data', desk.data])
    expect(verdictOf(await desk.push(file, undefined, ['--undo-after', '120']))).toBe('committed and proven')
    expect(await there()).toBe(OLD)
    await arrange(HOST, away)
    await desk.isOld(HOST)
  }, 240_000)

  test('full before: refused, with the old file as it was', async () => {
    await arrange(HOST, small)
    const { file } = await desk.planned(HOST)
    await asRoot(HOST, full)
    const run = await desk.push(file)
    expect([verdictOf(run), run.stdout]).toEqual(['rolled back and proven', expect.stringContaining('there is no room for the old files')])
    await arrange(HOST, `rm ${FOLDER}/full`)
    expect(await there()).toBe(OLD)
    await arrange(HOST, away)
    await desk.isOld(HOST)
  }, 240_000)

  test('full while it is looked at, and it stays so: the undo needs no room', async () => {
    await arrange(HOST, small)
    const { file } = await desk.planned(HOST)
    const run = await desk.push(file, (word) => word === 'verify' && void asRoot(HOST, `${full}; systemctl start gatehouse-undo.service`))
    expectRolledBack(run)
    expect(await arrange(HOST, `! echo x >${FOLDER}/more; rm ${FOLDER}/full ${FOLDER}/more`)).toBe('')
    expect(await there()).toBe(OLD)
    await arrange(HOST, away)
    await desk.isOld(HOST)
  }, 240_000)

  test('full, and somebody took away what was kept ready: not proven, the copy stays, and the next console ends it once there is room', async () => {
    await arrange(HOST, small)
    const { file } = await desk.planned(HOST)
    const run = await desk.push(
      file,
      (word) =>
        word === 'verify' &&
        void asRoot(HOST, `rm ${FOLDER}/.gatehouse-old.1~; echo >>${DROP_IN}; ${full}; systemctl start gatehouse-undo.service`),
    )
    expect([run.status, verdictOf(run)]).toEqual([2, 'unknown'])
    expect(await arrange(HOST, 'cat /var/lib/gatehouse-push/old.1')).toBe('[Service]\nEnvironment=A=b\n')
    await arrange(HOST, `rm ${FOLDER}/full`)
    const undo = await gatehouseSteppedUp(desk.data, ['undo', '--fleet', lab.fleetFile])
    expect(verdictOf(undo)).toBe('rolled back and proven')
    expect(await there()).toBe(OLD)
    await arrange(HOST, `rm -rf /var/lib/gatehouse-found; ${away}`)
    await desk.isOld(HOST)
  }, 500_000)
})

describe('sudo asks for a password', () => {
  const askpass = (sudo: string) => {
    const path = join(desk.data, 'askpass')
    writeFileSync(
      path,
      `#!/bin/sh\ncase $1 in sudo*) echo asked >>'${desk.data}/asked'; echo '${sudo}' ;; *) exec '${lab.askpass}' "$@" ;; esac\n`,
    )
    chmodSync(path, 0o755)
    writeFileSync(join(desk.data, 'asked'), '')
    return { SSH_ASKPASS: path }
  }
  const asked = () => readFileSync(join(desk.data, 'asked'), 'utf8').split('\n').length - 1
  const wants = `cp -a /etc/shadow /root/shadow; cp -a /etc/sudoers.d/gatehouse-change /root/
    echo 'gatehouse-change:open sesame' | chpasswd && sed -i s/NOPASSWD:// /etc/sudoers.d/gatehouse-change && visudo -cq`
  const back = 'mv -f /root/shadow /etc/shadow; mv -f /root/gatehouse-change /etc/sudoers.d/'

  test('it is asked once for all of a push, and goes nowhere else', async () => {
    const { file } = await desk.planned(HOST)
    await arrange(HOST, wants)
    const run = await desk.push(file, undefined, ['--undo-after', '120'], desk.data, askpass('open sesame'))
    const seen = await asRoot(
      HOST,
      'journalctl --no-pager _COMM=sudo _COMM=sshd _COMM=sh | grep -c sesame; grep -rl sesame /var/lib/gatehouse-history /tmp /home',
    )
    await arrange(HOST, back)
    expect([verdictOf(run) ?? run.stderr, run.stdout + run.stderr]).toEqual(['committed and proven', expect.not.stringContaining('sesame')])
    expect([asked(), seen.stdout]).toEqual([1, '0\n'])
    await desk.takenAway(HOST)
  }, 240_000)

  test('a wrong one: refused, with what sudo said, before anything is changed', async () => {
    const { file } = await desk.planned(HOST)
    await arrange(HOST, wants)
    const run = await desk.push(file, undefined, [], desk.data, askpass('wrong'))
    await arrange(HOST, back)
    expect([run.status, run.stderr]).toEqual([
      2,
      expect.stringMatching(/push\.not-possible[\s\S]*sudo did not take it|sudo did not take it[\s\S]*push\.not-possible/),
    ])
    expect(asked()).toBe(3)
    await desk.isOld(HOST)
  }, 240_000)
})

describe('labels and attributes', () => {
  // The kernel of the lab has no SELinux: stand-ins for its tools, by their manuals (chcon(1), matchpathcon(8), selinuxenabled(8)).
  test('SELinux: a new file gets the label of the policy, one that is replaced keeps its own, and where that fails nothing is put in place', async () => {
    await replaced('selinuxenabled', 'exit 0')
    await replaced('matchpathcon', 'echo "system_u:object_r:of:$3"')
    await replaced('chcon', 'echo "$*" >>/run/labels; [ ! -e /run/no-labels ]')
    const labels = () => arrange(HOST, 'cat /run/labels; rm /run/labels')
    const back = () => asRoot(HOST, 'cd /usr/local/bin && rm -f selinuxenabled matchpathcon chcon /run/no-labels')
    try {
      const fresh = await desk.attempt(HOST, (word) => word === 'verify' && void asRoot(HOST, 'systemctl start gatehouse-undo.service'))
      expectRolledBack(fresh)
      expect(await labels()).toBe(`-h -- system_u:object_r:of:${DROP_IN} ${FOLDER}/.gatehouse-new.1\n`)
      await arrange(HOST, ': >/run/no-labels')
      expectRolledBack(await desk.attempt(HOST), /cannot be given its SELinux label/)
      await labels()
      await arrange(HOST, 'rm /run/no-labels')
      const away = await desk.inPlace()
      try {
        const there = await desk.attempt(HOST, (word) => word === 'verify' && void asRoot(HOST, 'systemctl start gatehouse-undo.service'))
        expectRolledBack(there)
        expect(await labels()).toBe(`--reference=${DROP_IN} -- ${FOLDER}/.gatehouse-new.1\n`)
      } finally {
        await away()
      }
      await desk.isOld(HOST)
    } finally {
      await back()
    }
  }, 400_000)

  test('of a file that is replaced: kept with the copy, and back with the undo', async () => {
    const back = await desk.inPlace()
    try {
      const python = (code: string) => arrange(HOST, `python3 -c 'import os; at = "${DROP_IN}"; ${code}'`)
      const shown = () => python('print({name: os.getxattr(at, name) for name in os.listxattr(at)})')
      await python('os.setxattr(at, "trusted.lab", b"one")')
      const old = await shown()
      expect(old).toContain("'trusted.lab': b'one'")
      expectRolledBack(await desk.attempt(HOST, (word) => word === 'verify' && void asRoot(HOST, 'systemctl start gatehouse-undo.service')))
      expect(await shown()).toBe(old)
      await python('os.removexattr(at, "trusted.lab")')
    } finally {
      await back()
    }
  }, 240_000)
})
