import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { trendOf } from '#core/audit/history/trend.ts'
import { createAuditRepo } from '#core/store/audit.repo.ts'
import { openDatabase } from '#core/store/database.ts'
import { createHistoryRepo } from '#core/store/history.repo.ts'
import { openDemoServices } from '#testing/demo/demo-services.testing.ts'
import { gpu02 } from '#testing/demo/hosts/gpu-02.ts'
import { driveApp } from './driven-app.ts'
import { type Measure, timed } from './samples.ts'

/** What an evidence pack costs, and the history of three years. Everything is in the store: no host is asked. */

const HOSTS = 100
const WEEKS = 156
const folder = mkdtempSync(join(tmpdir(), 'gatehouse-packs-'))
const say = (text: string) => void process.stderr.write(`bench: ${text}\n`)
const names = Array.from({ length: HOSTS }, (_, index) => `gpu-${String(index + 1).padStart(3, '0')}`)

/** One host of the demo as it is really audited: its result, and what its sections answered. */
async function oneHost() {
  const data = join(folder, 'demo')
  const services = await openDemoServices([gpu02], { clock: { now: () => Date.now() }, data })
  await services.audits.start(services.fleet.require(), services.transport()).done
  await services.close()
  const { database } = openDatabase(data, Date.now())
  const repo = createAuditRepo(database)
  const [newest] = repo.newest('demo', gpu02.name, 1)
  if (newest === undefined) throw new Error('packs: the demo was not audited')
  const outputs = [...repo.outputs(newest.auditId, gpu02.name).values()]
  database.close()
  return { audit: newest.audit, outputs }
}

async function packOf({
  audit,
  outputs,
}: Awaited<ReturnType<typeof oneHost>>): Promise<{ seconds: number; peakMiB: number; bytes: number }> {
  const user = join(folder, 'user')
  const { database } = openDatabase(join(user, 'data'), Date.now())
  const repo = createAuditRepo(database)
  repo.begin({ id: 'a', fleet: 'bench', startedAt: audit.startedAt, gatehouse: 'bench' })
  for (const name of names) repo.saveHost('a', 'bench', { ...audit, name }, outputs)
  repo.finish('a', audit.finishedAt, 'complete')
  database.close()
  const hosts = names.map((name, index) => `  - { name: ${name}, address: 10.20.4.${index + 1} }\n`).join('')
  const fleetFile = join(folder, 'fleet.yaml')
  writeFileSync(fleetFile, `version: 1\nname: bench\nidentities:\n  audit: { user: gatehouse-ro }\nhosts:\n${hosts}`)
  const app = await driveApp(user, { HOME: folder, SSH_AUTH_SOCK: '' }, fleetFile)
  try {
    await app.saveTo(join(folder, 'pack.zip'))
    let bytes = 0
    const ms = await timed(async () => {
      bytes = (await app.invoke<{ bytes: number }>('pack:build', null)).bytes
    })
    return { seconds: ms / 1000, peakMiB: await app.enginePeakMiB(), bytes }
  } finally {
    await app.close()
  }
}

/** Results are stored small here: a trend reads an index alone, whatever their size. */
async function historyMs({ audit }: Awaited<ReturnType<typeof oneHost>>): Promise<number> {
  const { database } = openDatabase(join(folder, 'history'), Date.now())
  const repo = createAuditRepo(database)
  const small = { ...audit, findings: audit.findings.slice(0, 5), sections: [], listeners: [], services: [], gpus: [] }
  for (let week = 0; week < WEEKS; week++) {
    const at = new Date(Date.now() - (WEEKS - week) * 7 * 86_400_000).toISOString()
    repo.begin({ id: `w${week}`, fleet: 'bench', startedAt: at, gatehouse: 'bench' })
    for (const name of names) repo.saveHost(`w${week}`, 'bench', { ...small, name, finishedAt: at }, [])
    repo.finish(`w${week}`, at, 'complete')
  }
  database.close()
  const again = openDatabase(join(folder, 'history'), Date.now()).database
  const history = createHistoryRepo(again)
  const ms = await timed(async () => {
    const points = trendOf(history.audits('bench'), history.trend('bench'))
    if (points.length !== WEEKS) throw new Error(`packs: ${points.length} points`)
  })
  again.close()
  return ms
}

try {
  say('packs: one host of the demo')
  const host = await oneHost()
  say('packs: a hundred hosts in the app')
  const pack = await packOf(host)
  say('packs: three years of history')
  const measures: Measure[] = [
    {
      name: 'pack-100-hosts-s',
      value: pack.seconds,
      goal: 'at most 10',
      note: `${host.audit.findings.length} findings per host, ${(pack.bytes / 1e6).toFixed(0)} MB of files, PDF and zip included`,
    },
    {
      name: 'pack-rss-mib',
      value: pack.peakMiB,
      goal: 'at most 400',
      note: "peak of the engine's process; the page is printed by another",
    },
    { name: 'history-3-years-open-ms', value: await historyMs(host), goal: 'at most 300', note: `${WEEKS} audits of ${HOSTS} hosts` },
  ]
  console.log(JSON.stringify(measures))
} finally {
  rmSync(folder, { recursive: true, force: true })
}
