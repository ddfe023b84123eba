import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { type ConsoleRun, gatehouse } from './console.ts'
import { arrange, asRoot, kill, lab, start } from './lab.ts'
import { DROP_IN, expectRolledBack, pushDesk, verdictOf } from './push-desk.ts'
import { gatehouseSteppedUp } from './stepped-up.ts'

/** Faults in the middle of a push, some of which take minutes: `npm run test:faults`. */
const desk = pushDesk()

/** What a second console is told. */
const HELD = /already open\n {2}held by \S+ at \S+ since 20\d\d-[\s\S]*push\.busy/

describe('the console is killed as it takes a step', () => {
  test.each([
    ['stage', 'arm'],
    ['verify', 'verify'],
  ] as const)(
    '%s on gpu2, %s on gpu3',
    async (onGpu2, onGpu3) => void (await Promise.all([desk.killedAt('gpu2', onGpu2), desk.killedAt('gpu3', onGpu3)])),
    300_000,
  )
})

test('the console is killed as it commits: the host has done it or undoes it, and the next console says which', async () => {
  const { file } = await desk.planned('gpu3')
  // A console that knows of no other open push.
  const data = join(desk.data, 'commits')
  const { status } = await desk.push(file, (word, end) => word === 'commit' && end(), [], data)
  expect(status).toBeNull()
  await pause(5000)
  const found = await gatehouseSteppedUp(data, ['undo', '--fleet', lab.fleetFile])
  expect(['committed and proven', 'rolled back and proven']).toContain(verdictOf(found))
  if (verdictOf(found) === 'committed and proven') await desk.takenAway('gpu3')
  else await desk.isOld('gpu3')
  expect((await gatehouse(['history', '--data', data])).stdout).not.toContain('OPEN')
}, 240_000)

test('the undo is put off twice, after the console died: it runs when it is due then, and not before', async () => {
  const { file, plan } = await desk.planned('gpu3')
  await desk.push(file, (word, end) => word === 'verify' && end(), ['--undo-after', '60'])
  const armed = Date.now()
  expect(await desk.undoTimers('gpu3')).toBe('gatehouse-undo.timer\n')
  const first = await desk.extend(plan.id, 30)
  expect([first.status, first.stdout]).toEqual([0, expect.stringMatching(/in [6-8]\d s/)])
  expect(await desk.undoTimers('gpu3')).toBe('gatehouse-undo-later.timer\n')
  expect((await desk.extend(plan.id, 30)).stdout).toMatch(/in (?:[7-9]|10|11)\d s/)
  expect(await desk.undoTimers('gpu3')).toBe('gatehouse-undo.timer\n')
  await pause(Math.max(0, armed + 75_000 - Date.now()))
  expect((await asRoot('gpu3', `test -e ${DROP_IN}`)).status).toBe(0)
  await desk.undone('gpu3')
  expect((await asRoot('gpu3', 'ls /etc/systemd/system/gatehouse-undo*')).stdout).toBe('')
  const late = await desk.extend(plan.id, 30)
  expect([late.status, late.stderr]).toEqual([2, expect.stringMatching(/committed, or its undo (?:ran|has begun)/)])
}, 300_000)

describe('trouble on the way', () => {
  test('the sessions of the change account end in the middle of the restart', async () => {
    const run = await desk.attempt('gpu3', (word) => word === 'activate' && void asRoot('gpu3', 'pkill -9 -u gatehouse-change'))
    expectRolledBack(run)
    await desk.isOld('gpu3')
  }, 240_000)

  test('the jump host dies, and comes back: the console finds the truth', async () => {
    let pulled: Promise<void> | undefined
    const run = await desk.attempt('gpu3', (word) => {
      if (word === 'verify')
        pulled = kill('jump')
          .then(() => pause(15_000))
          .then(() => start('jump'))
    })
    await pulled
    expectRolledBack(run)
    await desk.isOld('gpu3')
  }, 300_000)

  test('the service does not come up with it', async () => {
    await arrange(
      'gpu3',
      `cp -a /usr/local/bin/ollama /usr/local/bin/ollama.real
       printf '#!/bin/sh\\ncase $OLLAMA_HOST in 127*) exit 1 ;; esac\\nexec /usr/local/bin/ollama.real "$@"\\n' >/usr/local/bin/ollama`,
    )
    try {
      expectRolledBack(await desk.attempt('gpu3'), /does not stay up/)
      await desk.isOld('gpu3')
    } finally {
      await arrange('gpu3', 'mv -f /usr/local/bin/ollama.real /usr/local/bin/ollama; systemctl restart ollama')
    }
  }, 240_000)

  test('it comes up, and still listens for all: its command sets the same by itself', async () => {
    await arrange(
      'gpu3',
      `mkdir -p /run/systemd/system/ollama.service.d
       printf '[Service]\\nExecStart=\\nExecStart=/usr/bin/env OLLAMA_HOST=0.0.0.0 /usr/local/bin/ollama serve\\n' >/run/systemd/system/ollama.service.d/env.conf
       systemctl daemon-reload`,
    )
    try {
      expectRolledBack(await desk.attempt('gpu3'), /inference-bound-to-loopback ollama.service: fail/)
      await desk.isOld('gpu3')
    } finally {
      await arrange('gpu3', 'rm -r /run/systemd/system/ollama.service.d; systemctl daemon-reload; systemctl restart ollama')
    }
  }, 240_000)

  test('somebody changes the file while it is looked at: theirs is kept beside, the old state holds', async () => {
    let theirs: Promise<unknown> | undefined
    const run = await desk.attempt('gpu3', (word) => {
      if (word === 'verify') theirs = asRoot('gpu3', `echo '# theirs' >>${DROP_IN}`)
    })
    await theirs
    // Met by a control that holds the unit against its files, or by the digest before the commit.
    expectRolledBack(run, /newer than the loaded|has changed/)
    expect(await arrange('gpu3', 'tail -qn1 /var/lib/gatehouse-found/*; rm -r /var/lib/gatehouse-found')).toBe('# theirs\n')
    await desk.isOld('gpu3')
  }, 240_000)

  test('is immutable: refused before anything is changed, with what to do', async () => {
    const back = await desk.inPlace()
    try {
      const { file } = await desk.planned('gpu3')
      await arrange('gpu3', `chattr +i ${DROP_IN}`)
      const run = await desk.push(file)
      expect([run.status, run.stderr]).toEqual([2, expect.stringContaining(`immutable or may only grow: chattr -i -a ${DROP_IN}`)])
      await desk.isOld('gpu3')
    } finally {
      await back()
    }
  }, 240_000)

  test('became immutable in the middle: nobody can say, the host goes on trying, and ends in the old state', async () => {
    const back = await desk.inPlace()
    try {
      const run = await desk.attempt('gpu3', (word) => {
        if (word === 'verify') void asRoot('gpu3', `chattr +i ${DROP_IN}; systemctl start gatehouse-undo.service`)
      })
      expect([run.status, verdictOf(run)]).toEqual([2, 'unknown'])
      expect(run.stdout).toContain('/var/lib/gatehouse-push/undo')
      expect(await desk.history()).toMatch(/OPEN gpu3 .*nobody could tell/)
      await arrange('gpu3', `chattr -i ${DROP_IN}`)
      await desk.undone('gpu3')
      const found = await gatehouseSteppedUp(desk.data, ['undo', '--fleet', lab.fleetFile])
      // The newest first; of older ones, whose traces the tests before took away, nothing can be said.
      expect(verdictOf(found)).toBe('rolled back and proven')
      expect(await desk.history()).not.toContain('OPEN')
    } finally {
      await back()
    }
  }, 360_000)

  test('the folder of its units became immutable: what is committed stays, and the undo goes as soon as it can', async () => {
    const run = await desk.attempt('gpu3', (word) => {
      if (word === 'verify') void asRoot('gpu3', 'chattr +i /etc/systemd/system')
    })
    expect(run.stdout).toContain('the undo is armed')
    await arrange('gpu3', 'chattr -i /etc/systemd/system')
    const isGone = async () => (await asRoot('gpu3', 'test ! -e /etc/systemd/system/gatehouse-undo.service')).status === 0
    for (let waited = 0; waited < 90 && !(await isGone()); waited += 2) await pause(2000)
    expect(await isGone()).toBe(true)
    expect(await desk.undoTimers('gpu3')).toBe('')
    expect(verdictOf(await gatehouseSteppedUp(desk.data, ['undo', '--fleet', lab.fleetFile]))).toBe('committed and proven')
    await desk.takenAway('gpu3')
  }, 240_000)

  test('a second console at the same time is told who is first; the first goes through', async () => {
    const { file } = await desk.planned('gpu3')
    let second: Promise<ConsoleRun> | undefined
    const first = await desk.push(
      file,
      (word) => {
        if (word === 'arm') second = desk.push(file, undefined, [], join(desk.data, 'second'))
      },
      ['--undo-after', '120'],
    )
    const refusal = await second
    expect([first.status, verdictOf(first)]).toEqual([0, 'committed and proven'])
    // On a busy machine it may come when the first has ended, and its file is there.
    expect([refusal?.status, refusal?.stderr]).toEqual([2, expect.stringMatching(new RegExp(`${HELD.source}|push\\.conflict`))])
    await desk.takenAway('gpu3')
  }, 240_000)

  test('a console that dies while it looks holds the host: the other is told by whom, since when and how it ends, whatever it asks', async () => {
    const { file, plan } = await desk.planned('gpu3')
    const second = join(desk.data, 'other')
    const pushed = () => desk.push(file, undefined, [], second)
    await desk.push(file, (word, kill) => word === 'verify' && kill(), ['--undo-after', '600'])
    const armed = await pushed()
    expect([armed.status, armed.stderr]).toEqual([2, expect.stringMatching(HELD)])
    expect(armed.stderr).toMatch(new RegExp(`push ${plan.id}: its undo is armed and ends it`))
    const words = ['--fleet', lab.fleetFile, '--host', 'gpu3', '--template', 'ollama-loopback', '--data', second]
    const planned = await gatehouse(['plan', ...words])
    expect([planned.status, planned.stderr]).toEqual([
      2,
      expect.stringMatching(/already open.*held by somebody since .*its undo is armed/s),
    ])
    await arrange(
      'gpu3',
      `systemctl stop gatehouse-undo.timer; rm /etc/systemd/system/gatehouse-undo.timer /etc/systemd/system/gatehouse-undo.service \
         /etc/systemd/system/multi-user.target.wants/gatehouse-undo.service; systemctl daemon-reload`,
    )
    const stale = await pushed()
    expect([stale.status, stale.stderr]).toEqual([2, expect.stringMatching(HELD)])
    expect(stale.stderr).toMatch(/nothing there runs its undo any more: gatehouse undo on its console, or as root on the host: sh \/var/)
    expect(verdictOf(await gatehouseSteppedUp(desk.data, ['undo', '--fleet', lab.fleetFile]))).toBe('rolled back and proven')
    await desk.isOld('gpu3')
  }, 240_000)
})

describe('before and after a push', () => {
  const words = () => ['--fleet', lab.fleetFile, '--data', desk.data]

  test('a drill: the undo of the host fires by itself', async () => {
    const drill = await gatehouseSteppedUp(desk.data, ['drill', '--host', 'gpu3', '--json', '--fleet', lab.fleetFile])
    expect(drill.status).toBe(0)
    expect(drill.stdout).toMatch(/"outcome": "rolled-back-proven"/)
    expect(await desk.history()).toContain('The undo fired by itself.')
    await desk.isOld('gpu3')
  }, 120_000)

  test('what was committed is taken back: bytes, owner and mode as they were', async () => {
    const back = await desk.inPlace()
    try {
      const { file, plan } = await desk.planned('gpu3')
      const there = await desk.push(file, undefined, ['--undo-after', '120'])
      expect([there.status, verdictOf(there)]).toEqual([0, 'committed and proven'])
      const undo = await gatehouse(['undo', plan.id, '--output', file, ...words()])
      expect([undo.status, undo.stdout]).toEqual([0, expect.stringContaining('+Environment=A=b')])
      const taken = await desk.push(file, undefined, ['--undo-after', '120'])
      expect([taken.status, verdictOf(taken)]).toEqual([0, 'committed and proven'])
      await desk.isOld('gpu3')
    } finally {
      await back()
    }
  }, 240_000)

  test('the console died: the next one finds the truth, and does not wait for the timer', async () => {
    const { file } = await desk.planned('gpu3')
    const run = await desk.push(file, (word, end) => word === 'verify' && end(), ['--undo-after', '900'])
    expect(run.status).toBeNull()
    await pause(5000)
    const undo = await gatehouseSteppedUp(desk.data, ['undo', '--fleet', lab.fleetFile])
    expect([undo.status, verdictOf(undo)]).toEqual([0, 'rolled back and proven'])
    expect(undo.stdout).toContain('because   The console stopped in the middle.')
    expect(await desk.history()).not.toContain('OPEN')
    await desk.isOld('gpu3')
    // Once it is undone, and proven, the plan may be tried again.
    const again = await desk.push(file, undefined, ['--undo-after', '120'])
    expect(verdictOf(again)).toBe('committed and proven')
    await desk.takenAway('gpu3')
  }, 240_000)

  test('one first, then the others', async () => {
    const file = join(desk.data, 'both.json')
    const both = ['--host', 'gpu2', '--host', 'gpu3']
    const plan = await gatehouse(['plan', ...both, '--template', 'ollama-loopback', '--output', file, ...words()])
    expect(plan.status).toBe(0)
    const run = await desk.push(file, undefined, ['--undo-after', '120'])
    expect([run.status, run.stderr]).toEqual([0, expect.stringMatching(/wave 1 +gpu2\n[\s\S]*wave 2 +gpu3\n/)])
    expect(run.stdout.match(/committed and proven/g)).toHaveLength(2)
    for (const host of ['gpu2', 'gpu3'] as const) await desk.takenAway(host)
  }, 240_000)
})
