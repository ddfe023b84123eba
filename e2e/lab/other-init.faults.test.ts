import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type PushPlan, pushPlanSchema } from '#shared/model/push-plan.ts'
import { approvePlan } from './approved-plan.ts'
import { type ConsoleRun, gatehouse } from './console.ts'
import { arrange, kill, lab, run, ssh, start } from './lab.ts'
import { gatehouseSteppedUp } from './stepped-up.ts'

/** The undo of hosts that are not run by systemd: OpenRC with the tools of busybox, a script with cron, a script alone. Each has nginx and sshd, and pushes over one of them. */

const LOG = '/etc/nginx/conf.d/01-gatehouse-ai-access-log.conf'
const LOGINS = '/etc/ssh/sshd_config.d/00-gatehouse.conf'
const STATE =
  'cd / && find etc var/log/nginx -printf "%p %y %U:%G %m %l\\n" 2>/dev/null | LC_ALL=C sort; find etc -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum'
const data = mkdtempSync(join(tmpdir(), 'gatehouse-init-'))
const file = join(data, 'plan.json')
const words = ['--fleet', lab.fleetFile, '--data', data]
const verdictOf = ({ stdout }: ConsoleRun) => /: (.*)$/m.exec(stdout)?.[1]

/** No systemd takes a command there. */
async function root(script: string): Promise<string> {
  const { status, stdout, stderr } = await ssh(['-l', 'gatehouse-change', 'gpu2', 'sudo -n /bin/sh'], script)
  if (status !== 0) throw new Error(`${script}: status ${status}: ${stderr}`)
  return stdout
}

/** Until the host says it; for a minute. */
async function says(script: string, expected: string): Promise<void> {
  let said = ''
  for (let tries = 0; tries < 40 && !said.includes(expected); tries++) {
    await pause(1000)
    said = await root(script).catch(String)
  }
  expect(said).toContain(expected)
}

const startsAnew = async (how: string): Promise<void> => {
  await root(`(sleep 1; ${how}) </dev/null >/dev/null 2>&1 &`)
  await pause(6000)
  await says('pgrep -x nginx >/dev/null && echo up', 'up\n')
}

async function variant(name: string, stdin = ''): Promise<void> {
  await kill('gpu2')
  await start('gpu2')
  const script = readFileSync(new URL(`variants/${name}.sh`, import.meta.url), 'utf8')
  await arrange('gpu2', `${script}\nsystemctl --no-block reboot`, stdin)
  await pause(6000)
  await says('cat /proc/1/comm', 'init\n')
}

let old = ''
const isOld = async () => expect((await root(STATE)).split('\n')).toEqual(old.split('\n'))
const held = () => root('ls -d /var/lib/gatehouse-push /etc/init.d/gatehouse-undo /etc/cron.d/gatehouse-undo 2>/dev/null; true')

async function planned(template = 'nginx-ai-access-log'): Promise<{ plan: PushPlan; said: string }> {
  const made = await gatehouse(['plan', '--host', 'gpu2', '--template', template, '--output', file, ...words])
  expect([made.status, made.stderr]).toEqual([0, expect.stringContaining('written')])
  return { plan: pushPlanSchema.parse(JSON.parse(readFileSync(file, 'utf8'))), said: made.stdout }
}

type OnStep = (step: string, end: () => void, holdFor: (what: Promise<unknown>) => void) => unknown
async function push(seconds: number, onStep: OnStep = () => undefined): Promise<ConsoleRun> {
  let told = 0
  approvePlan(data, file)
  return gatehouse(['push', '--plan', file, '--yes', '--undo-after', String(seconds), ...words], (stderr, end, _, holdFor) => {
    const lines = stderr.split('\n').slice(0, -1)
    for (; told < lines.length; told++) onStep(lines[told]?.split(' ')[0] ?? '', end, holdFor)
  })
}

/** The console is killed while it looks: the new file is there, and the undo is armed. */
async function leftOpen(seconds: number, made = LOG): Promise<void> {
  const left = await push(seconds, (step, end) => step === 'verify' && end())
  expect(left.status).toBeNull()
  await root(`test -e ${made} && test -e /var/lib/gatehouse-push/watch`)
}

afterAll(() => rmSync(data, { recursive: true }))

describe('OpenRC', () => {
  beforeAll(async () => {
    const cache = join(dirname(process.env.LAB_DIR ?? ''), 'cache/openrc')
    const { stdout } = await run('/bin/sh', ['-c', `tar -C '${cache}' -cf - . | base64 -w 0`])
    await variant('openrc', stdout)
    old = await root(STATE)
  }, 120_000)

  test('committed and proven, and taken back', async () => {
    const { plan, said } = await planned()
    expect([plan.bootUndo, said]).toEqual(['openrc', expect.stringContaining('OpenRC runs it when the host starts anew')])
    const there = await push(120)
    expect([there.status, verdictOf(there)]).toEqual([0, 'committed and proven'])
    expect([await held(), await root(`curl -sk -o /dev/null https://127.0.0.1/; wc -l </var/log/nginx/gatehouse-ai.log`)]).toEqual([
      '',
      '1\n',
    ])
    await gatehouse(['undo', plan.id, '--output', file, ...words])
    expect(verdictOf(await push(120))).toBe('committed and proven')
    await root('rm -r /var/lib/gatehouse-history')
    await isOld()
  }, 240_000)

  test('undone while it is looked at: every byte, owner and mode is back', async () => {
    await planned()
    // Held, or on a busy machine it commits before the one that undoes it has logged in.
    const run = await push(120, (step, _, holdFor) => step === 'verify' && holdFor(root('/bin/sh /var/lib/gatehouse-push/undo')))
    expect([run.status, verdictOf(run)]).toEqual([1, 'rolled back and proven'])
    await isOld()
    expect(await held()).toBe('')
  }, 240_000)

  test('the console is gone: the process that waits undoes it, and ends', async () => {
    await planned()
    await leftOpen(30)
    expect(await root('pgrep -f gatehouse-push/watch | wc -l')).toBe('1\n')
    await says('ls /var/lib/gatehouse-push', 'undone')
    await isOld()
    await pause(2000)
    expect(await root('pgrep -f "gatehouse-push/(watch|undo)" | wc -l')).toBe('0\n')
    expect(verdictOf(await gatehouseSteppedUp(data, ['undo', '--fleet', lab.fleetFile]))).toBe('rolled back and proven')
    expect(await held()).toBe('')
  }, 240_000)

  test('the next console does not wait for it', async () => {
    await planned()
    await leftOpen(900)
    expect(verdictOf(await gatehouseSteppedUp(data, ['undo', '--fleet', lab.fleetFile]))).toBe('rolled back and proven')
    await isOld()
    expect(await held()).toBe('')
  }, 240_000)

  test('the host starts anew: OpenRC puts the old files back before nginx reads any', async () => {
    await planned()
    await leftOpen(900)
    await startsAnew('openrc-shutdown -r now')
    expect(await root('ls /var/lib/gatehouse-push')).toContain('undone')
    expect(await root('curl -sk -o /dev/null https://127.0.0.1/; wc -l </var/log/nginx/gatehouse-ai.log 2>/dev/null || echo none')).toBe(
      'none\n',
    )
    await isOld()
    expect(verdictOf(await gatehouseSteppedUp(data, ['undo', '--fleet', lab.fleetFile]))).toBe('rolled back and proven')
  }, 240_000)

  test('sshd: committed and taken back; undone by the process that waits, and by the next start', async () => {
    // What sshd does, not what its file says.
    const forwards = async () => (await ssh(['-W', '127.0.0.1:22', 'gpu2'])).stdout.startsWith('SSH-2.0')
    expect(await forwards()).toBe(true)
    const { plan } = await planned('sshd-behind-jump')
    expect(verdictOf(await push(120))).toBe('committed and proven')
    expect(await forwards()).toBe(false)
    await gatehouse(['undo', plan.id, '--output', file, ...words])
    expect(verdictOf(await push(120))).toBe('committed and proven')
    await root('rm -r /var/lib/gatehouse-history')
    await isOld()
    for (const [seconds, starts] of [
      [30, false],
      [900, true],
    ] as const) {
      await planned('sshd-behind-jump')
      await leftOpen(seconds, LOGINS)
      if (starts) await startsAnew('openrc-shutdown -r now')
      await says('ls /var/lib/gatehouse-push', 'undone')
      await isOld()
      expect(await forwards()).toBe(true)
      expect(verdictOf(await gatehouseSteppedUp(data, ['undo', '--fleet', lab.fleetFile]))).toBe('rolled back and proven')
      expect(await held()).toBe('')
    }
  }, 480_000)

  test('what only systemd can do is refused while it is planned', async () => {
    const made = await gatehouse(['plan', '--host', 'gpu2', '--template', 'ollama-loopback', '--output', file, ...words])
    expect([made.status, made.stderr]).toEqual([2, expect.stringContaining('not run by systemd')])
  }, 60_000)

  test('a drill: the undo fires by itself', async () => {
    const drill = await gatehouseSteppedUp(data, ['drill', '--host', 'gpu2', '--fleet', lab.fleetFile])
    expect([drill.status, verdictOf(drill)]).toEqual([0, 'rolled back and proven'])
    await isOld()
  }, 120_000)
})

describe('a script as the first process', () => {
  beforeAll(async () => {
    await variant('script-init')
    old = await root(STATE)
  }, 120_000)

  test('without cron: the plan says that a restart is not survived, and the process that waits undoes it', async () => {
    const { plan, said } = await planned()
    expect([plan.bootUndo, said]).toEqual(['none', expect.stringContaining('A restart in the middle leaves the new files')])
    await leftOpen(30)
    await says('ls /var/lib/gatehouse-push', 'undone')
    await isOld()
    expect(verdictOf(await gatehouseSteppedUp(data, ['undo', '--fleet', lab.fleetFile]))).toBe('rolled back and proven')
  }, 240_000)

  test('without cron, and the host starts anew: as the plan said, the new files stay until the next console undoes them', async () => {
    await planned()
    await leftOpen(900)
    await startsAnew('busybox reboot -f')
    await root(`test -e ${LOG}`)
    expect(verdictOf(await gatehouseSteppedUp(data, ['undo', '--fleet', lab.fleetFile]))).toBe('rolled back and proven')
    await isOld()
    expect(await held()).toBe('')
  }, 240_000)

  test('with cron: it undoes what the host wakes up with', async () => {
    await root('touch /etc/default/cron-here; /usr/sbin/cron')
    const { plan } = await planned()
    expect(plan.bootUndo).toBe('cron')
    await leftOpen(900)
    await startsAnew('busybox reboot -f')
    await says('ls /var/lib/gatehouse-push', 'undone')
    await root('rm /etc/default/cron-here')
    await isOld()
    expect(verdictOf(await gatehouseSteppedUp(data, ['undo', '--fleet', lab.fleetFile]))).toBe('rolled back and proven')
    expect(await held()).toBe('')
  }, 240_000)
})
