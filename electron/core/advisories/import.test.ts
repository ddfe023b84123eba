import { spawnSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { failureOf } from '#shared/errors.ts'
import { type AdvisorySet, advisorySchema } from '#shared/model/advisory.ts'
import { createAdvisoryBook } from './advisory-book.ts'
import { type AdvisoryStore, createAdvisoryStore } from './advisory-store.ts'
import { readOsvDump } from './osv-dump.ts'
import { shippedAdvisories } from './shipped.ts'
import { readSignedUpdate, shippedKeys, signUpdate } from './update-file.ts'
import { whatCanBeRead } from './what-can-be-read.ts'

const NOW = Date.UTC(2026, 10, 25)
const ours = generateKeyPairSync('ed25519')
const theirs = generateKeyPairSync('ed25519')
const keys = new Map([['test-1', ours.publicKey]])
const vllm = { ecosystem: 'PyPI', name: 'vllm' }

const record = (id: string, name = 'vllm', ecosystem = 'PyPI') => ({
  id,
  modified: '2026-11-20T00:00:00Z',
  affected: [
    { package: { ecosystem, name }, ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed: '99.0' }] }], versions: ['1.0'] },
  ],
})
const set = (published: string, ...ids: string[]): AdvisorySet =>
  ({ format: 1, published, records: ids.map((id) => record(id)) }) as unknown as AdvisorySet
const signed = (published: string, ...ids: string[]) => signUpdate(set(published, ...ids), 'test-1', ours.privateKey)

let folder: string
let store: AdvisoryStore
const open = () => createAdvisoryStore({ clock: { now: () => NOW }, log: () => undefined, folder, by: 'mona', keys })
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-advisories-'))
  store = open()
})
afterEach(() => {
  chmodSync(folder, 0o700)
  rmSync(folder, { recursive: true, force: true })
})
function file(name: string, content: string | Buffer): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}
const refused = async (path: string, options?: { allowOlder?: boolean }) => {
  try {
    await store.importFile(path, options)
    return 'taken'
  } catch (error) {
    const { code, detail } = failureOf(error)
    return `${code}: ${detail}`
  }
}
const idsFor = (version: string, from = store) =>
  from
    .book()
    .assess(vllm, version)
    .matches.map(({ advisory }) => advisory.id)

/** Shapes that are none of OSV's, or of a later one: the hole must not go with the record. */
describe('a record that is not wholly readable', () => {
  const range = { type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed: '99.0' }] }
  const about = (more: object) => ({ affected: [{ package: vllm, ranges: [range], ...more }] })
  test.each<[string, object, 'affected' | 'undecided']>([
    ['a long summary', { summary: 'x'.repeat(3000) }, 'affected'],
    ['a reference that is too long', { references: [{ type: 'WEB', url: `https://x/${'a'.repeat(3000)}` }] }, 'affected'],
    ['more aliases than are kept', { aliases: Array.from({ length: 900 }, (_, index) => `CVE-${index}`) }, 'affected'],
    ['a rating that is a number', { severity: [{ type: 'CVSS_V3', score: 9.8 }] }, 'affected'],
    ['null', { withdrawn: null, aliases: null, severity: null }, 'affected'],
    ['a moment with an offset', { modified: '2026-11-20T00:00:00+02:00' }, 'affected'],
    ['no moment', { modified: undefined }, 'affected'],
    ['what names no package beside it', { affected: [{ ranges: [{ type: 'GIT', events: [] }] }, ...about({}).affected] }, 'affected'],
    ['a range of another kind', about({ ranges: [{ ...range, type: 'CALVER' }] }), 'undecided'],
    ['an event of another kind', about({ ranges: [{ ...range, events: [{ introduced: '0' }, { patched: '99.0' }] }] }), 'undecided'],
    ['two events in one', about({ ranges: [{ ...range, events: [{ introduced: '0', fixed: '99.0' }] }] }), 'undecided'],
    ['no list of versions', about({ versions: null }), 'undecided'],
  ])('%s', async (_, more, expected) => {
    const dump = await readOsvDump(Buffer.from(JSON.stringify([{ ...record('ODD'), ...more }, record('OTHER', 'torch')])), NOW)
    const { matches, undecided } = createAdvisoryBook(dump.records, []).assess(vllm, '50.0')
    expect([dump.unreadable, matches.length > 0 ? 'affected' : undecided.length > 0 ? 'undecided' : 'lost']).toEqual([0, expected])
  })
  test('what was withdrawn stays so', async () => {
    const odd = { ...record('ODD'), summary: 'x'.repeat(3000), withdrawn: '2026-01-01T00:00:00+00:00' }
    const { records } = await readOsvDump(Buffer.from(JSON.stringify([odd, record('OTHER', 'torch')])), NOW)
    expect(createAdvisoryBook(records, []).assess(vllm, '50.0')).toEqual({ matches: [], undecided: [], known: 0 })
  })
  test('any value: a record of the schema, or nothing', () => {
    const shape = fc.record(
      { id: fc.anything(), modified: fc.anything(), affected: fc.array(fc.anything()), aliases: fc.anything() },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(fc.oneof(fc.anything(), shape), (value) => {
        const found = whatCanBeRead(value)
        if (found) expect(advisorySchema.safeParse(found).success).toBe(true)
      }),
    )
  })
})

describe('a signed update', () => {
  test('replaces what ships, says who brought it, and is there after a restart', async () => {
    expect(store.state()).toMatchObject({ base: 'shipped', imports: [], ageDays: 96 })
    const state = await store.importFile(file('update.gha', signed('2026-11-20T00:00:00Z', 'NEW-1')))
    expect(state).toMatchObject({ base: 'signed-update', records: 1, ageDays: 5, problems: [] })
    expect(state.imports).toMatchObject([{ by: 'mona', signedWith: 'test-1', file: 'update.gha', records: 1, older: false }])
    expect([idsFor('50.0'), idsFor('50.0', open())]).toEqual([['NEW-1'], ['NEW-1']])
    expect(open().state()).toEqual(state)
  })

  test.each<[string, () => Buffer, string]>([
    [
      'another key under a known name',
      () => signUpdate(set('2026-11-20T00:00:00Z', 'X'), 'test-1', theirs.privateKey),
      'advisories.untrusted',
    ],
    ['a key that is not known', () => signUpdate(set('2026-11-20T00:00:00Z', 'X'), 'test-2', ours.privateKey), 'advisories.untrusted'],
    ['one byte altered', () => Buffer.from(signed('2026-11-20T00:00:00Z', 'X').toString().replace('"X"', '"Y"')), 'advisories.untrusted'],
    ['a byte added', () => Buffer.concat([signed('2026-11-20T00:00:00Z', 'X'), Buffer.from('\n')]), 'advisories.untrusted'],
    ['cut short', () => signed('2026-11-20T00:00:00Z', 'X').subarray(0, -10), 'advisories.untrusted'],
    ['only its first line', () => Buffer.from('gatehouse-advisories 1 test-1 x'), 'advisories.unreadable'],
    ['content of another shape', () => signUpdate({ format: 2 } as never, 'test-1', ours.privateKey), 'advisories.unreadable'],
    ['from the future', () => signed('2027-11-20T00:00:00Z', 'X'), 'advisories.unreadable'],
    ['older than what ships', () => signed('2020-01-01T00:00:00Z', 'X'), 'advisories.older'],
  ])('is refused: %s', async (_, bytes, code) => {
    const before = store.state()
    expect(await refused(file('update.gha', bytes()))).toMatch(new RegExp(`^${code}: `))
    expect(open().state()).toEqual(before)
  })

  test('an older one is taken where that is said, and stays marked', async () => {
    const path = file('update.gha', signed('2020-01-01T00:00:00Z', 'OLD'))
    const state = await store.importFile(path, { allowOlder: true })
    expect(state).toMatchObject({ base: 'signed-update', publishedAt: '2020-01-01T00:00:00.000Z', imports: [{ older: true }] })
  })

  test('an older one gives way to what ships with a release of later', async () => {
    await store.importFile(file('update.gha', signed('2020-01-01T00:00:00Z', 'OLD')), { allowOlder: true })
    const stored = join(folder, 'advisories', 'update.json')
    writeFileSync(stored, readFileSync(stored, 'utf8').replace('"at":"2026-11-25', '"at":"2026-07-25'))
    expect(open().state()).toMatchObject({ base: 'shipped', imports: [{ older: true }] })
  })

  test('what it will take back on a day to come holds until then', async () => {
    const [one] = set('2026-11-20T00:00:00Z', 'NEW-1').records
    const update = { ...set('2026-11-20T00:00:00Z'), records: [{ ...one, withdrawn: '2027-01-01T00:00:00Z' }] } as AdvisorySet
    await store.importFile(file('update.gha', signUpdate(update, 'test-1', ours.privateKey)))
    expect(idsFor('50.0')).toEqual(['NEW-1'])
  })

  test('one that was altered in the data folder is not used, and that is said', async () => {
    await store.importFile(file('update.gha', signed('2026-11-20T00:00:00Z', 'NEW-1')))
    const stored = join(folder, 'advisories', 'update.json')
    writeFileSync(stored, readFileSync(stored, 'utf8').replace('NEW-1', 'NEW-2'))
    expect(open().state()).toMatchObject({ base: 'shipped', problems: [expect.stringContaining('signature does not match')] })
  })

  test('the keys that ship can be used, and sign nothing here', () => {
    expect([...shippedKeys().values()].map((key) => key.asymmetricKeyType)).toEqual(['ed25519'])
    expect(() => readSignedUpdate(signed('2026-11-20T00:00:00Z', 'X'), shippedKeys())).toThrow('does not know')
  })

  test('any bytes are refused without an exception of another kind', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), fc.boolean(), async (bytes, head) => {
        const path = file('any', Buffer.concat([Buffer.from(head ? 'gatehouse-advisories 1 ' : ''), bytes]))
        expect(await refused(path)).toMatch(/^advisories\.(?:untrusted|unreadable): /)
      }),
      { numRuns: 60 },
    )
  })
})

describe('an OSV dump', () => {
  const json = (...ids: string[]) => ids.map((id) => JSON.stringify(record(id)))
  test.each<[string, string]>([
    ['one record', json('A')[0] ?? ''],
    ['a list', `[${json('A', 'B').join(',')}]`],
    ['one per line', json('A', 'B').join('\n')],
    ['one record over many lines', JSON.stringify(record('A'), null, 2)],
  ])('is taken: %s', async (_, text) => {
    const state = await store.importFile(file('osv.json', text))
    expect(state).toMatchObject({
      base: 'shipped',
      imports: [{ signedWith: null, by: 'mona', ecosystems: ['PyPI'], publishedAt: '2026-11-20T00:00:00.000Z' }],
    })
    expect(idsFor('98.0')).toContain('A')
    expect(idsFor('98.0', open())).toContain('A')
  })

  const zipped = (records: readonly string[]) => {
    const from = mkdtempSync(join(tmpdir(), 'gatehouse-zip-'))
    for (const [index, text] of records.entries()) writeFileSync(join(from, `${index}.json`), text)
    const script =
      'import sys,zipfile,os\nz=zipfile.ZipFile(sys.argv[1],"w",zipfile.ZIP_DEFLATED)\n[z.write(os.path.join(sys.argv[2],f),f) for f in sorted(os.listdir(sys.argv[2]))]\nz.close()'
    const path = join(folder, 'all.zip')
    const { status } = spawnSync('python3', ['-c', script, path, from])
    rmSync(from, { recursive: true })
    return status === 0 ? path : undefined
  }
  /** GO-2025-3542 of Go's database: releases of LocalAI from 2.0 on are no versions of its module. */
  test.each([
    ['2.21.1', ['GO-2025-3542']],
    ['2.22.0', []],
  ])('ranges beside those of the module: LocalAI %s', async (version, expected) => {
    const localai = { ecosystem: 'Go', name: 'github.com/mudler/LocalAI' }
    const ranges = (...events: object[]) => [{ type: 'SEMVER', events }]
    const beside = { custom_ranges: ranges({ introduced: '0' }, { fixed: '2.22.0' }) }
    const affected = [{ package: localai, ranges: ranges({ introduced: '0' }), ecosystem_specific: beside }]
    const { records } = await readOsvDump(Buffer.from(JSON.stringify({ ...record('GO-2025-3542'), affected })), NOW)
    const { matches } = createAdvisoryBook([], [], records).assess(localai, version)
    expect(matches.map(({ advisory: { id } }) => id)).toEqual(expected)
  })

  test('as the zip of osv.dev; what is no record is counted', async () => {
    const path = zipped([...json('A', 'B'), '{"id":7}', 'not json', JSON.stringify(record('C', 'left-pad', 'npm'))])
    if (path === undefined) return expect(existsSync('/usr/bin/python3')).toBe(false)
    const dump = await readOsvDump(readFileSync(path), NOW)
    expect({ total: dump.total, unreadable: dump.unreadable, kept: dump.records.map(({ id }) => id).sort() }).toEqual({
      total: 3,
      unreadable: 2,
      kept: ['A', 'B'],
    })
    const cut = readFileSync(path).subarray(0, 200)
    await expect(readOsvDump(cut, NOW)).rejects.toThrow('the archive cannot be read')
    await expect(readOsvDump(readFileSync(path), NOW, 10)).rejects.toThrow('it says more than 10 bytes')
  })

  test('that ends in the middle of a record is refused: the rest of it is missing', async () => {
    const text = json('A', 'B', 'C').join('\n')
    for (const cut of [text.slice(0, -9), `${text}\n{`, `${text}\n{"id":`])
      await expect(readOsvDump(Buffer.from(cut), NOW)).rejects.toThrow('it ends in the middle of a record')
    await expect(readOsvDump(Buffer.from(`{"id":\n${text}`), NOW)).rejects.toThrow()
  })

  test('with the mark of UTF-8 in front, as Windows writes it', async () => {
    for (const text of [json('A', 'B').join('\n'), `[${json('A', 'B').join(',')}]`]) {
      const dump = await readOsvDump(Buffer.from(`\uFEFF${text}`), NOW)
      expect([dump.total, dump.unreadable]).toEqual([2, 0])
    }
  })

  test('adds to the data and takes nothing from it', async () => {
    const [shipped] = shippedAdvisories().records.filter(({ affected }) => affected[0]?.package.name === 'vllm')
    if (!shipped) throw new Error('no record about vLLM')
    const silencing = { ...shipped, modified: '2026-11-24T00:00:00Z', withdrawn: '2026-11-24T00:00:00Z' }
    const before = idsFor('0.1.0')
    await store.importFile(file('osv.json', JSON.stringify(silencing)))
    expect(idsFor('0.1.0')).toEqual(before)
  })

  test('a second one of the same ecosystems takes the place of the first in the list; records that only the first had stay', async () => {
    await store.importFile(file('osv.json', json('A', 'B').join('\n')))
    const state = await store.importFile(file('osv2.json', json('B', 'C').join('\n')))
    expect(state.imports.map((one) => one.file)).toEqual(['osv2.json'])
    expect(
      idsFor('98.0')
        .filter((id) => id.length === 1)
        .sort(),
    ).toEqual(['A', 'B', 'C'])
  })

  const of = (id: string, modified: string, fixed: string) => ({
    ...record(id),
    modified,
    affected: [{ package: vllm, ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed }] }] }],
  })

  test('one of an earlier day takes nothing back that a later one said, and is marked', async () => {
    await store.importFile(file('new.json', JSON.stringify(of('A', '2026-11-20T00:00:00Z', '9.0'))))
    const state = await store.importFile(file('old.json', JSON.stringify(of('A', '2026-03-01T00:00:00Z', '5.0'))))
    expect(idsFor('7.0')).toContain('A')
    expect(state.imports.map((one) => [one.file, one.older])).toEqual([
      ['new.json', false],
      ['old.json', true],
    ])
  })

  test('one that says it was changed in days to come hides no other, and what will be taken back still holds', async () => {
    await store.importFile(
      file('far.json', JSON.stringify({ ...of('A', '2099-01-01T00:00:00Z', '5.0'), withdrawn: '2026-11-01T00:00:00Z' })),
    )
    await store.importFile(file('new.json', JSON.stringify(of('A', '2026-11-20T00:00:00Z', '9.0'))))
    await store.importFile(
      file('later.json', JSON.stringify({ ...of('B', '2026-11-20T00:00:00Z', '9.0'), withdrawn: '2027-01-01T00:00:00Z' })),
    )
    expect(idsFor('7.0')).toEqual(expect.arrayContaining(['A', 'B']))
  })

  test('makes an ecosystem fresh only where it holds at least as much about it as is known', async () => {
    const known = shippedAdvisories().records.filter(({ affected }) => affected.some((one) => one.package.ecosystem === 'PyPI')).length
    const newest = () =>
      Math.max(
        ...store
          .book()
          .sources.filter(({ ecosystems }) => ecosystems?.includes('PyPI'))
          .map((one) => one.publishedMs),
      )
    await store.importFile(file('one.json', JSON.stringify(record('A'))))
    expect(newest()).toBe(Number.NEGATIVE_INFINITY)
    const whole = Array.from({ length: known }, (_, at) => JSON.stringify(record(`W-${at}`)))
    await store.importFile(file('whole.json', whole.join('\n')))
    expect(newest()).toBe(Date.UTC(2026, 10, 20))
    // A single record afterwards does not take that away.
    await store.importFile(file('two.json', JSON.stringify(record('B'))))
    expect(newest()).toBe(Date.UTC(2026, 10, 20))
  })

  test('a version that is listed beside the ranges is affected, too', async () => {
    const listed = {
      ...of('L', '2026-11-20T00:00:00Z', '5.0'),
      affected: [{ ...of('L', '', '5.0').affected[0], versions: ['4.0', '7.1', '7.2+cu128'] }],
    }
    const { records } = await readOsvDump(Buffer.from(JSON.stringify(listed)), NOW)
    expect(records[0]?.affected[0]?.versions).toEqual(['7.1', '7.2+cu128'])
    await store.importFile(file('listed.json', JSON.stringify(listed)))
    expect(['4.0', '6.0', '7.1'].map((version) => idsFor(version).includes('L'))).toEqual([true, false, true])
  })

  test('how bad it is for one package alone is kept', async () => {
    const severity = [{ type: 'CVSS_V4', score: 'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N' }]
    const rated = { ...of('R', '2026-11-20T00:00:00Z', '5.0'), affected: [{ ...of('R', '', '5.0').affected[0], severity }] }
    await store.importFile(file('rated.json', JSON.stringify(rated)))
    const found = open().book().assess(vllm, '4.0').matches
    expect(found.find(({ advisory }) => advisory.id === 'R')?.severity).toBe('critical')
  })

  test.each([
    ['nothing', ''],
    ['text', 'hello'],
    ['JSON of another kind', '{"a":1}'],
    ['a list of other things', '[1,2,3]'],
    ['records of what is not followed', JSON.stringify(record('A', 'left-pad', 'npm'))],
  ])('is refused: %s', async (_, text) => {
    expect(await refused(file('osv.json', text))).toMatch(/^advisories\.unreadable: /)
    expect(existsSync(join(folder, 'advisories'))).toBe(false)
  })
})

test('a dump that unpacks to more than can be kept is refused before it is all in memory', async () => {
  const versions = Array.from({ length: 100 }, (_, at) => `1.${at}`)
  const lines = Array.from({ length: 20 }, (_, at) => JSON.stringify({ ...record(`A-${at}`), affected: [{ package: vllm, versions }] }))
  await expect(readOsvDump(Buffer.from(lines.join('\n')), NOW, 10_000)).rejects.toThrow('more than 10000 bytes')
  await expect(readOsvDump(Buffer.from(lines.slice(0, 2).join('\n')), NOW, 10_000)).resolves.toMatchObject({ total: 2 })
})

describe('keeping it', () => {
  test('a file that is not there is said', async () => expect(await refused(join(folder, 'none'))).toContain('it is not there'))

  test('a write that fails leaves what was there, and nothing half-written', async () => {
    await store.importFile(file('update.gha', signed('2026-11-20T00:00:00Z', 'FIRST')))
    const home = join(folder, 'advisories')
    writeFileSync(join(home, 'update.json.new'), 'half')
    rmSync(join(home, 'update.json.new'))
    // A folder stands where the new file would be written: the write fails for root too.
    spawnSync('mkdir', [join(home, 'update.json.new')])
    expect(await refused(file('update2.gha', signed('2026-11-22T00:00:00Z', 'SECOND')))).toMatch(/^store\.unwritable: /)
    expect(idsFor('50.0', open())).toEqual(['FIRST'])
    expect(readdirSync(home).filter((name) => !name.endsWith('.new'))).toEqual(['update.json'])
  })
})
