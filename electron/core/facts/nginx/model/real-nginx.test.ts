import { readFileSync, writeFileSync } from 'node:fs'
import { sample } from 'fast-check'
import { expect, test } from 'vitest'
import { type Prediction, predictor } from './predict.testing.ts'
import { addresses, methods, requestPaths, serverBodies } from './random-configurations.testing.ts'
import { nginxProgram, startNginx } from './run-nginx.testing.ts'

const fixture = new URL('../__fixtures__/choices.json', import.meta.url)

interface Recording {
  readonly body: string
  /** Answers of the real nginx: methods × paths × addresses × without and with a login, in that order. `status[ location path]`. */
  readonly answers: readonly string[]
}

const requests = methods.flatMap((method) =>
  requestPaths.flatMap((path) => addresses.flatMap((from) => [false, true].map((login) => ({ method, path, login, from })))),
)

const print = ({ status, location, path }: Prediction): string =>
  [status, location, path?.split('?')[0]].filter((word) => word !== undefined).join(' ')

/** Where the file system decides, the model only says that nginx answers by itself. */
const agrees = (model: Prediction, real: string): boolean =>
  model.status === 0 ? ['403', '404', '405'].includes(real) : print(model) === real

function disagreements({ body, answers }: Recording): readonly string[] {
  const predict = predictor(body)
  return requests.flatMap(({ method, path, login, from }, index) => {
    const model = predict(method, path, login, from)
    const real = answers[index] ?? ''
    return agrees(model, real)
      ? []
      : [`${method} ${path} from ${from}${login ? ' with login' : ''}: nginx ${real}, model ${print(model)}\n${body}`]
  })
}

const recordings = (): readonly Recording[] => JSON.parse(readFileSync(fixture, 'utf8')) as readonly Recording[]

test.skipIf(process.env.GATEHOUSE_RECORD)('the model answers as nginx 1.22.1 did when this was recorded', () => {
  const all = recordings()
  expect(all.length).toBeGreaterThan(20)
  expect(all.flatMap(disagreements)).toEqual([])
})

const runs = Number(process.env.GATEHOUSE_NGINX_RUNS ?? 0)

/** `GATEHOUSE_NGINX_RUNS=500` asks the nginx of this machine as well; with `GATEHOUSE_RECORD=1` its answers become the recording. */
if (runs > 0)
  test('the model answers as the nginx of this machine does', async () => {
    const bodies = sample(serverBodies, {
      numRuns: runs,
      seed: Number(process.env.GATEHOUSE_SEED ?? 20_261_122),
    })
    const nginx = await startNginx(nginxProgram ?? '', bodies)
    const all: Recording[] = []
    try {
      for (const index of nginx.accepted) {
        const answers: string[] = []
        for (const { method, path, login, from } of requests) answers.push(print(await nginx.ask(index, method, path, login, from)))
        all.push({ body: bodies[index] ?? '', answers })
      }
    } finally {
      await nginx.stop()
    }
    if (process.env.GATEHOUSE_RECORD) writeFileSync(fixture, `${JSON.stringify(all, null, 0).replaceAll('{"body"', '\n{"body"')}\n`)
    expect(all.flatMap(disagreements)).toEqual([])
  }, 300_000)
