import { writeFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { sha256Of } from '#core/ledger/record.ts'
import { type HostAnswer, readHostAnswer } from '#core/push/host/answer.ts'
import { type HostPush, type HostStep, hostProgram } from '#core/push/host/program.ts'
import type { HostFile } from '#core/push/templates/host-file.ts'
import { audit, hostOf } from './audit.ts'
import { gatehouse } from './console.ts'
import { arrange, asRoot, lab, run } from './lab.ts'
import { DROP_IN, expectRolledBack, FOLDER, pushDesk, verdictOf } from './push-desk.ts'

/**
 * One-click push on real systemd: every case ends in the old state or the new one, byte by byte over all of /etc, and says which.
 * More ways to fail: `push.faults.test.ts`.
 */
const desk = pushDesk()

describe('the planted sin is found, pushed away in one go, and stays away', () => {
  test('gpu3', async () => {
    const { file, plan } = await desk.planned('gpu3')
    expect(plan.turns).toMatchObject(
      ['inference-bound-to-loopback', 'engine-requires-key-when-exposed'].map((control) => ({
        ...{ control, subject: 'ollama.service', status: 'fail' },
      })),
    )
    expect(plan.files).toMatchObject([{ path: DROP_IN, before: 'absent' }])
    await desk.isOld('gpu3')
    const run = await desk.push(file, undefined, ['--undo-after', '120', '--json'])
    expect([run.status, JSON.parse(run.stdout)]).toEqual([
      0,
      [{ host: 'gpu3', id: plan.id, outcome: 'committed-proven', reason: '', readBack: expect.stringContaining(DROP_IN), advice: '' }],
    ])
    const after = hostOf((await audit(desk.data, ['--host', 'gpu3'])).report, 'gpu3')
    expect(
      after.findings.filter(({ control, subject }) => control === 'inference-bound-to-loopback' && subject === 'ollama.service'),
    ).toMatchObject([{ status: 'pass' }])
    expect(await arrange('gpu3', 'curl -s http://127.0.0.1:11434/')).toBe('Ollama is running')
    expect((await desk.undoGone('gpu3')).status).toBe(0)
    expect((await asRoot('gpu3', 'ls -d /var/lib/gatehouse*')).stdout).toBe('/var/lib/gatehouse-history\n')

    const again = await desk.push(file, undefined, ['--json'])
    expect([again.status, again.stderr]).toEqual([2, expect.stringContaining('this plan was carried out before')])
    expect(JSON.parse(again.stdout)).toMatchObject([
      { host: 'gpu3', outcome: 'refused', reason: expect.stringContaining('push.not-possible') },
    ])
    await desk.takenAway('gpu3')
  }, 240_000)
})

describe('the console is killed as it takes a step', () => {
  test.each([['write', 'activate']] as const)(
    '%s on gpu2, %s on gpu3',
    async (onGpu2, onGpu3) => void (await Promise.all([desk.killedAt('gpu2', onGpu2), desk.killedAt('gpu3', onGpu3)])),
    300_000,
  )

  test('the next push writes down what was left, and goes through', async () => {
    const { file } = await desk.planned('gpu3')
    const run = await desk.push(file)
    expect([run.status, verdictOf(run)]).toEqual([0, 'committed and proven'])
    expect(await desk.history()).toMatch(/push\.collect .*(its undo ran|it was committed)/)
    expect((await gatehouse(['verify', '--data', desk.data])).stdout).toContain('whole')
    await desk.takenAway('gpu3')
  }, 240_000)
})

test('the host starts anew while the console is gone: the undo runs at the start', async () => {
  const { file } = await desk.planned('gpu3')
  let down: Promise<unknown> | undefined
  const { status } = await desk.push(
    file,
    (word, end) => {
      if (word !== 'verify') return
      end()
      down = asRoot('gpu3', `test -e ${DROP_IN} && systemctl --no-block reboot`)
    },
    ['--undo-after', '900'],
  )
  expect(status).toBeNull()
  await down
  await pause(5000)
  await desk.undone('gpu3')
}, 240_000)

test('the undo is put off while the change is looked at: it is committed all the same, and no timer stays', async () => {
  const { file, plan } = await desk.planned('gpu3')
  let more: ReturnType<typeof desk.extend> | undefined
  const run = await desk.push(
    file,
    (word) => {
      if (word === 'verify') more = desk.extend(plan.id, 120)
    },
    ['--undo-after', '120'],
  )
  expect([run.status, verdictOf(run)]).toEqual([0, 'committed and proven'])
  await more
  expect(await desk.undoTimers('gpu3')).toBe('')
  expect((await desk.undoGone('gpu3')).status).toBe(0)
  await desk.takenAway('gpu3')
}, 240_000)

describe('steps taken by hand, as root of the host', () => {
  const OURS = '/etc/gatehouse-lab/ours.conf'
  const state = (content: string) => `${sha256Of(content)}:0:0:644`
  const file = { kind: 'plain', random: false, path: OURS, uid: 0, gid: 0, mode: '644', before: 'absent', content: 'new\n' } as const
  const push = { id: 'lab', who: 'the lab', unit: '', reverts: '', undoAfterSeconds: 60 }
  async function staged(host: 'gpu2' | 'gpu3', more: Partial<HostFile> = {}, unit = ''): Promise<HostAnswer> {
    const one: HostFile = { ...file, after: state(more.content ?? file.content), ...more }
    return step(host, 'stage', { ...push, unit, files: [one] })
  }
  async function step(host: 'gpu2' | 'gpu3', word: HostStep, asked: HostPush): Promise<HostAnswer> {
    const nonce = 'c'.repeat(32)
    const { stdout } = await run(lab.control, ['enter', host, '/bin/sh'], { stdin: hostProgram([{ step: word, nonce }], asked) })
    return readHostAnswer(stdout, nonce)
  }

  test('what systemd does not understand', async () => {
    const { failed } = await staged(
      'gpu3',
      { kind: 'systemd-drop-in', path: DROP_IN, content: '[Service]\nEnvironmnt=A=b\n' },
      'ollama.service',
    )
    expect(failed).toMatchObject({ code: 'invalid', detail: expect.stringContaining('Environmnt') })
    expect((await asRoot('gpu3', 'ls -d /var/lib/gatehouse*')).stdout).toBe('')
    await desk.isOld('gpu3')
  }, 60_000)

  test('the tool that checks is not there', async () => {
    await arrange('gpu2', 'mv /usr/sbin/nginx /root/')
    const { failed } = await staged('gpu2', { kind: 'nginx', path: '/etc/nginx/conf.d/zz-lab.conf', content: '# lab\n' }, 'nginx.service')
    await arrange('gpu2', 'mv /root/nginx /usr/sbin/')
    expect(failed).toMatchObject({ code: 'no-tool', detail: 'nginx' })
    expect((await asRoot('gpu2', 'ls -d /var/lib/gatehouse*')).stdout).toBe('')
    await desk.isOld('gpu2')
  }, 60_000)

  test.each([
    ['a file that is mounted', `mount --bind ${OURS} ${OURS}`, `umount ${OURS}`, 'unwritable', `${OURS} is mounted there`],
    ['/var/lib in memory', 'mount -t tmpfs -o mode=755 lab /var/lib', 'umount -l /var/lib', 'volatile', '/var/lib lies in memory'],
    [
      '/var/lib read-only',
      'cd /var/lib && mount --bind . . && mount -o remount,bind,ro /var/lib',
      'umount -l /var/lib',
      'unwritable',
      '/var/lib is read-only or full',
    ],
  ])(
    '%s',
    async (_name, arranged, back, code, words) => {
      await arrange('gpu3', `mkdir /etc/gatehouse-lab; echo old >${OURS}; ${arranged}`)
      const { failed } = await staged('gpu3', { before: state('old\n') })
      await arrange('gpu3', `${back}; rm -r /etc/gatehouse-lab`)
      expect(failed).toMatchObject({ code, detail: expect.stringContaining(words) })
      expect((await asRoot('gpu3', 'ls -d /var/lib/gatehouse*')).stdout).toBe('')
    },
    60_000,
  )

  test('an undo whose reload would be refused has not put the old state back: it waits until it would not', async () => {
    const path = '/etc/nginx/conf.d/zz-lab.conf'
    const one: HostFile = { ...file, kind: 'nginx', path, content: '# lab\n', after: state('# lab\n') }
    const asked = { ...push, unit: 'nginx.service', files: [one] }
    for (const word of ['stage', 'arm', 'write', 'activate'] as const)
      expect(await step('gpu2', word, asked)).toMatchObject({ ended: true })
    await arrange('gpu2', 'echo broken >/etc/nginx/conf.d/theirs.conf')
    const early = await step('gpu2', 'undo', asked)
    await arrange('gpu2', 'rm /etc/nginx/conf.d/theirs.conf')
    expect([[...early.marks], early.files.get(1)]).toEqual([['writing', 'undoing'], 'absent'])
    const late = await step('gpu2', 'undo', asked)
    expect([...late.marks]).toContain('undone')
    await step('gpu2', 'clear', asked)
    await desk.isOld('gpu2')
  }, 120_000)

  test('a lock whose maker died before it wrote down who it is: said, and taken by its name', async () => {
    await arrange('gpu3', 'mkdir /var/lib/gatehouse-push')
    const { failed, open, now } = await staged('gpu3')
    expect([failed?.code, open?.id, Math.abs((now ?? 0) - Date.now() / 1000) < 60]).toEqual(['busy', 'none', true])
    // Before anything is said of files, which the one who holds it may be writing.
    expect((await staged('gpu3', { before: state('planned\n') })).failed?.code).toBe('busy')
    expect((await step('gpu3', 'undo', { ...push, id: 'none', files: [] })).ended).toBe(true)
    expect((await asRoot('gpu3', 'ls -d /var/lib/gatehouse*')).stdout).toBe('')
  }, 60_000)
})

describe('a file that is there already', () => {
  test('gets its bytes, owner and mode back', async () => {
    const back = await desk.inPlace()
    try {
      const { file, plan } = await desk.planned('gpu3')
      expect(plan.files[0]?.diff).toContain('-Environment=A=b')
      const run = await desk.push(file, (word) => word === 'verify' && void asRoot('gpu3', 'systemctl start gatehouse-undo.service'))
      expectRolledBack(run)
      await desk.isOld('gpu3')
    } finally {
      await back()
    }
  }, 240_000)

  test('was changed since the plan: a conflict, and nothing is touched', async () => {
    const back = await desk.inPlace()
    try {
      const { file } = await desk.planned('gpu3')
      await arrange('gpu3', `chmod 600 ${DROP_IN}`)
      const run = await desk.push(file)
      expect([run.status, run.stderr]).toEqual([2, expect.stringContaining('push.conflict')])
      expect(run.stderr).toMatch(/is not as it was planned\n.*planned .*:644\n.*now .*:600\n/)
      await arrange('gpu3', `chmod 644 ${DROP_IN}; printf 'Environment=C=d\\n' >>${DROP_IN}`)
      expect((await desk.push(file)).stderr).toMatch(/^ {2} N {2}Environment=C=d$/m)
      await arrange('gpu3', `sed -i '$d' ${DROP_IN}`)
      await desk.isOld('gpu3')
    } finally {
      await back()
    }
  }, 240_000)
})

describe('refused before anything is changed', () => {
  test('sudo wants a password: refused with the reason', async () => {
    const { file } = await desk.planned('gpu2')
    await arrange('gpu2', 'mv /etc/sudoers.d/gatehouse-* /root/')
    const run = await desk.push(file)
    await arrange('gpu2', 'mv /root/gatehouse-* /etc/sudoers.d/')
    expect([run.status, run.stderr]).toEqual([2, expect.stringMatching(/(?:password is required|can't do that)[\s\S]*push.not-possible/)])
    await desk.isOld('gpu2')
  }, 240_000)

  test('a folder on the way is a link, or belongs to others', async () => {
    const { file } = await desk.planned('gpu2')
    await arrange('gpu2', `mkdir /tmp/elsewhere && ln -s /tmp/elsewhere ${FOLDER}`)
    const linked = await desk.push(file)
    await arrange('gpu2', `rm ${FOLDER}; chmod o+w /etc/systemd/system`)
    const open = await desk.push(file)
    await arrange('gpu2', 'chmod o-w /etc/systemd/system')
    expect([linked.status, linked.stderr]).toEqual([2, expect.stringContaining('is a link')])
    expect([open.status, open.stderr]).toEqual([2, expect.stringContaining('may write')])
    await desk.isOld('gpu2')
  }, 240_000)

  test('the folder is read-only', async () => {
    const { file } = await desk.planned('gpu2')
    await arrange('gpu2', 'cd /etc/systemd/system && mount --bind . . && mount -o remount,bind,ro /etc/systemd/system')
    const run = await desk.push(file)
    await arrange('gpu2', 'umount /etc/systemd/system')
    expect([run.status, run.stderr]).toEqual([2, expect.stringContaining('/etc/systemd/system is read-only')])
    await desk.isOld('gpu2')
  }, 240_000)

  test('a plan that was written by hand is refused before anything is asked', async () => {
    const { file, plan } = await desk.planned('gpu2')
    writeFileSync(file, JSON.stringify({ ...plan, files: [{ ...plan.files[0], path: '/etc/passwd' }] }))
    const run = await desk.push(file)
    expect([run.status, run.stderr]).toEqual([2, expect.stringContaining('push.plan-invalid')])
    await desk.isOld('gpu2')
  }, 120_000)
})
