import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { array, constantFrom, sample, tuple } from 'fast-check'
import { expect, test } from 'vitest'
import { splitDump } from './dump.ts'
import { includePattern } from './include-pattern.ts'
import { nginxProgram } from './model/run-nginx.testing.ts'

const names = [
  ...['a.conf', 'b.conf', 'B.conf', 'ab.conf', '10.conf', '2.conf', '-.conf', '[a].conf', 'a.conf.bak', 'aconf', 'é.conf', 'a b.conf'],
  ...['.hidden.conf', '.conf', 'sub/a.conf', 'sub/.a.conf', 'sub/deep/a.conf', '.git/a.conf'],
]

const piece = constantFrom(
  '*',
  '*',
  '**',
  '?',
  'a',
  'b',
  '.',
  '.conf',
  '[ab]',
  '[!a]',
  '[^b]',
  '[a-c]',
  '[!.]',
  '[]a]',
  '[.]',
  '/',
  'sub/',
  '-',
  '[--9]',
  '[',
  ']',
  '[a',
)
const globs = tuple(array(piece, { minLength: 1, maxLength: 3 }), constantFrom('', '.conf', '*', '/*.conf', '?conf')).map(
  ([pieces, end]) => pieces.join('') + end,
)

/** Written with the random ones, since many of those match nothing. */
const usual = ['*', '*.conf', '?.conf', '[ab]*', '*/*.conf', '.*', '*/*', '[!a]*.conf', '*/.*', '*conf*', '[[]*', '[]a]*']

test.skipIf(nginxProgram === undefined)(
  'an include takes the files that the nginx of this machine takes, in its order',
  { timeout: 120_000 },
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'gatehouse-include-'))
    try {
      for (const name of names) {
        mkdirSync(dirname(join(folder, 'd', name)), { recursive: true })
        writeFileSync(join(folder, 'd', name), '# nothing\n')
      }
      const runs = Number(process.env.GATEHOUSE_NGINX_RUNS ?? (process.env.CI ? 300 : 20))
      const wrong = [...usual, ...sample(globs, { numRuns: runs, seed: Number(process.env.GATEHOUSE_SEED ?? 20_261_126) })].flatMap(
        (glob) => {
          // Without a wildcard it names one file, and nginx refuses one that is not there. What a path says twice (`//`, `./`), nginx prints as it stands.
          if (!/[*?[]/.test(glob) || /(?:^|\/)\.?\//.test(glob)) return []
          const path = `${folder}/d/${glob}`
          writeFileSync(
            join(folder, 'nginx.conf'),
            `pid ${folder}/pid; error_log stderr; events {} http { access_log off; include "${path}"; }\n`,
          )
          const { status, stdout } = spawnSync(nginxProgram ?? '', ['-T', '-q', '-p', folder, '-c', join(folder, 'nginx.conf')], {
            encoding: 'utf8',
          })
          if (status !== 0 || stdout.includes('/../')) return []
          const real = splitDump(stdout)
            .slice(1)
            .map((file) => file.path.slice(folder.length + 3))
          const pattern = includePattern(path)
          const model = names
            .filter((name) => pattern.test(`${folder}/d/${name}`))
            .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
          return JSON.stringify(model) === JSON.stringify(real) ? [] : [{ glob, real, model }]
        },
      )
      expect(wrong).toEqual([])
    } finally {
      rmSync(folder, { recursive: true })
    }
  },
)
