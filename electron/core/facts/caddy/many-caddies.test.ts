import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { knownCaddies } from './caddy.fact.ts'
import { unreadCaddies } from './caddy.ts'
import { sections } from './collect.ts'
import { parseCaddy } from './parse.ts'

const nowhere = { processes: [], containers: [], units: [] }
const beyond = { id: 'a Caddy beyond the first 8', unread: 'of so many, not all are asked' }
const one = (pid: number) => `@process ${pid}\n@file /etc/caddy/${pid}\n:{}\n`
const many = (count: number) => Array.from({ length: count }, (_, at) => one(at + 1)).join('')

test('of more processes than are asked one is named that was not', () => {
  const more = knownCaddies(`@more\n${many(8)}@end\n`, nowhere)
  expect(unreadCaddies(more)).toEqual([{ ...beyond, pid: 0, line: 1 }])
  expect(unreadCaddies(knownCaddies(`${many(9)}@end\n`, nowhere))).toEqual([{ ...beyond, pid: 0, line: 25 }])
  expect(unreadCaddies(knownCaddies(`${many(8)}@end\n`, nowhere))).toEqual([])
  // None of the first eight serves: another one may.
  expect(knownCaddies('@more\n@end\n', nowhere)).toMatchObject({ known: false })
})

test('the host says that there are more', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-many-caddies-'))
  writeFileSync(join(folder, 'caddy'), '#!/bin/sh\nread -r line\n')
  chmodSync(join(folder, 'caddy'), 0o755)
  const children = Array.from({ length: 9 }, () => spawn(join(folder, 'caddy'), ['run'], { stdio: ['pipe', 'ignore', 'ignore'] }))
  try {
    await Promise.all(children.map((child) => once(child, 'spawn')))
    await sleep(300)
    const [section] = sections()
    if (section?.kind !== 'script') throw new Error('not a script')
    const { stdout } = spawnSync('sh', ['-c', section.script], { encoding: 'utf8', env: { PATH: process.env.PATH, LC_ALL: 'C' } })
    expect(parseCaddy(stdout, nowhere)).toContainEqual(expect.objectContaining(beyond))
  } finally {
    for (const child of children) child.kill()
    rmSync(folder, { recursive: true, force: true })
  }
})
