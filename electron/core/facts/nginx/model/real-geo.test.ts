import { sample } from 'fast-check'
import { expect, test } from 'vitest'
import { type AddressBlock, addressBlock, within } from '../../network/address-block.ts'
import { parseDump } from '../parse.ts'
import { conditionOf } from './condition-words.ts'
import type { Answer } from './journey.ts'
import { geoBodies, geos, maps } from './random-configurations.testing.ts'
import { serve } from './request.ts'
import { nginxProgram, startNginx } from './run-nginx.testing.ts'
import { readHttp } from './servers.ts'
import { toldApart } from './told-apart.ts'

const runs = nginxProgram === undefined ? 0 : Number(process.env.GATEHOUSE_NGINX_RUNS ?? (process.env.CI ? 100 : 24))
const clients = ['127.0.0.1', '127.0.9.9', '127.0.9.10', '127.7.7.7', '127.0.90.1', '127.0.9.99']
const asked = ['GET', 'POST'].flatMap((method) => ['/api/pull', '/o'].flatMap((path) => clients.map((from) => ({ method, path, from }))))

const modelOf = (body: string) => {
  const parsed = parseDump(`# configuration file /x/nginx.conf:\nhttp { ${maps} ${geos} server { listen 80; ${body} } }\n`)
  if (!parsed.ok) throw new Error(parsed.message)
  return readHttp(parsed)
}

/** Does the narrowest network that the client is told apart by lead this way? */
function holds({ assumptions }: Answer, from: string, model: ReturnType<typeof modelOf>): boolean {
  const client = addressBlock(from) as AddressBlock
  return assumptions.every(({ directive, networks = [] }) => {
    const all = (toldApart(conditionOf(directive), directive, model) ?? []).flatMap(({ rules }) => rules)
    const fitting = all.filter(({ block }) => within(client, block))
    const narrowest = Math.max(...fitting.map(({ block }) => block.prefixLength))
    return networks.some(({ block }) => block.prefixLength === narrowest && within(client, block))
  })
}

/** What somebody from this address gets: the way of his network where there is one, else the one that is open to all. Undefined where it is not known. */
function predict(body: string, { method, path, from }: (typeof asked)[number]): string | undefined {
  const model = modelOf(body)
  const [server] = model.servers
  if (!server) throw new Error('no server')
  const answers = serve(model, server, { method, path, scheme: 'http', host: 'localhost', port: 80, mergeSlashes: true, anyHost: true })
  if (answers.some(({ assumptions }) => assumptions.some(({ networks }) => networks === undefined))) return undefined
  const mine = answers.filter((one) => holds(one, from, model)).sort((a, b) => b.assumptions.length - a.assumptions.length)[0]
  return mine?.outcome.kind === 'proxied'
    ? `200 ${mine.location?.path === '/o' ? 2 : 1}`
    : `${mine?.outcome.kind === 'answered' ? mine.outcome.status : 'none'}`
}

if (runs > 0)
  test('addresses of clients lead where the nginx of this machine leads them', async () => {
    const bodies = sample(geoBodies, { numRuns: runs, seed: Number(process.env.GATEHOUSE_SEED ?? 20_261_126) })
    const nginx = await startNginx(nginxProgram ?? '', bodies)
    const wrong: string[] = []
    const notKnown = new Set<number>()
    try {
      expect(nginx.accepted.length).toBe(bodies.length)
      for (const index of nginx.accepted)
        for (const one of asked) {
          const { status, location } = await nginx.ask(index, { ...one, login: false })
          const real = [status, location].filter((word) => word !== undefined).join(' ')
          const model = predict(bodies[index] ?? '', one)
          if (model === undefined) notKnown.add(index)
          else if (real !== model) wrong.push(`${one.method} ${one.path} from ${one.from}: nginx ${real}, model ${model}\n${bodies[index]}`)
        }
    } finally {
      await nginx.stop()
    }
    expect(wrong).toEqual([])
    expect(notKnown.size).toBeLessThan(bodies.length / 4)
  }, 60_000)
