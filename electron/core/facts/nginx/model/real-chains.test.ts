import { sample } from 'fast-check'
import { expect, test } from 'vitest'
import type { InferenceService } from '#shared/model/inference-service.ts'
import { parseDump } from '../parse.ts'
import { askChains, chainGroups, dumpOf, type Group, type Through } from './chains.testing.ts'
import { means } from './client-paths.ts'
import { lets } from './predict.testing.ts'
import { proxyRoutesTo } from './routes.ts'
import { nginxProgram } from './run-nginx.testing.ts'

const runs = nginxProgram === undefined ? 0 : Number(process.env.GATEHOUSE_NGINX_RUNS ?? (process.env.CI ? 100 : 12))

const bind = { address: '127.0.0.1', port: 11_434, scope: 'loopback', section: 'listeners', line: 1, basis: 'observed' } as const
const ollama: InferenceService = {
  ...{ id: 'ollama', engine: 'ollama', how: 'systemd', running: true, pids: [], argv: [], binds: [bind], apiKey: 'none', modelPaths: [] },
}

/** Ways of a stranger that the picture does not have, though it says that it has them all. */
function missing(group: Group, through: readonly Through[]): readonly string[] {
  const parsed = parseDump(dumpOf(group))
  if (!parsed.ok) throw new Error(parsed.message)
  const picture = proxyRoutesTo(parsed, [ollama], [])
  if (picture.unmodelled.length > 0) return []
  return through.flatMap(({ asked, path }) => {
    const client = { login: false, from: '127.0.9.9', headers: asked.headers }
    const known = picture.routes.some(
      ({ listen, route, answer }) =>
        listen.port === 9000 + asked.port && route.method === asked.method && means(path, route.path) && lets(answer, client),
    )
    return known ? [] : [`${JSON.stringify(asked)} as ${path}\n${dumpOf(group)}`]
  })
}

if (runs > 0)
  test('no way of a stranger through servers and streams that ask each other is missed', async () => {
    const groups = sample(chainGroups, { numRuns: runs, seed: Number(process.env.GATEHOUSE_SEED ?? 20_261_129) })
    const real = await askChains(nginxProgram ?? '', groups)
    expect(real.size).toBeGreaterThan(runs / 8)
    expect([...real].flatMap(([group, through]) => missing(group, through).slice(0, 1))).toEqual([])
  }, 900_000)
