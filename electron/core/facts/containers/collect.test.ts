import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { collectContainers } from './collect.ts'
import { parseContainers } from './parse.ts'

const [section] = collectContainers()
const shells = [['dash'], ['bash'], ['busybox', 'sh']].filter(([program = '']) => spawnSync(program, ['-c', 'true']).error === undefined)

/** A stand-in for podman that may be listed through sudo only, and prints one word a line as podman does. */
const words = ['serve', '--api-key', 'sk-one', 'sk-"two', '--token', 'sk-three', '--host', '0.0.0.0']
const row = {
  Id: 'f'.repeat(64),
  Names: ['vllm'],
  Image: 'vllm',
  Command: words,
  State: 'running',
  Pid: 9,
  Networks: ['podman'],
  Ports: null,
}

describe.runIf(process.platform === 'linux')('on this machine', () => {
  let folder: string
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'gatehouse-containers-'))
    writeFileSync(join(folder, 'list.json'), JSON.stringify([row], null, 2))
    writeFileSync(join(folder, 'podman'), '#!/bin/sh\ncase $1 in --version) echo podman version 4.3.1 ;; *) exit 125 ;; esac\n', {
      mode: 0o755,
    })
    writeFileSync(join(folder, 'docker'), '#!/bin/sh\necho podman\n', { mode: 0o755 })
  })
  afterAll(() => {
    rmSync(folder, { recursive: true })
  })

  test.each(shells)('%s: no key leaves in a list over several lines', (...shell) => {
    if (section?.kind !== 'script') throw new Error('not a script')
    const [program = '', ...args] = shell.filter((word) => word !== undefined)
    const script = `gh_sudo() { cat '${folder}/list.json'; }\n${section.script}`
    const { stdout } = spawnSync(program, [...args, '-c', script, 'sh', ...section.parameters], {
      encoding: 'utf8',
      env: { PATH: `${folder}:${process.env.PATH}` },
    })
    expect(stdout).not.toMatch(/sk-/)
    expect(parseContainers(stdout)).toMatchObject({
      ok: true,
      containers: { containers: [{ command: ['serve', '--api-key', '****', '****', '--token', '****', '--host', '0.0.0.0'] }] },
    })
  })
})
