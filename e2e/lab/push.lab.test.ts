import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { sha256Of } from '#core/audit/ledger/record.ts'
import { readHostAnswer } from '#core/push/host-answer.ts'
import { hostProgram } from '#core/push/host-program.ts'
import { type PushPlan, pushPlanSchema } from '#shared/model/push-plan.ts'
import { audit, hostOf } from './audit.ts'
import { type ConsoleRun, gatehouse } from './console.ts'
import { arrange, asRoot, kill, lab, run, type Server, start } from './lab.ts'

/** One-click push on real systemd: every case ends in the old state or the new one, byte by byte over all of /etc, and says which. */

const FOLDER = '/etc/systemd/system/ollama.service.d'
const DROP_IN = `${FOLDER}/zz-gatehouse-loopback.conf`
const UNDO_SECONDS = 30

let data: string
const old: Partial<Record<Server, string>> = {}
beforeAll(async () => {
  data = mkdtempSync(join(tmpdir(), 'gatehouse-push-'))
  for (const host of ['gpu2', 'gpu3'] as const) old[host] = await etc(host)
})
afterAll(() => rmSync(data, { recursive: true }))

/** One case that went wrong must not make the next ones go wrong. */
beforeEach(async ({ task }) => {
  if (task.name.startsWith('the next push')) return
  for (const host of ['gpu2', 'gpu3'] as const)
    await asRoot(
      host,
      `[ ! -e /etc/systemd/system/gatehouse-undo.service ] || systemctl start gatehouse-undo.service; rm -rf /var/lib/gatehouse-*
       if [ -e ${DROP_IN} ]; then rm -f ${DROP_IN}; rmdir ${FOLDER}; systemctl daemon-reload; systemctl restart ollama; fi`,
    )
})

/** Every name below /etc with kind, owner, mode and content. */
const etc = (host: Server) =>
  arrange(
    host,
    'cd /etc && find . -printf "%p %y %U:%G %m %l\\n" | LC_ALL=C sort; find . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum',
  )
const undoGone = (host: Server) =>
  asRoot(
    host,
    'test ! -e /etc/systemd/system/gatehouse-undo.service && ! systemctl is-active -q gatehouse-undo.timer gatehouse-undo.service',
  )

async function isOld(host: Server): Promise<void> {
  expect((await etc(host)).split('\n')).toEqual(old[host]?.split('\n'))
  expect(await arrange(host, 'systemctl is-active ollama.service')).toBe('active\n')
  expect((await undoGone(host)).status).toBe(0)
}

async function undone(host: Server): Promise<void> {
  for (let waited = 0; waited < 90 && (await undoGone(host)).status !== 0; waited += 2) await pause(2000)
  await isOld(host)
}

/** Back to how it was found, by hand. */
async function takenAway(host: Server): Promise<void> {
  await arrange(host, `rm -f ${DROP_IN}; rmdir ${FOLDER}; systemctl daemon-reload; systemctl restart ollama`)
  await isOld(host)
}

async function planned(host: Server): Promise<{ file: string; plan: PushPlan }> {
  const file = join(data, `${host}.json`)
  const { status, stderr } = await gatehouse([
    ...['plan', '--fleet', lab.fleetFile, '--host', host, '--template', 'ollama-loopback', '--output', file, '--data', data],
  ])
  expect([status, stderr]).toEqual([0, expect.stringContaining('written')])
  return { file, plan: pushPlanSchema.parse(JSON.parse(readFileSync(file, 'utf8'))) }
}

type OnStep = (step: string, kill: () => void) => void

/** `onStep` hears of each step once, as it is about to be taken. */
function push(file: string, onStep: OnStep = () => undefined, words: readonly string[] = []): Promise<ConsoleRun> {
  const options = ['--fleet', lab.fleetFile, '--plan', file, '--yes', '--data', data, '--undo-after', String(UNDO_SECONDS), ...words]
  let told = 0
  return gatehouse(['push', ...options], (stderr, kill) => {
    const lines = stderr.split('\n').slice(0, -1)
    for (; told < lines.length; told++) onStep(lines[told]?.split(' ')[0] ?? '', kill)
  })
}
const verdict = ({ stdout }: { readonly stdout: string }) => /: (.*)$/m.exec(stdout)?.[1]
const history = async () => (await gatehouse(['history', '--data', data])).stdout

describe('the planted sin is found, pushed away in one go, and stays away', () => {
  test('gpu3', async () => {
    const { file, plan } = await planned('gpu3')
    expect(plan.turns).toMatchObject([{ control: 'inference-bound-to-loopback', subject: 'ollama.service', status: 'fail' }])
    expect(plan.files).toMatchObject([{ path: DROP_IN, before: 'absent' }])
    await isOld('gpu3')
    const run = await push(file, undefined, ['--undo-after', '120'])
    expect([run.status, verdict(run)]).toEqual([0, 'committed and proven'])
    const after = hostOf((await audit(data, ['--host', 'gpu3'])).report, 'gpu3')
    expect(
      after.findings.filter(({ control, subject }) => control === 'inference-bound-to-loopback' && subject === 'ollama.service'),
    ).toMatchObject([{ status: 'pass' }])
    expect(await arrange('gpu3', 'curl -s http://127.0.0.1:11434/')).toBe('Ollama is running')
    expect((await undoGone('gpu3')).status).toBe(0)
    expect((await asRoot('gpu3', 'ls -d /var/lib/gatehouse*')).stdout).toBe('')

    const again = await push(file)
    expect([again.status, again.stderr]).toEqual([2, expect.stringContaining('push.conflict')])
    await takenAway('gpu3')
  }, 240_000)
})

describe('the console is killed as it takes a step', () => {
  test.each([
    ['stage', 'arm'],
    ['write', 'activate'],
    ['verify', 'commit'],
  ] as const)(
    '%s on gpu2, %s on gpu3',
    async (onGpu2, onGpu3) => {
      const cell = async (host: Server, at: string) => {
        const { file } = await planned(host)
        const run = await push(file, (word, end) => word === at && end())
        expect([run.status, run.stdout]).toEqual([null, ''])
        await pause(5000)
        expect(await history()).toContain(`OPEN ${host}`)
        await undone(host)
      }
      await Promise.all([cell('gpu2', onGpu2), cell('gpu3', onGpu3)])
    },
    300_000,
  )

  test('the next push writes down what was left, and goes through', async () => {
    const { file } = await planned('gpu3')
    const run = await push(file)
    expect([run.status, verdict(run)]).toEqual([0, 'committed and proven'])
    expect(await history()).toMatch(/push\.collect .*(its undo ran|it was committed)/)
    expect((await gatehouse(['verify', '--data', data])).stdout).toContain('whole')
    await takenAway('gpu3')
  }, 240_000)
})

test('the host starts anew while the console is gone: the undo runs at the start', async () => {
  const { file } = await planned('gpu3')
  let down: Promise<unknown> | undefined
  const { status } = await push(
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
  await undone('gpu3')
}, 240_000)

test('what systemd does not understand is refused by the host, and nothing is left there', async () => {
  const file = { path: DROP_IN, uid: 0, gid: 0, mode: '644', before: 'absent' }
  const content = '[Service]\nEnvironmnt=A=b\n'
  const after = `${sha256Of(content)}:0:0:644`
  const push = { id: 'lab', unit: 'ollama.service', undoAfterSeconds: 60, files: [{ ...file, content, after }] }
  const nonce = 'c'.repeat(32)
  const { stdout } = await run(lab.control, ['enter', 'gpu3', '/bin/sh'], { stdin: hostProgram('stage', push, nonce) })
  expect(readHostAnswer(stdout, nonce).failed).toMatchObject({ code: 'invalid', detail: expect.stringContaining('Environmnt') })
  expect((await asRoot('gpu3', 'ls -d /var/lib/gatehouse*')).stdout).toBe('')
  await isOld('gpu3')
}, 60_000)

describe('trouble on the way', () => {
  const attempt = async (host: Server, onStep?: OnStep) => push((await planned(host)).file, onStep)
  const rolledBack = async (run: ConsoleRun, because: RegExp) => {
    expect([run.status, verdict(run)]).toEqual([1, 'rolled back and proven'])
    expect(run.stdout).toMatch(because)
  }

  test('the sessions of the change account end in the middle of the restart', async () => {
    const run = await attempt('gpu3', (word) => word === 'activate' && void asRoot('gpu3', 'sleep 0.5; pkill -9 -u gatehouse-change'))
    await rolledBack(run, /because/)
    await isOld('gpu3')
  }, 240_000)

  test('the jump host dies, and comes back: the console finds the truth', async () => {
    let pulled: Promise<void> | undefined
    const run = await attempt('gpu3', (word) => {
      if (word === 'verify')
        pulled = kill('jump')
          .then(() => pause(15_000))
          .then(() => start('jump'))
    })
    await pulled
    await rolledBack(run, /because/)
    await isOld('gpu3')
  }, 300_000)

  test('the service does not come up with it', async () => {
    await arrange(
      'gpu3',
      `cp -a /usr/local/bin/ollama /usr/local/bin/ollama.real
       printf '#!/bin/sh\\ncase $OLLAMA_HOST in 127*) exit 1 ;; esac\\nexec /usr/local/bin/ollama.real "$@"\\n' >/usr/local/bin/ollama`,
    )
    try {
      await rolledBack(await attempt('gpu3'), /does not stay up/)
      await isOld('gpu3')
    } finally {
      await arrange('gpu3', 'mv -f /usr/local/bin/ollama.real /usr/local/bin/ollama; systemctl restart ollama')
    }
  }, 240_000)

  test('it comes up, and still listens for all: another setting is stronger', async () => {
    await arrange(
      'gpu3',
      `mkdir -p /run/systemd/system/ollama.service.d; echo OLLAMA_HOST=0.0.0.0 >/run/ollama.env
       printf '[Service]\\nEnvironmentFile=/run/ollama.env\\n' >/run/systemd/system/ollama.service.d/env.conf; systemctl daemon-reload`,
    )
    try {
      await rolledBack(await attempt('gpu3'), /inference-bound-to-loopback ollama.service: fail/)
      await isOld('gpu3')
    } finally {
      await arrange('gpu3', 'rm -r /run/systemd/system/ollama.service.d; systemctl daemon-reload; systemctl restart ollama')
    }
  }, 240_000)

  test('somebody changes the file while it is looked at: theirs is kept beside, the old state holds', async () => {
    let theirs: Promise<unknown> | undefined
    const run = await attempt('gpu3', (word) => {
      if (word === 'verify') theirs = asRoot('gpu3', `echo '# theirs' >>${DROP_IN}`)
    })
    await theirs
    // Met by a control that holds the unit against its files, or by the digest before the commit.
    await rolledBack(run, /newer than the loaded|conflict/)
    expect(await arrange('gpu3', 'tail -qn1 /var/lib/gatehouse-found/*; rm -r /var/lib/gatehouse-found')).toBe('# theirs\n')
    await isOld('gpu3')
  }, 240_000)

  describe('a file that is there already', () => {
    const inPlace = async () => {
      await arrange(
        'gpu3',
        `mkdir ${FOLDER} && printf '[Service]\\nEnvironment=A=b\\n' >${DROP_IN} && chown daemon:adm ${DROP_IN} && chmod 640 ${DROP_IN}
         chmod o+r ${DROP_IN}; systemctl daemon-reload`,
      )
      const before = old.gpu3 ?? ''
      old.gpu3 = await etc('gpu3')
      return async () => {
        await asRoot('gpu3', `chattr -i ${DROP_IN}`)
        old.gpu3 = before
        await takenAway('gpu3')
      }
    }

    test('gets its bytes, owner and mode back', async () => {
      const back = await inPlace()
      try {
        const { file, plan } = await planned('gpu3')
        expect(plan.files[0]?.diff).toContain('-Environment=A=b')
        const run = await push(file, (word) => word === 'verify' && void asRoot('gpu3', 'systemctl start gatehouse-undo.service'))
        await rolledBack(run, /because/)
        await isOld('gpu3')
      } finally {
        await back()
      }
    }, 240_000)

    test('is immutable: the old state holds', async () => {
      const back = await inPlace()
      try {
        const { file } = await planned('gpu3')
        await arrange('gpu3', `chattr +i ${DROP_IN}`)
        await rolledBack(await push(file), /unwritable/)
        await isOld('gpu3')
      } finally {
        await back()
      }
    }, 240_000)

    test('became immutable in the middle: nobody can say, the host goes on trying, and ends in the old state', async () => {
      const back = await inPlace()
      try {
        const run = await attempt('gpu3', (word) => {
          if (word === 'verify') void asRoot('gpu3', `chattr +i ${DROP_IN}; systemctl start gatehouse-undo.service`)
        })
        expect([run.status, verdict(run)]).toEqual([2, 'unknown'])
        expect(run.stdout).toContain('/var/lib/gatehouse-push/undo')
        await arrange('gpu3', `chattr -i ${DROP_IN}`)
        await undone('gpu3')
      } finally {
        await back()
      }
    }, 360_000)

    test('was changed since the plan: a conflict, and nothing is touched', async () => {
      const back = await inPlace()
      try {
        const { file } = await planned('gpu3')
        await arrange('gpu3', `chmod 600 ${DROP_IN}`)
        const run = await push(file)
        expect([run.status, run.stderr]).toEqual([2, expect.stringContaining('push.conflict')])
        await arrange('gpu3', `chmod 644 ${DROP_IN}`)
        await isOld('gpu3')
      } finally {
        await back()
      }
    }, 240_000)
  })

  test('sudo wants a password: refused with the reason', async () => {
    const { file } = await planned('gpu2')
    await arrange('gpu2', 'mv /etc/sudoers.d/gatehouse-change /root/')
    const run = await push(file)
    await arrange('gpu2', 'mv /root/gatehouse-change /etc/sudoers.d/')
    expect([run.status, run.stderr]).toEqual([2, expect.stringMatching(/password is required[\s\S]*push.not-possible/)])
    await isOld('gpu2')
  }, 240_000)

  test('a folder on the way is a link, or belongs to others', async () => {
    const { file } = await planned('gpu2')
    await arrange('gpu2', `mkdir /tmp/elsewhere && ln -s /tmp/elsewhere ${FOLDER}`)
    const linked = await push(file)
    await arrange('gpu2', `rm ${FOLDER}; chmod o+w /etc/systemd/system`)
    const open = await push(file)
    await arrange('gpu2', 'chmod o-w /etc/systemd/system')
    expect([linked.status, linked.stderr]).toEqual([2, expect.stringContaining('is a link')])
    expect([open.status, open.stderr]).toEqual([2, expect.stringContaining('may write')])
    await isOld('gpu2')
  }, 240_000)

  test('a second console at the same time is told who is first; the first goes through', async () => {
    const { file } = await planned('gpu3')
    let second: Promise<ConsoleRun> | undefined
    const first = await push(
      file,
      (word) => {
        if (word === 'arm') second = push(file, undefined, ['--data', join(data, 'second')])
      },
      ['--undo-after', '120'],
    )
    const refusal = await second
    expect([first.status, verdict(first)]).toEqual([0, 'committed and proven'])
    expect([refusal?.status, refusal?.stderr]).toEqual([2, expect.stringMatching(/push\.(busy|conflict)/)])
    await takenAway('gpu3')
  }, 240_000)

  test('a plan that was written by hand is refused before anything is asked', async () => {
    const { file, plan } = await planned('gpu2')
    writeFileSync(file, JSON.stringify({ ...plan, files: [{ ...plan.files[0], path: '/etc/passwd' }] }))
    const run = await push(file)
    expect([run.status, run.stderr]).toEqual([2, expect.stringContaining('push.plan-invalid')])
    await isOld('gpu2')
  }, 120_000)
})
