import { expect, test } from 'vitest'
import { parseJsonLines } from '../json-lines.ts'
import { caddyRoutesTo } from './routes.ts'

test('five thousand routes are followed in bounded time', () => {
  const routes = Array.from({ length: 5000 }, (_, at) => ({
    match: [{ path: [`/app${at}/*`] }],
    handle: [
      {
        handler: 'subroute',
        routes: [
          {
            handle: [
              { handler: 'rewrite', strip_path_prefix: `/app${at}` },
              { handler: 'reverse_proxy', upstreams: [{ dial: '127.0.0.1:11434' }] },
            ],
          },
        ],
      },
    ],
  }))
  const config = parseJsonLines(JSON.stringify({ apps: { http: { servers: { s: { listen: [':443'], routes } } } } }), 1)
  if (!config) throw new Error('no JSON')
  const service = {
    id: 'o',
    engine: 'ollama',
    how: 'process',
    running: true,
    pids: [],
    argv: [],
    apiKey: 'none',
    modelPaths: [],
    binds: [{ address: '127.0.0.1', port: 11434, scope: 'loopback', section: 'listeners', line: 1, basis: 'observed' }],
  } as const
  const before = performance.now()
  const picture = caddyRoutesTo(config, [service], [])
  expect(performance.now() - before).toBeLessThan(20_000)
  // What was not followed to its end is said.
  expect(picture.routes.length > 0 || picture.unmodelled.length > 0).toBe(true)
  expect(new Set(picture.unmodelled.map(({ reason }) => reason))).toEqual(
    new Set(['it takes more steps than Gatehouse follows', 'it rewrites more paths than Gatehouse follows']),
  )
})
