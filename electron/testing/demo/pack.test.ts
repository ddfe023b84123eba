import { execFileSync, spawnSync } from 'node:child_process'
import { createPublicKey, generateKeyPairSync, sign } from 'node:crypto'
import { appendFileSync, cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  assessmentPlanModel,
  assessmentResultsModel,
  componentDefinitionModel,
  poamModel,
} from '#core/audit/pack/oscal/oscal-models.testing.ts'
import { sarifModel } from '#core/audit/pack/sarif-model.testing.ts'
import { verifyPack } from '#core/audit/pack/verify-pack.ts'
import type { Services } from '#core/services.ts'
import { recordedReviewsSchema } from '#shared/model/recorded-review.ts'
import { auditReportSchema } from '#shared/model/report.ts'
import type { DemoHost } from './demo-host.ts'
import { openDemoServices } from './demo-services.testing.ts'
import { gpu03 } from './hosts/gpu-03.ts'
import { gpu04 } from './hosts/gpu-04.ts'

/** Evidence packs of a real audit, checked as an auditor would: with sha256sum, openssl and ssh-keygen alone. */

const SHARED = 'sk-planted-0123456789abcdef'
const OTHER = 'Pl4nted/other+secret'
const SECRETS = [SHARED, OTHER]

const showing = (host: DemoHost, secret: string): DemoHost => ({
  ...host,
  processes: [
    ...host.processes,
    {
      ...{ pid: 4242, ppid: 1, user: 'root', uid: 0, name: 'vllm', cgroup: '/system.slice/x.service' },
      argv: ['/opt/vllm/bin/vllm', 'serve', 'm', '--api-key', secret, `--env=HF_TOKEN=${OTHER}`],
    },
  ],
})

let folder: string
let services: Services
let built: string
let pack: string
let reviewed: { readonly host?: string | undefined; readonly account: string }
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-pack-'))
  services = await openDemoServices([showing(gpu03, SHARED), showing(gpu04, SHARED)], {
    clock: { now: () => Date.now() },
    data: join(folder, 'data'),
  })
  const fleet = services.fleet.require()
  await services.audits.start(fleet, services.transport()).done
  services.decisions.attest(fleet, {
    ...{ host: null, control: 'incident-playbook-rehearsed', subject: '', statement: 'In the wiki,\nrehearsed in May.', name: 'M. Ito' },
    endsOn: new Date(Date.now() + 86_400_000).toISOString().slice(0, 10),
  })
  const [entry] = services.accessReviews.start(fleet).entries
  reviewed = { host: entry?.host, account: entry?.row.account ?? '' }
  services.accessReviews.decide(fleet, { ...reviewed, verdict: 'remove', note: 'left in May' })
  for (const detail of ['=cmd|calc', 'a "quoted"\nline \\ back', 'third'])
    services.ledger.append({ action: 'push.stage', host: 'gpu-03', subject: 'p1', detail })
  const { folder: written } = await services.packs.build(fleet, join(folder, 'built.zip'))
  built = written
}, 60_000)
afterAll(async () => {
  await services.close()
  rmSync(folder, { recursive: true, force: true })
})
beforeEach(() => {
  pack = join(folder, 'pack')
  rmSync(pack, { recursive: true, force: true })
  cpSync(built, pack, { recursive: true })
})

const steps = () => [...readFileSync(join(built, 'VERIFY.md'), 'utf8').matchAll(/```sh\n([^`]*)```/g)].map((match) => match[1] ?? '')
const run = (step: string) => spawnSync('sh', ['-c', step], { cwd: pack, encoding: 'utf8' })
/** Which of the steps of VERIFY.md, from 1, found something. */
const found = () => steps().flatMap((step, index) => (run(step).status === 0 ? [] : [index + 1]))
const at = (path: string) => join(pack, path)
const filesOf = (root: string) => readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())

describe('as it was built', () => {
  test('every step of VERIFY.md passes, and the key is that of the console', () => {
    expect(steps()).toHaveLength(6)
    expect(found()).toEqual([])
    const printed = run(steps()[4] ?? '').stdout.slice(0, 64)
    expect(readFileSync(at('VERIFY.md'), 'utf8')).toContain(printed)
  })

  test('VERIFY.md names every file or its folder, and every schema', () => {
    const guide = readFileSync(at('VERIFY.md'), 'utf8')
    const paths = filesOf(pack).map((entry) => join(relative(pack, entry.parentPath), entry.name))
    const names = paths.map((path) => (path.endsWith('.schema.json') ? path : path.replace(/\/.*/, '/')))
    expect([...new Set(names)].filter((name) => !guide.includes(name))).toEqual(['VERIFY.md'])
  })

  test('gatehouse finds the same, in the zip and in the folder', async () => {
    const key = createPublicKey(readFileSync(join(folder, 'data', 'console-key.pub.pem')))
    for (const path of [pack, join(folder, 'built.zip')])
      expect(await verifyPack(path, key)).toMatchObject({ expectedKey: true, problems: [], files: filesOf(pack).length })
    execFileSync('unzip', ['-q', join(folder, 'built.zip'), '-d', join(folder, 'unzipped')])
    expect(filesOf(join(folder, 'unzipped', 'built'))).toHaveLength(filesOf(pack).length)
  })

  test('no planted secret is in it, and the same one has the same mark on both hosts', () => {
    const texts = filesOf(pack).map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
    for (const secret of SECRETS) expect(texts.filter((text) => text.includes(secret))).toEqual([])
    const marks = (host: string) => readFileSync(at(`evidence/${host}/processes.txt`), 'utf8').match(/‹redacted-[0-9a-f]{8}›/g)
    expect(marks('gpu-03')).toEqual(marks('gpu-04'))
    expect(new Set(marks('gpu-03')).size).toBe(2)
  })

  test('the page loads nothing, runs nothing and asks nothing of the network', () => {
    for (const page of ['report.html', 'frameworks.html']) {
      const text = readFileSync(at(page), 'utf8')
      expect(text).toContain("default-src 'none'")
      expect(text).not.toMatch(/<(?:script|link|img|iframe|object|embed|form)\b|\bon[a-z]+=|url\(|@import|src=|href="(?!#)/i)
    }
  })

  test('results are of the published schema, and cells are no formulas', () => {
    const json = (file: string) => JSON.parse(readFileSync(at(file), 'utf8'))
    expect(auditReportSchema.safeParse(json('results.json')).success).toBe(true)
    const reviews = recordedReviewsSchema.parse(json('decisions/access-reviews.json'))
    expect(reviews).toMatchObject([{ signedAt: null, decisions: [{ ...reviewed, note: 'left in May', since: 'same' }] }])
    expect(json('decisions/access-reviews.schema.json')).toMatchObject({ type: 'array' })
    expect(sarifModel.safeParse(json('findings.sarif')).error).toBeUndefined()
    expect(assessmentPlanModel.safeParse(json('oscal/assessment-plan.json')).error).toBeUndefined()
    expect(assessmentResultsModel.safeParse(json('oscal/assessment-results.json')).error).toBeUndefined()
    expect(componentDefinitionModel.safeParse(json('oscal/component-definition.json')).error).toBeUndefined()
    expect(poamModel.safeParse(json('oscal/poam.json')).error).toBeUndefined()
    for (const table of ['findings.csv', 'frameworks.csv', 'evidence/index.csv', 'decisions/access-reviews.csv']) {
      const text = readFileSync(at(table), 'utf8')
      expect([table, text.startsWith('\uFEFF"')]).toEqual([table, true])
      expect(text.slice(1)).not.toMatch(/(?:^|,|\n)"?[=+\-@]/)
    }
  })

  test('the access review is in the page and in what is printed', () => {
    const row = `<th scope="row">${reviewed.account}</th><td>${reviewed.host}</td>`
    for (const page of [readFileSync(at('report.html'), 'utf8'), services.packs.printable(services.fleet.require())])
      expect([page.includes(row), page.includes('<td>left in May</td>')]).toEqual([true, true])
  })

  test('it is noted in the ledger, with the digest of its list', () => {
    expect(services.ledger.read().records.at(-1)).toMatchObject({ action: 'pack.build', digests: { sums: expect.any(String) } })
  })

  test('a pack that is there is not written over', async () => {
    await expect(services.packs.build(services.fleet.require(), join(folder, 'built.zip'))).rejects.toThrow(/built/)
    expect(found()).toEqual([])
    expect(readdirSync(folder).filter((name) => name.includes('draft'))).toEqual([])
  })
})

describe('what was tampered with is found, by the steps of VERIFY.md and by gatehouse', () => {
  const ledger = () => readFileSync(at('ledger/ledger.jsonl'), 'utf8').split('\n').slice(0, -1)
  const write = (lines: readonly string[]) => writeFileSync(at('ledger/ledger.jsonl'), lines.map((line) => `${line}\n`).join(''))
  /** What a forger does who has another key: the list and its signature are made anew. */
  const listedAnew = (): void =>
    void execFileSync('sh', ['-c', "cut -c 67- SHA256SUMS | xargs -d '\\n' sha256sum >new && mv new SHA256SUMS"], { cwd: pack })
  const signedAnew = (): void => {
    listedAnew()
    const { privateKey, publicKey } = generateKeyPairSync('ed25519')
    writeFileSync(at('console-key.pub.pem'), publicKey.export({ type: 'spki', format: 'pem' }))
    writeFileSync(at('SHA256SUMS.sig'), sign(null, readFileSync(at('SHA256SUMS')), privateKey))
  }
  const cases: readonly [string, () => void, readonly number[]][] = [
    [
      'a finding made better',
      () => writeFileSync(at('results.json'), readFileSync(at('results.json'), 'utf8').replace('"fail"', '"pass"')),
      [1],
    ],
    ['an answer cut', () => writeFileSync(at('evidence/gpu-03/processes.txt'), ''), [1]],
    ['a file removed', () => rmSync(at('decisions/waivers.json')), [1, 2]],
    ['a file added', () => writeFileSync(at('evidence/gpu-03/more.txt'), 'x'), [2]],
    ['an empty folder added', () => mkdirSync(at('evidence/gpu-99')), [2]],
    ['a file that hides as a list', () => writeFileSync(at('evidence/SHA256SUMS'), 'x'), [2]],
    [
      'a finding made better, and the list to match',
      () => {
        writeFileSync(at('results.json'), '{}')
        listedAnew()
      },
      [3, 4],
    ],
    ['the list changed', () => appendFileSync(at('SHA256SUMS'), `${'0'.repeat(64)}  more\n`), [1, 2, 3, 4]],
    ['the ledger in another order', () => write(ledger().toReversed()), [1, 6]],
    ['the ledger without its end', () => write(ledger().slice(0, -1)), [1, 6]],
    ['the ledger without anything', () => write([]), [1, 6]],
    ['a word of the ledger', () => write(ledger().map((line) => line.replace('third', 'fifth'))), [1, 6]],
  ]
  test.each(cases)('%s', async (_, harm, stepsThatFind) => {
    harm()
    expect(found()).toEqual(stepsThatFind)
    expect((await verifyPack(pack)).problems).not.toEqual([])
  })

  test('a pack that is signed anew has another key', async () => {
    write(ledger().slice(0, -1))
    signedAnew()
    const key = createPublicKey(readFileSync(join(folder, 'data', 'console-key.pub.pem')))
    const { expectedKey, problems } = await verifyPack(pack, key)
    expect(expectedKey).toBe(false)
    expect(problems).toEqual(expect.arrayContaining([expect.stringMatching(/another key/), expect.stringMatching(/is missing/)]))
  })
})
