import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createModelService } from '../models/model-service.ts'
import { openDatabase } from './database.ts'
import { createModelRepo } from './model.repo.ts'

const inventory = (host: string) => ({
  ...{ host, listedAt: '2026-11-26T18:00:00.000Z', roots: [], oddities: [], oddityCount: 0, orphans: [] },
})
const model = (host: string, id: string, names: readonly string[]) => ({
  head: { host, id, name: id, path: id, kind: 'directory', servers: [], problems: [], files: names.length, bytes: 0 },
  files: names.map((name) => ({ name, role: 'weights', file: { path: `${id}/${name}`, device: '1', inode: `${id}${name}`, size: 1 } })),
})

test('files of all models in one query are those of each model, in the order of the models', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-models-'))
  const { database } = openDatabase(folder, 0)
  const repo = createModelRepo(database)
  const ids = ['/b', '/a/z', '/a', '/A', '/ｆ', '/😀', '/empty', '/a b']
  for (const host of ['gpu-02', 'gpu-01'])
    repo.saveListing('f', inventory(host), ids.map((id) => model(host, id, id === '/empty' ? [] : ['2', '1'])) as never)

  const found = repo.filesByModel('f', 'gpu-01')
  const together: unknown[] = []
  for (let next = found.next(); !next.done; next = found.next()) together.push(next.value)
  const apart = repo.models('f').filter(({ host, id }) => host === 'gpu-01' && id !== '/empty')
  expect(together).toEqual(apart.map(({ id }) => ({ model: id, files: repo.files('f', 'gpu-01', id) })))
  expect(together[0]).toMatchObject({ files: [{ name: '2' }, { name: '1' }] })

  // What all of it is made of: every model has its own files, and no other's.
  const fleet = { name: 'f', hosts: [{ name: 'gpu-01' }, { name: 'gpu-02' }], policy: {} } as never
  const ports = { clock: { now: () => 0 }, repo, registrations: () => [], version: '', by: '', changed: () => undefined }
  const { artifacts } = createModelService(ports).overview(fleet)
  const counted = artifacts.flatMap(({ places, counts }) => places.map(({ host, id }) => `${host} ${id} ${counts['not-hashed']}`))
  expect(counted.sort()).toEqual(['gpu-01', 'gpu-02'].flatMap((host) => ids.map((id) => `${host} ${id} ${id === '/empty' ? 0 : 2}`)).sort())
  database.close()
  rmSync(folder, { recursive: true })
})
