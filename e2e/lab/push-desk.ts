import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, expect } from 'vitest'
import { type PushPlan, pushPlanSchema } from '#shared/model/push-plan.ts'
import { approvePlan } from './approved-plan.ts'
import { type ConsoleRun, gatehouse, type OnStderr } from './console.ts'
import { arrange, asRoot, lab, type Server } from './lab.ts'

export const FOLDER = '/etc/systemd/system/ollama.service.d'
export const DROP_IN = `${FOLDER}/zz-gatehouse-loopback.conf`
const UNDO_SECONDS = 30

export type OnStep = (step: string, kill: () => void) => void

export const verdictOf = ({ stdout }: ConsoleRun): string | undefined => /: (.*)$/m.exec(stdout)?.[1]

export function expectRolledBack(run: ConsoleRun, because = /because/): void {
  expect([run.status, verdictOf(run)]).toEqual([1, 'rolled back and proven'])
  expect(run.stdout).toMatch(because)
}

/** What the tests of a push share: gpu2 and gpu3 as they were found, and a console that pushes. Registers its hooks where it is called. */
export function pushDesk() {
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
      'test ! -e /etc/systemd/system/gatehouse-undo.service && ! systemctl is-active -q gatehouse-undo.timer gatehouse-undo-later.timer gatehouse-undo.service',
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

  /** `onStep` hears of each step once, as it is taken. */
  function push(file: string, onStep: OnStep = () => undefined, words: readonly string[] = [], at = data, more = {}): Promise<ConsoleRun> {
    const options = ['--fleet', lab.fleetFile, '--plan', file, '--yes', '--data', at, '--undo-after', String(UNDO_SECONDS), ...words]
    let told = 0
    mkdirSync(at, { recursive: true, mode: 0o700 })
    approvePlan(at, file)
    const hears: OnStderr = (stderr, kill) => {
      const lines = stderr.split('\n').slice(0, -1)
      for (; told < lines.length; told++) onStep(lines[told]?.split(' ')[0] ?? '', kill)
    }
    return gatehouse(['push', ...options], hears, more)
  }

  /** The timers of an undo that wait, each on a line. */
  const undoTimers = async (host: Server) =>
    (await asRoot(host, 'systemctl list-units --no-legend --plain --state=active "gatehouse-undo*.timer" | cut -d" " -f1')).stdout
  const extend = (id: string, seconds: number) =>
    gatehouse(['extend', id, '--fleet', lab.fleetFile, '--by', String(seconds), '--data', data])

  const history = async () => (await gatehouse(['history', '--data', data])).stdout

  /** A drop-in of somebody else at the place of ours, part of the old state. Returns what takes it away. */
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

  /** The console dies as it takes a step: nothing is said, and the host undoes it by itself. */
  async function killedAt(host: Server, step: string): Promise<void> {
    const { file } = await planned(host)
    const run = await push(file, (word, end) => word === step && end())
    expect([run.status, run.stdout]).toEqual([null, ''])
    await pause(5000)
    expect(await history()).toContain(`OPEN ${host}`)
    await undone(host)
  }

  return {
    get data() {
      return data
    },
    isOld,
    undone,
    undoGone,
    undoTimers,
    extend,
    takenAway,
    planned,
    push,
    history,
    inPlace,
    killedAt,
    attempt: async (host: Server, onStep?: OnStep) => push((await planned(host)).file, onStep),
  }
}
