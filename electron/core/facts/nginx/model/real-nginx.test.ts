import { readFileSync, writeFileSync } from 'node:fs'
import { sample } from 'fast-check'
import { expect, test } from 'vitest'
import { engineRoutes } from '#shared/model/engine-routes.ts'
import { parseDump } from '../parse.ts'
import { means } from './client-paths.ts'
import { askedSockets, askListens, listenGroups, predictSocket } from './listens.testing.ts'
import { type Asked, missing, type Prediction, predictor } from './predict.testing.ts'
import {
  addresses,
  askedHosts,
  methods,
  requestPaths,
  serverBodies,
  serverGroups,
  statements,
  wilderBodies,
  wilderPaths,
} from './random-configurations.testing.ts'
import { nginxProgram, startNginx } from './run-nginx.testing.ts'
import { own } from './scope.ts'
import { chooseServer } from './server-names.ts'
import { readHttp } from './servers.ts'

const fixture = new URL('../__fixtures__/choices.json', import.meta.url)

interface Recording {
  readonly body: string
  /** Answers of the real nginx: methods × paths × addresses × without and with a login, in that order. `status[ location path[ <METHOD]]`. */
  readonly answers: readonly string[]
}

const requests: readonly Asked[] = methods.flatMap((method) =>
  requestPaths.flatMap((path) => addresses.flatMap((from) => [false, true].map((login) => ({ method, path, login, from })))),
)
/** Asked where a configuration believes headers about addresses. */
const forged: readonly Asked[] = statements.flatMap((headers) =>
  requestPaths
    .slice(0, 8)
    .flatMap((path) => addresses.flatMap((from) => [false, true].map((login) => ({ method: 'GET', path, login, from, headers })))),
)
const requestsFor = (body: string): readonly Asked[] => (body.includes('set_real_ip_from') ? [...requests, ...forged] : requests)

const print = ({ status, location, path, became }: Prediction): string =>
  [status, location, path?.split('?')[0], became && `<${became}`].filter((word) => word !== undefined).join(' ')

/** Where the file system decides, the model only says that nginx answers by itself; and `error_page … =200` renames what was no error. */
const agrees = (model: Prediction, real: string): boolean =>
  model.status === 0 ? ['403', '404', '405'].includes(real) : print(model) === real || (real === '200' && print(model) === '204')

function disagreements({ body, answers }: Recording): readonly string[] {
  const predict = predictor(body)
  return requestsFor(body).flatMap((asked, index) => {
    const model = predict(asked)
    const { method, path, login, from, headers } = asked
    const real = (answers[index] ?? '').replace(/ <\w+$/, '')
    return agrees(model, real)
      ? []
      : [
          `${method} ${path} from ${from}${login ? ' with login' : ''}${headers ? ` ${JSON.stringify(headers)}` : ''}: nginx ${real}, model ${print(model)}\n${body}`,
        ]
  })
}

/** Requests of an engine's own that came through without a login must be among the ways that were found, whatever the client asked for. */
function missed({ body, answers }: Recording, asked = requestsFor(body)): readonly string[] {
  const through = asked.flatMap(({ method, path: asked, login, from, headers }, index) => {
    const [status, , path = '', became] = (answers[index] ?? '').split(' ')
    const route = engineRoutes.ollama.find((one) => one.method === (became?.slice(1) ?? method) && means(path, one.path))
    return status === '200' && !login && route ? [{ method: route.method, path: route.path, login, from, headers, asked }] : []
  })
  return missing(body, through).map((one) => `${one.method} ${(one as { asked?: string }).asked} as ${one.path} from ${one.from}\n${body}`)
}

const recordings = (): readonly Recording[] => JSON.parse(readFileSync(fixture, 'utf8')) as readonly Recording[]

test.skipIf(process.env.GATEHOUSE_RECORD)('the model answers as nginx 1.22.1 did when this was recorded', { timeout: 60_000 }, () => {
  const all = recordings()
  expect(all.length).toBeGreaterThan(20)
  expect(all.flatMap(disagreements)).toEqual([])
  expect(all.flatMap((one) => missed(one))).toEqual([])
})

/** A few are asked in every run where nginx is installed, many in CI, of which nginx takes more than 500; `GATEHOUSE_NGINX_RUNS` says how many. */
const runs = nginxProgram === undefined ? 0 : Number(process.env.GATEHOUSE_NGINX_RUNS ?? (process.env.CI ? 800 : 12))
const seed = Number(process.env.GATEHOUSE_SEED ?? 20_261_122)

/** So many groups one nginx opens the sockets of. */
const MOST_GROUPS = 800

/** Eight requests at a time, in order. */
async function askAll<T>(all: readonly T[], ask: (one: T) => Promise<Prediction>): Promise<readonly string[]> {
  const answers: string[] = []
  for (let at = 0; at < all.length; at += 8) answers.push(...(await Promise.all(all.slice(at, at + 8).map(ask))).map(print))
  return answers
}

/** With `GATEHOUSE_RECORD=1` its answers become the recording. */
if (runs > 0)
  test('the model answers as the nginx of this machine does', async () => {
    const bodies = sample(serverBodies, {
      numRuns: runs,
      seed,
    })
    const nginx = await startNginx(nginxProgram ?? '', bodies)
    const all: Recording[] = []
    try {
      for (const index of nginx.accepted) {
        const body = bodies[index] ?? ''
        all.push({ body, answers: await askAll(requestsFor(body), (asked) => nginx.ask(index, asked)) })
      }
    } finally {
      await nginx.stop()
    }
    if (process.env.GATEHOUSE_RECORD) writeFileSync(fixture, `${JSON.stringify(all, null, 0).replaceAll('{"body"', '\n{"body"')}\n`)
    expect(all.flatMap(disagreements)).toEqual([])
    expect(all.flatMap((one) => missed(one))).toEqual([])
  }, 900_000)

/** As strangers send them, with names and headers that cost nothing. */
const wilderRequests: readonly Asked[] = ['GET', 'POST'].flatMap((method) =>
  [...requestPaths, ...wilderPaths].flatMap((path) =>
    [undefined, { authorization: `Basic ${btoa('u:guessed')}`, 'x-client': 'anyone' }].flatMap((headers) =>
      ['gpu.lab', 'a.example'].map((host) => ({ method, path, login: false, from: '127.0.0.1', headers, host })),
    ),
  ),
)

if (runs > 0)
  test('no way that the nginx of this machine has to a model without a login is missed', async () => {
    // The picture of all ways costs ten times what nginx takes to answer.
    const bodies = sample(wilderBodies, { numRuns: Math.ceil(runs / 8), seed })
    const nginx = await startNginx(nginxProgram ?? '', bodies)
    const all: Recording[] = []
    try {
      for (const index of nginx.accepted) {
        const body = bodies[index] ?? ''
        all.push({ body, answers: await askAll(wilderRequests, (asked) => nginx.ask(index, asked)) })
      }
    } finally {
      await nginx.stop()
    }
    expect(all.flatMap((one) => missed(one, wilderRequests))).toEqual([])
  }, 900_000)

if (runs > 0)
  test('the model chooses servers as the nginx of this machine does', async () => {
    const bodies = sample(serverGroups, { numRuns: runs, seed })
    const nginx = await startNginx(nginxProgram ?? '', bodies)
    const wrong: string[] = []
    try {
      for (const index of nginx.accepted) {
        const body = (bodies[index] ?? '').replaceAll('@LISTEN@', '127.0.0.1:80')
        const parsed = parseDump(`# configuration file /x/nginx.conf:\nhttp { server { listen 127.0.0.1:80; ${body} } }\n`)
        if (!parsed.ok) throw new Error(parsed.message)
        const { servers } = readHttp(parsed)
        const listen = servers[0]?.listens[0]
        const answers = await askAll(askedHosts, (host) =>
          nginx.ask(index, { method: 'GET', path: '/', login: false, from: '127.0.0.1', host }),
        )
        askedHosts.forEach((host, at) => {
          const chosen = listen && chooseServer(servers, listen, host.replace(/:\d+$/, ''))
          const status = chosen && own(chosen.scope, 'return')?.parameters[0]
          if (status !== answers[at]) wrong.push(`${host}: nginx ${answers[at]}, model ${status}\n${body}`)
        })
      }
    } finally {
      await nginx.stop()
    }
    expect(wrong).toEqual([])
  }, 900_000)

if (runs > 0)
  test('sockets are those that the nginx of this machine opens, and answer with the servers that it chooses', async () => {
    const real = await askListens(nginxProgram ?? '', sample(listenGroups, { numRuns: Math.min(runs * 4, MOST_GROUPS), seed }))
    expect(real.size).toBeGreaterThan(Math.min(runs * 4, MOST_GROUPS) / 16)
    const wrong = [...real].flatMap(([group, answers]) =>
      askedSockets.flatMap((asked, at) => {
        const model = predictSocket(group, asked)
        // Whether localhost is ::1 too is up to /etc/hosts.
        const unsure = asked.address === '::1' && answers[at] !== model && /localhost/i.test(group)
        return model === answers[at] || unsure ? [] : [`${JSON.stringify(asked)}: nginx ${answers[at]}, model ${model}\n${group}`]
      }),
    )
    expect(wrong).toEqual([])
  }, 900_000)
