import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { failureOf } from '#shared/errors.ts'
import { type Fleet, fleetSchema } from '#shared/model/fleet.ts'
import { createLedger, type Ledger } from '../../../ledger/ledger.ts'
import type { Transport } from '../../../ports.ts'
import { openDatabase } from '../../../store/database.ts'
import { createRegistrationRepo } from '../../../store/registration.repo.ts'
import { localSession } from '../../local-session.testing.ts'
import { createQuarantineService, type QuarantinePorts, type QuarantineService } from './quarantine-service.ts'

const { uid } = userInfo()
const never = new AbortController().signal

let root: string
let data: string
let fleet: Fleet
let service: QuarantineService
let ledger: Ledger
let path: string

/** This machine as the host; whoever runs the tests stands for root. */
const transport: Pick<Transport, 'connect'> = {
  connect: async () => {
    const local = localSession(['/bin/sh'])
    return {
      ...local,
      exec: (command, options) => {
        const stdin = (options.stdin ?? '')
          .replace('[ "$(id -u)" = 0 ]', 'true')
          .replaceAll('= 0:700', `= ${uid}:700`)
          .replace('chown -h 0:0', `chown -h ${uid}`)
        return local.exec(command, { ...options, stdin })
      },
    }
  },
}

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'gatehouse-quarantine-')))
  data = mkdtempSync(join(tmpdir(), 'gatehouse-quarantine-data-'))
  path = join(root, 'sub/evil.bin')
  mkdirSync(join(root, 'sub'))
  writeFileSync(path, 'evil')
  chmodSync(path, 0o640)
  fleet = fleetSchema.parse({
    ...{ version: 1, name: 'dc1', hosts: [{ name: 'gpu-01', address: '10.0.0.1' }], modelPaths: [root] },
    identities: { audit: { user: 'look' }, change: { user: 'root' } },
  })
  const clock = { now: () => Date.UTC(2026, 10, 26) }
  ledger = createLedger(data, clock, 'admin')
  const repo = createRegistrationRepo(openDatabase(data, 0).database)
  service = createQuarantineService({ clock, repo, ledger, models: inventory(), by: 'admin', changed: () => undefined })
})
afterEach(() => {
  for (const folder of [root, data]) rmSync(folder, { recursive: true, force: true })
})

/** What lies in a directory that only a server names, where nothing of the fleet file is. */
let engine: { readonly found: readonly string[] } = { found: [] }
const inventory = () =>
  ({
    listings: () => [{ host: 'gpu-01', roots: [{ path: root, origin: 'engine' }] }],
    models: () => [{ host: 'gpu-01', id: 'm' }],
    files: () => engine.found.map((file) => ({ file: { path: file } })),
  }) as unknown as QuarantinePorts['models']

const take = (file = path) => service.take(fleet, transport as Transport, { host: 'gpu-01', path: file, reason: 'it runs code' }, never)
const detailOf = (run: Promise<unknown>) =>
  run.then(
    () => 'done',
    (error) => `${failureOf(error).code} ${failureOf(error).detail}`,
  )

describe('a directory that only a server names', () => {
  beforeEach(() => {
    fleet = { ...fleet, modelPaths: ['/nowhere'] }
    engine = { found: [path] }
  })

  test('what was found there is moved aside, and back', async () => {
    const { id } = await take()
    expect(existsSync(path)).toBe(false)
    await service.release(fleet, transport as Transport, id, never)
    expect(readFileSync(path, 'utf8')).toBe('evil')
  })

  test('what was not found there is refused', async () => {
    const other = join(root, 'sub/other')
    writeFileSync(other, 'x')
    expect(await detailOf(take(other))).toContain('no model found')
    expect(existsSync(other)).toBe(true)
  })
})

test('moved aside with mode 000, and back with owner and mode, both in the ledger', async () => {
  const { id } = await take()
  const aside = join(root, '.gatehouse-quarantine', id)
  expect([existsSync(path), statSync(aside).mode & 0o7777, service.list(fleet).map((it) => it.path)]).toEqual([false, 0, [path]])
  expect(statSync(join(root, '.gatehouse-quarantine')).mode & 0o7777).toBe(0o700)
  await service.release(fleet, transport as Transport, id, never)
  expect([readFileSync(path, 'utf8'), statSync(path).mode & 0o7777, service.list(fleet)]).toEqual(['evil', 0o640, []])
  expect([readdirSync(root), ledger.read().records.map(({ action }) => action)]).toEqual([['sub'], ['model.quarantine', 'model.release']])
})

describe('refused, and nothing is moved', () => {
  test.each<[string, () => string, RegExp]>([
    ['a path outside of the model directories', () => '/etc/passwd', /not below the modelPaths/],
    ['a path that leads out', () => `${join(root, 'sub')}/../../x`, /not below the modelPaths/],
    ['a folder', () => join(root, 'sub'), /no regular file/],
    ['what is not there', () => join(root, 'none'), /no regular file/],
    ['a link', () => linked('/etc/passwd'), /no regular file/],
  ])('%s', async (_, file, expected) => {
    expect(await detailOf(take(file()))).toMatch(expected)
    expect([existsSync(path), service.list(fleet)]).toEqual([true, []])
  })

  test('a folder that is reached through a link', async () => {
    symlinkSync(join(root, 'sub'), join(root, 'other'))
    expect(await detailOf(take(join(root, 'other/evil.bin')))).toContain('reached through a link')
  })

  test('a quarantine that is a link, or open to others', async () => {
    symlinkSync('/tmp', join(root, '.gatehouse-quarantine'))
    expect(await detailOf(take())).toContain('unsafe')
    rmSync(join(root, '.gatehouse-quarantine'))
    mkdirSync(join(root, '.gatehouse-quarantine'), { mode: 0o755 })
    expect(await detailOf(take())).toContain('unsafe')
  })

  test('back over something that lies there now', async () => {
    const { id } = await take()
    writeFileSync(path, 'new')
    expect(await detailOf(service.release(fleet, transport as Transport, id, never))).toContain('in-the-way')
    expect([readFileSync(path, 'utf8'), service.list(fleet)]).toEqual(['new', [expect.objectContaining({ id })]])
  })
})

function linked(to: string): string {
  const link = join(root, 'link')
  symlinkSync(to, link)
  return link
}
