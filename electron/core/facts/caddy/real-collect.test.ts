import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { shells } from '#testing/installed.ts'
import { redact } from '../secrets.ts'
import { knownCaddies } from './caddy.fact.ts'
import { readCaddies } from './caddy.ts'
import { sections } from './collect.ts'
import { field, items, textOf } from './json-lines.ts'
import { plain } from './json-nodes.testing.ts'
import { caddyProgram } from './model/run-caddy.testing.ts'
import { parseCaddy } from './parse.ts'

const nowhere = { processes: [], containers: [], units: [] }
const caddyfile = String.raw`
{
	admin off
	auto_https off
}
(answers) {
	header X-Answer yes
}
http://127.3.3.3:18099 {
	import answers
	basicauth /v1/* {
		bob $2a$14$Zkx19XLiW6VYouLHR5NmfOFU0z2GTNmpkT/5qqR7hx4IjWJPDhjvG
	}
	@key header X-Api-Key s3cretvalue
	reverse_proxy @key 127.0.0.1:11434
	respond "a,\"b,{\"[{" 403
}
import sites/*
`

test.skipIf(caddyProgram === undefined)(
  'what a running Caddy means is read on every shell, and no secret leaves',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gatehouse-caddy-'))
    const file = join(folder, 'Caddyfile')
    writeFileSync(file, caddyfile)
    mkdirSync(join(folder, 'sites'))
    writeFileSync(join(folder, 'sites', 'one'), 'http://127.3.3.3:18100 {\n\timport ../sites/none*\n}\n')
    const child = spawn(caddyProgram ?? '', ['run', '--config', file, '--adapter', 'caddyfile'], {
      stdio: 'ignore',
      env: { PATH: process.env.PATH, HOME: folder },
    })
    try {
      await once(child, 'spawn')
      await sleep(300)
      const [section] = sections()
      if (section?.kind !== 'script') throw new Error('not a script')
      for (const [program = '', ...args] of shells) {
        const home = join(folder, 'home')
        mkdirSync(home, { recursive: true })
        const { stdout } = spawnSync(program, [...args, '-c', section.script], {
          encoding: 'utf8',
          env: { PATH: process.env.PATH, LC_ALL: 'C', HOME: home },
        })
        // Caddy's libraries make folders below HOME when they are let.
        expect(readdirSync(home)).toEqual([])
        expect(stdout).not.toMatch(/s3cret|Zkx19/)
        if (!stdout.includes(`@process ${child.pid}\n`)) continue
        const mine = readCaddies(knownCaddies(redact(stdout), nowhere)).find(({ pid }) => pid === child.pid)
        if (!mine) throw new Error(stdout)
        const routes = items(field(mine.config, 'apps', 'http', 'servers', 'srv0', 'routes'))
        expect(JSON.stringify(plain(routes[0]))).toContain('a,\\"b,{\\"[{')
        expect(mine).toMatchObject({ pid: child.pid, imports: ['answers', 'sites/*', '../sites/none*'] })
        expect(mine.version).toMatch(/^\d+\.\d+\.\d+/)
        expect(textOf(items(field(mine.config, 'apps', 'http', 'servers', 'srv0', 'listen'))[0])).toBe(':18099')
      }
    } finally {
      child.kill()
      rmSync(folder, { recursive: true, force: true })
    }
  },
  30_000,
)

test.skipIf(caddyProgram === undefined)(
  'one that was started by words alone and one of another name are seen',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gatehouse-caddy-words-'))
    writeFileSync(join(folder, 'Caddyfile'), '{\n\tadmin off\n\tauto_https off\n}\nhttp://127.3.3.6:18231 {\n\trespond "ok"\n}\n')
    symlinkSync(caddyProgram ?? '', join(folder, 'frankenphp'))
    const env = { PATH: process.env.PATH, HOME: folder }
    const started = [
      spawn(caddyProgram ?? '', ['reverse-proxy', '--from', 'http://127.3.3.5:18230', '--to', '127.0.0.1:11434'], { stdio: 'ignore', env }),
      spawn(join(folder, 'frankenphp'), ['run', '--config', join(folder, 'Caddyfile'), '--adapter', 'caddyfile'], { stdio: 'ignore', env }),
    ]
    try {
      await Promise.all(started.map((child) => once(child, 'spawn')))
      await sleep(300)
      const [section] = sections()
      if (section?.kind !== 'script') throw new Error('not a script')
      const { stdout } = spawnSync('sh', ['-c', section.script], { encoding: 'utf8', env: { PATH: process.env.PATH, LC_ALL: 'C' } })
      const found = parseCaddy(stdout, nowhere)
      const of = (at: number) => typeof found !== 'string' && found.find(({ pid }) => pid === started[at]?.pid)
      expect(of(0)).toMatchObject({ unread: 'it was started without --config, in a folder that was not asked for' })
      expect(of(1)).toMatchObject({ source: 'file' })
    } finally {
      // Caddy writes below its HOME until it has ended.
      await Promise.all(
        started.map((child) => {
          const ended = once(child, 'exit')
          child.kill()
          return ended
        }),
      )
      rmSync(folder, { recursive: true, force: true })
    }
  },
  30_000,
)

test.skipIf(caddyProgram === undefined)(
  'of two, each is asked where its own file says, and one whose endpoint is off is not taken for the other',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gatehouse-caddies-'))
    const start = (name: string, text: string) => {
      writeFileSync(join(folder, name), text)
      const env = { PATH: process.env.PATH, HOME: folder }
      return spawn(caddyProgram ?? '', ['run', '--config', join(folder, name), '--adapter', 'caddyfile'], { stdio: 'ignore', env })
    }
    const site = (port: number) => `http://127.3.3.4:${port} {\n\trespond "${port}"\n}\n`
    const children = [
      start('usual', `{\n\tauto_https off\n}\n${site(18201)}`),
      start('off', `{\n\tadmin off\n\tauto_https off\n}\n${site(18202)}`),
      start('elsewhere', `{\n\tadmin localhost:18219\n\tauto_https off\n}\n${site(18203)}`),
      start('socket', `{\n\tadmin unix/${join(folder, 'admin.sock')}\n\tauto_https off\n}\n${site(18205)}`),
      start('variable', `{\n\tauto_https off\n\tadmin {$NONE:off}\n}\n${site(18204)}`),
    ]
    try {
      await sleep(1500)
      const [section] = sections()
      if (section?.kind !== 'script') throw new Error('not a script')
      for (const [program = '', ...args] of shells) {
        const { stdout } = spawnSync(program, [...args, '-c', section.script], {
          encoding: 'utf8',
          env: { PATH: process.env.PATH, LC_ALL: 'C', HOME: '/nonexistent' },
        })
        const fact = knownCaddies(stdout, nowhere)
        if (!fact.known) throw new Error(fact.reason)
        const rows = children.map((child) => {
          const one = fact.value.instances.find(({ pid }) => pid === child.pid)
          return [one?.source, textOf(items(field(one?.config, 'apps', 'http', 'servers', 'srv0', 'listen'))[0])]
        })
        expect(rows, stdout).toEqual([
          ['admin', ':18201'],
          ['file', ':18202'],
          ['admin', ':18203'],
          ['admin', ':18205'],
          [undefined, undefined],
        ])
      }
    } finally {
      for (const child of children) child.kill()
      rmSync(folder, { recursive: true, force: true })
    }
  },
  60_000,
)
