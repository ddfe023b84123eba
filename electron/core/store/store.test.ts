import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'libsql'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { failureOf } from '#shared/errors.ts'
import { type HostAudit, hostBriefSchema, itemResults } from '#shared/model/audit.ts'
import type { Finding } from '#shared/model/finding.ts'
import type { HeldAccess } from '#shared/model/recorded-review.ts'
import type { SectionOutput } from '../probe/section.ts'
import { printed } from '../probe/section-output.testing.ts'
import { createAccessReviewRepo } from './access-review.repo.ts'
import { undisturbed } from './all-or-nothing.ts'
import { createAuditRepo } from './audit.repo.ts'
import { openDatabase } from './database.ts'
import { createWaiverRepo } from './decision.repo.ts'
import { migrations } from './migrations/migrations.ts'

const NOW = Date.parse('2026-11-22T10:00:00Z')
let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-store-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function thrownBy(work: () => unknown): unknown {
  try {
    work()
  } catch (error) {
    return error
  }
  return undefined
}

const finding = (status: Finding['status'], subject = 'ollama.service'): Finding => ({
  control: 'inference-bound-to-loopback',
  item: 'INF-1',
  status,
  severity: 'critical',
  title: 'Inference port is open to the network',
  subject,
  reason: '',
  rationale: '',
  evidence: [],
  references: [],
})

const hostAudit = (finishedAt: string, findings: Finding[]): HostAudit => ({
  name: 'gpu-01',
  address: '10.0.0.1',
  state: 'connected',
  startedAt: finishedAt,
  finishedAt,
  items: itemResults(findings),
  findings,
  sections: [],
  listeners: [],
  services: [],
  gpus: [],
})

const output = (id: string, stdout: string): SectionOutput =>
  printed(id, stdout, { command: 'ss -Htulnp', bytes: stdout.length, sha256: stdout.length.toString(16).padStart(64, '0') })

describe('audit repo', () => {
  const open = () => {
    const { database } = openDatabase(folder, NOW)
    return { database, repo: createAuditRepo(database) }
  }
  const head = (id: string, startedAt: string) => ({ id, fleet: 'dc1', startedAt, gatehouse: '0.1.0' })

  test('a full disk has a name, keeps nothing by halves, and all works again when there is room', () => {
    const { database, repo } = open()
    repo.begin(head('a1', '2026-11-01T00:00:00.000Z'))
    repo.saveHost('a1', 'dc1', hostAudit('2026-11-01T00:00:00.000Z', [finding('fail')]), [])
    const held = () =>
      database
        .prepare("SELECT name FROM sqlite_master WHERE type = 'table'")
        .all()
        .map((row) => (row as { name: string }).name)
    const rows = () => held().map((name) => [name, (database.prepare(`SELECT count(*) AS n FROM "${name}"`).get() as { n: number }).n])
    const before = rows()
    const many = Array.from({ length: 40 }, (_, index) => output(`s${index}`, `${index} `.repeat(4_000 + index)))
    const pages = (database.prepare('PRAGMA page_count').get() as { page_count: number }).page_count
    database.exec(`PRAGMA max_page_count = ${pages + 4}`)
    const save = () => repo.saveHost('a1', 'dc1', { ...hostAudit('2026-11-02T00:00:00.000Z', [finding('pass')]), name: 'gpu-02' }, many)
    let thrown: unknown
    try {
      save()
    } catch (error) {
      thrown = error
    }
    expect(failureOf(thrown)).toEqual({ code: 'store.unwritable', detail: 'database or disk is full' })
    expect(rows()).toEqual(before)
    database.exec('PRAGMA max_page_count = 1000000')
    expect(save().name).toBe('gpu-02')
  })

  test.runIf(process.platform === 'linux')('a database that another program does not let go of: who it is', async () => {
    const { database, path } = openDatabase(folder, NOW)
    database.exec('PRAGMA busy_timeout = 20')
    const script = `import Database from 'libsql'
      new Database(process.argv[1]).exec('BEGIN IMMEDIATE')
      console.log('held')
      setInterval(() => undefined, 1000)`
    const other = spawn(process.execPath, ['--input-type=module', '-e', script, path], { stdio: ['ignore', 'pipe', 'inherit'] })
    try {
      await once(other.stdout, 'data')
      const says = failureOf(thrownBy(() => undisturbed(database)(() => undefined)))
      expect(says).toEqual({
        code: 'store.busy',
        detail: expect.stringMatching(new RegExp(`gatehouse\\.db is in use: .*process ${other.pid} \\(`)),
      })
      const plain = failureOf(thrownBy(() => database.exec('CREATE TABLE other (one)')))
      expect(plain).toEqual({ code: 'store.busy', detail: 'database is locked' })
    } finally {
      other.kill()
    }
  })

  test('programs that make one database at once all get it, and none takes it for damaged', async () => {
    const script = `import { openDatabase } from ${JSON.stringify(new URL('./database.ts', import.meta.url).href)}
      const { database, failure } = openDatabase(process.argv[1], Date.now())
      console.log(JSON.stringify([failure ?? null, database.prepare('PRAGMA user_version').get().user_version]))`
    const told = await Promise.all(
      Array.from({ length: 6 }, async () => {
        const child = spawn(process.execPath, ['--input-type=module', '-e', script, folder], { stdio: ['ignore', 'pipe', 'pipe'] })
        const [out, wrong] = await Promise.all([child.stdout.toArray(), child.stderr.toArray()])
        return [Buffer.concat(out).toString().trim(), Buffer.concat(wrong).toString()]
      }),
    )
    expect(told).toEqual(Array.from({ length: 6 }, () => [`[null,${migrations.length}]`, '']))
    expect(readdirSync(folder).filter((name) => name.includes('corrupt'))).toEqual([])
  })

  test('a finding keeps its first date, and its last change follows its status', () => {
    const { repo } = open()
    const dates = (['fail', 'fail', 'pass', 'fail'] as const).map((status, index) => {
      const at = `2026-11-0${index + 1}T00:00:00.000Z`
      repo.begin(head(`a${index}`, at))
      const saved = repo.saveHost(`a${index}`, 'dc1', hostAudit(at, [finding(status)]), [])
      return [saved.findings[0]?.firstSeen?.slice(8, 10), saved.findings[0]?.lastChanged?.slice(8, 10)]
    })
    expect(dates).toEqual([
      ['01', '01'],
      ['01', '01'],
      ['01', '03'],
      ['01', '04'],
    ])
  })

  test('unchanged answers are stored once and come back as they were', () => {
    const { repo, database } = open()
    for (const id of ['a1', 'a2']) {
      repo.begin(head(id, '2026-11-01T00:00:00.000Z'))
      repo.saveHost(id, 'dc1', hostAudit('2026-11-01T00:00:00.000Z', []), [output('listeners', 'LISTEN'), output('sshd', 'port 22')])
    }
    expect(database.prepare('SELECT count(*) AS n FROM output').get()).toMatchObject({ n: 2 })
    expect(repo.outputs('a2', 'gpu-01').get('sshd')).toEqual(output('sshd', 'port 22'))
  })

  test('the flows of a host are those of the newest audit that could look, and null where it did not compare them', () => {
    const { repo } = open()
    const network = { doors: [], unread: 'ss is missing' }
    repo.begin(head('a1', '2026-11-01T00:00:00.000Z'))
    expect(repo.network('dc1', 'gpu-01')).toBeUndefined()
    repo.saveHost('a1', 'dc1', hostAudit('2026-11-01T00:00:00.000Z', []), [])
    expect(repo.network('dc1', 'gpu-01')).toEqual({ finishedAt: '2026-11-01T00:00:00.000Z', network: null })
    for (const id of ['a2', 'a3']) repo.begin(head(id, '2026-11-02T00:00:00.000Z'))
    repo.saveHost('a2', 'dc1', { ...hostAudit('2026-11-02T00:00:00.000Z', []), network }, [])
    repo.saveHost('a3', 'dc1', { ...hostAudit('2026-11-03T00:00:00.000Z', []), state: 'unreachable' }, [])
    expect(repo.network('dc1', 'gpu-01')).toEqual({ finishedAt: '2026-11-02T00:00:00.000Z', network })
  })

  test('two findings of one control and subject are both kept', () => {
    const { repo } = open()
    repo.begin(head('a1', '2026-11-01T00:00:00.000Z'))
    repo.saveHost('a1', 'dc1', hostAudit('2026-11-01T00:00:00.000Z', [finding('fail'), finding('pass')]), [])
    expect(repo.newest('dc1', 'gpu-01', 1)[0]?.audit.findings.map((it) => it.status)).toEqual(['fail', 'pass'])
  })

  test('a brief result has the findings, not their evidence', () => {
    const { repo } = open()
    repo.begin(head('a1', '2026-11-01T00:00:00.000Z'))
    const evidence = [{ section: 's', command: 'c', exitCode: 0, sha256: '0'.repeat(64), durationMs: 1, lines: [] }]
    repo.saveHost('a1', 'dc1', hostAudit('2026-11-01T00:00:00.000Z', [{ ...finding('fail'), evidence }]), [])
    expect(repo.newest('dc1', 'gpu-01', 1)[0]?.audit.findings[0]?.evidence).toEqual(evidence)
    expect(repo.briefs('dc1', 'gpu-01', 1)[0]?.findings).toMatchObject([{ status: 'fail', firstSeen: expect.any(String) }])
  })

  /** Tables of a later migration, which a database of version 2 does not have. */
  const LATER_TABLES = [
    'model_listing',
    'model',
    'model_file',
    'model_hash',
    'model_hasher',
    'model_expected',
    'model_scan',
    'registration_step',
    'quarantine',
    'publisher_change',
    'walkthrough_draft',
    'walkthrough_record',
    'walkthrough',
    'access_review_decision',
    'access_review',
  ]
    .map((table) => `DROP TABLE ${table};`)
    .concat('DROP INDEX host_audit_trend; ALTER TABLE host_audit DROP COLUMN open_critical;')
    .join(' ')

  test('briefs of an older program, in another shape, are made anew from the results', () => {
    const before = open()
    before.repo.begin(head('a1', '2026-11-01T00:00:00.000Z'))
    before.repo.saveHost('a1', 'dc1', hostAudit('2026-11-01T00:00:00.000Z', [finding('fail')]), [])
    const expected = before.repo.briefs('dc1', 'gpu-01', 1)
    before.database.exec(`UPDATE host_audit SET brief = '{"listeners":[]}'; ${LATER_TABLES} PRAGMA user_version = 2`)
    before.database.close()
    const after = open()
    expect(after.repo.briefs('dc1', 'gpu-01', 1)).toEqual(expected)
    expect(hostBriefSchema.safeParse(expected[0]).success).toBe(true)
  })

  test('lists and results are those of the fleet, newest first', () => {
    const { repo } = open()
    for (const [id, fleet, at] of [
      ['a1', 'dc1', '2026-11-01T00:00:00.000Z'],
      ['a2', 'dc1', '2026-11-02T00:00:00.000Z'],
      ['b1', 'dc2', '2026-11-03T00:00:00.000Z'],
      ['a3', 'dc1', '2026-11-02T00:00:00.000Z'],
    ] as const) {
      repo.begin({ ...head(id, at), fleet })
      repo.saveHost(id, fleet, hostAudit(at, [finding('fail')]), [])
    }
    expect(repo.list('dc1', 10).map(({ id }) => id)).toEqual(['a3', 'a2', 'a1'])
    expect(repo.newest('dc1', 'gpu-01', 2).map(({ auditId }) => auditId)).toEqual(['a3', 'a2'])
  })

  test('a result that cannot be stored leaves nothing of itself', () => {
    const { repo, database } = open()
    repo.begin(head('a1', '2026-11-01T00:00:00.000Z'))
    const at = '2026-11-01T00:00:00.000Z'
    repo.saveHost('a1', 'dc1', hostAudit(at, []), [])
    const twice = () => repo.saveHost('a1', 'dc1', hostAudit(at, [finding('fail')]), [output('sshd', 'port 22')])
    const stranger = () => repo.saveHost('none', 'dc1', hostAudit(at, [finding('fail')]), [output('sshd', 'port 22')])
    expect(twice).toThrow(/UNIQUE/)
    expect(stranger).toThrow(/FOREIGN KEY/)
    for (const table of ['output', 'section', 'finding_history'])
      expect(database.prepare(`SELECT count(*) AS n FROM ${table}`).get()).toMatchObject({ n: 0 })
  })

  test('an audit cut off by a crash counts as cancelled and keeps its hosts', () => {
    const first = open()
    first.repo.begin(head('a1', '2026-11-01T00:00:00.000Z'))
    first.repo.saveHost('a1', 'dc1', hostAudit('2026-11-01T00:00:00.000Z', [finding('fail')]), [])
    first.database.close()
    expect(open().repo.list('dc1', 10)).toMatchObject([{ id: 'a1', outcome: 'cancelled', hosts: 1, passed: 0, applicable: 18 }])
  })
})

describe('openDatabase', () => {
  const path = () => join(folder, 'gatehouse.db')

  test('makes a folder and files that only their owner can read', () => {
    openDatabase(folder, NOW).database.exec('CREATE TABLE probe (x)')
    expect(statSync(folder).mode & 0o777).toBe(0o700)
    expect(readdirSync(folder).map((name) => (statSync(join(folder, name)).mode & 0o777).toString(8))).toEqual(
      expect.arrayContaining(['600']),
    )
    expect(readdirSync(folder).every((name) => (statSync(join(folder, name)).mode & 0o077) === 0)).toBe(true)
  })

  test.each([
    ['garbage', () => Buffer.from('this is not a database at all, but it is long enough to look like one '.repeat(20))],
    ['a damaged page', (sound: Buffer) => Buffer.concat([sound.subarray(0, 4096), Buffer.alloc(4096, 0xff), sound.subarray(8192)])],
    ['a truncated file', (sound: Buffer) => sound.subarray(0, 5000)],
  ])('keeps %s aside, unchanged, and starts anew', (_, damage) => {
    const { database } = openDatabase(folder, NOW)
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    database.close()
    const damaged = damage(readFileSync(path()))
    writeFileSync(path(), damaged)
    const opened = openDatabase(folder, NOW)
    expect(opened.failure?.code).toBe('store.corrupt')
    const aside = readdirSync(folder).find((name) => name.includes('.corrupt-') && !/-(wal|shm)$/.test(name))
    expect(aside && readFileSync(join(folder, aside)).equals(damaged)).toBe(true)
    expect(createAuditRepo(opened.database).list('dc1', 1)).toEqual([])
  })

  test('leaves a database of a newer schema alone and works beside it', () => {
    const { database } = openDatabase(folder, NOW)
    database.exec('PRAGMA user_version = 99; PRAGMA wal_checkpoint(TRUNCATE)')
    database.close()
    const before = readFileSync(path())
    const opened = openDatabase(folder, NOW)
    expect(opened.failure?.code).toBe('store.newer')
    expect(opened.path).not.toBe(path())
    expect(readFileSync(path()).equals(before)).toBe(true)
  })

  test('works beside a newer database even when what lies there is damaged', () => {
    const { database } = openDatabase(folder, NOW)
    database.exec('PRAGMA user_version = 99; PRAGMA wal_checkpoint(TRUNCATE)')
    database.close()
    const beside = openDatabase(folder, NOW)
    beside.database.close()
    writeFileSync(beside.path, 'no database '.repeat(500))
    const again = openDatabase(folder, NOW)
    expect(again).toMatchObject({ path: beside.path, failure: { code: 'store.newer' } })
    expect(createAuditRepo(again.database).list('dc1', 1)).toEqual([])
  })

  test('keeps the log of a damaged database with it', () => {
    writeFileSync(path(), 'no database '.repeat(500))
    writeFileSync(`${path()}-wal`, 'its log')
    openDatabase(folder, NOW).database.close()
    const log = readdirSync(folder).find((name) => name.includes('.corrupt-') && name.endsWith('-wal'))
    expect(log && readFileSync(join(folder, log), 'utf8')).toBe('its log')
  })

  test('closes a database that others could read', () => {
    openDatabase(folder, NOW).database.close()
    chmodSync(path(), 0o644)
    openDatabase(folder, NOW).database.close()
    expect(statSync(path()).mode & 0o777).toBe(0o600)
  })

  test('a database of an older schema gets what is missing and keeps what it has', () => {
    const old = new Database(path())
    old.exec(`${migrations[0]} PRAGMA user_version = 1`)
    old.exec(`INSERT INTO audit VALUES ('a1', 'dc1', '2026-11-01T00:00:00.000Z', NULL, '0.1.0', 'running')`)
    old.close()
    const { database, failure } = openDatabase(folder, NOW)
    expect(failure).toBeUndefined()
    expect(createAuditRepo(database).list('dc1', 1)).toMatchObject([{ id: 'a1' }])
    expect(createWaiverRepo(database).list('dc1')).toEqual([])
    expect(database.prepare('PRAGMA user_version').get()).toMatchObject({ user_version: migrations.length })
  })

  test('what was decided about access before its words were kept stays readable; what is decided now has them', () => {
    const old = new Database(path())
    old.exec(`${migrations.slice(0, 10).join('')} PRAGMA user_version = 10`)
    old.exec(`INSERT INTO access_review VALUES ('r1', 'dc1', '2026-11-01T00:00:00.000Z', 'ada', NULL, NULL);
      INSERT INTO access_review_decision VALUES ('r1', 'h1', 'rey', 'keep', '', 'd1', 'ada', '2026-11-01T00:00:00.000Z')`)
    old.close()
    const repo = createAccessReviewRepo(openDatabase(folder, NOW).database)
    const [before] = repo.decisions('r1')
    expect(before).toMatchObject({ account: 'rey', kind: null, seen: 'd1', held: null })
    const held: HeldAccess = { tier: 'users', logins: ['cron'], capabilities: ['read-logs'] }
    if (before) repo.decide('r1', { ...before, held })
    expect(repo.decisions('r1')).toEqual([{ ...before, held }])
    // A name of the proxy that is called the same is decided by itself.
    for (const kind of ['account', 'web'] as const) if (before) repo.decide('r1', { ...before, kind, note: kind })
    expect(repo.decisions('r1').map(({ kind, note }) => [kind, note])).toEqual([
      [null, ''],
      ['account', 'account'],
      ['web', 'web'],
    ])
  })

  test('a sound database is used again, without a failure', () => {
    openDatabase(folder, NOW).database.close()
    expect(openDatabase(folder, NOW).failure).toBeUndefined()
  })

  test('says so when the folder cannot be made', () => {
    writeFileSync(join(folder, 'file'), '')
    expect(() => openDatabase(join(folder, 'file', 'data'), NOW)).toThrow(/cannot be written/)
    expect(existsSync(join(folder, 'file', 'data'))).toBe(false)
  })
})
