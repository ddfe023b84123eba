import { spawn } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { askProxy, setStage, started } from '../../real-proxy.testing.ts'
import { parseJsonLines } from '../json-lines.ts'
import { caddyAccessLog } from './access-log.ts'
import { caddyProgram } from './run-caddy.testing.ts'

const HOST = 'ai.example'
const access = 'http.log.access'
const file = (name: string) => ({ writer: { output: 'file', filename: `@FOLDER@/${name}` } })

/** Settings of the server, logs of Caddy, and the logs that a request to the host is written to. */
const cases: Readonly<Record<string, readonly [server: object, logs: object, written: readonly string[]]>> = {
  nothing: [{}, { default: file('default') }, []],
  'the default log': [{ logs: {} }, { default: file('default') }, ['default']],
  'the default and another': [{ logs: {} }, { default: file('default'), all: file('all') }, ['all', 'default']],
  'a log of its own': [
    { logs: { default_logger_name: 'log0' } },
    { default: { ...file('default'), exclude: [`${access}.log0`] }, log0: { ...file('log0'), include: [`${access}.log0`] } },
    ['log0'],
  ],
  'a name that begins alike': [
    { logs: { default_logger_name: 'log10' } },
    { default: { ...file('default'), exclude: [`${access}.log1`] }, log1: { ...file('log1'), include: [`${access}.log1`] } },
    ['default'],
  ],
  'a host that is skipped': [{ logs: { skip_hosts: [HOST] } }, { default: file('default') }, []],
  'another host is skipped': [{ logs: { skip_hosts: ['other.example'] } }, { default: file('default') }, ['default']],
  'hosts without a name are skipped': [{ logs: { skip_unmapped_hosts: true } }, { default: file('default') }, []],
  'excluded from all': [{ logs: {} }, { default: { ...file('default'), exclude: ['http'] } }, []],
  'included by a longer name': [
    { logs: { default_logger_name: 'a' } },
    { default: { ...file('default'), exclude: ['http.log'] }, own: { ...file('own'), include: [`${access}.a`], exclude: ['http.log'] } },
    ['own'],
  ],
  'thrown away': [{ logs: {} }, { default: { writer: { output: 'discard' } } }, []],
}

const configurationOf = (server: object, logs: object, listen: string) => ({
  admin: { disabled: true },
  logging: { logs },
  apps: {
    http: {
      servers: {
        srv0: {
          listen: [listen],
          automatic_https: { disable: true },
          routes: [{ handle: [{ handler: 'static_response', status_code: 204 }] }],
          ...server,
        },
      },
    },
  },
})
const read = (value: object) => {
  const node = parseJsonLines(JSON.stringify(value, null, 1), 1)
  if (!node) throw new Error('no JSON')
  return node
}
const predicted = (server: object, logs: object) =>
  caddyAccessLog(read(configurationOf(server, logs, ':80')), read(server), HOST)
    .logs.filter(({ to }) => to === 'file')
    .map(({ name }) => name)
    .sort()

test.each(Object.entries(cases))('%s', (_, [server, logs, written]) => {
  expect(predicted(server, logs)).toEqual(written)
})

/** As Caddy 2.11.4 writes them; 2.6.2 knows no `log_name`. */
test.each<[string, object, object, readonly string[], boolean]>([
  ['a log that all logs take in', {}, { default: file('default') }, ['default'], false],
  [
    'a log of its own beside the default one',
    {},
    { default: { ...file('default'), exclude: [`${access}.own`] }, own: { ...file('own'), include: [`${access}.own`] } },
    ['default', 'own'],
    false,
  ],
  ['a log that nobody takes in', {}, { default: { ...file('default'), exclude: [`${access}.own`] } }, ['default'], true],
  ['a log of a server that logs nothing', { logs: undefined }, { default: file('default') }, [], false],
])('log_name: %s', (_, more, logs, written, skips) => {
  const named = [{ match: [{ path: ['/x'] }], handle: [{ handler: 'vars', access_logger_names: ['own'] }] }]
  const server = { logs: {}, routes: named, ...more }
  expect(predicted(server, logs)).toEqual(written)
  expect(caddyAccessLog(read(configurationOf(server, logs, ':80')), read(server), HOST).skips !== undefined).toBe(skips)
})

test.runIf(caddyProgram)('the real Caddy writes the same', { timeout: 60_000 }, async () => {
  for (const [name, [server, logs, written]] of Object.entries(cases)) {
    const stage = await setStage('caddy-log', (_, answer) => answer.end())
    const configuration = JSON.stringify(configurationOf(server, logs, `127.0.0.1:${stage.port}`)).replaceAll('@FOLDER@', stage.folder)
    const path = join(stage.folder, 'caddy.json')
    writeFileSync(path, configuration)
    const child = spawn(caddyProgram ?? '', ['run', '--config', path], {
      stdio: 'ignore',
      env: { PATH: process.env.PATH, HOME: stage.folder },
    })
    const ask = () =>
      askProxy({ address: '127.0.0.1', port: stage.port, method: 'GET', path: '/found-me', login: false, from: '127.0.0.1', name: HOST })
    let seen: string[] = []
    const stop = await started(child, stage, ask, () => name)
    seen = Object.keys(logs).filter(
      (log) => existsSync(join(stage.folder, log)) && /found-me/.test(readFileSync(join(stage.folder, log), 'utf8')),
    )
    await stop()
    expect([name, seen.sort()]).toEqual([name, written])
  }
})

test('what a log is made of', () => {
  const of = (log: object, server: object = { logs: {} }) =>
    caddyAccessLog(read(configurationOf(server, { default: log }, ':80')), read(server), HOST)
  expect(of({}).logs).toMatchObject([{ to: 'stream', format: 'json', partial: false }])
  expect(of({ encoder: { format: 'console' } }).logs).toMatchObject([{ format: 'text' }])
  expect(
    of({ encoder: { format: 'filter', wrap: { format: 'json' }, fields: { 'request>headers>Cookie': { filter: 'delete' } } } }).logs,
  ).toMatchObject([{ format: 'json' }])
  expect(of({ encoder: { format: 'filter', wrap: { format: 'json' }, fields: { user_id: { filter: 'delete' } } } }).logs).toMatchObject([
    { format: 'unknown' },
  ])
  expect(of({ encoder: { format: 'transform' } }).logs).toMatchObject([{ format: 'unknown' }])
  expect(of({ level: 'ERROR' }).logs).toMatchObject([{ partial: true }])
  expect(of({ sampling: { first: 1 } }).logs).toMatchObject([{ partial: true }])
  expect(of({ writer: { output: 'file', filename: '/a' } }).logs).toMatchObject([{ to: 'file', keptDays: 90 }])
  expect(of({ writer: { output: 'file', filename: '/a', roll_keep_days: 14 } }).logs).toMatchObject([{ keptDays: 14 }])
  expect(of({ writer: { output: 'file', filename: '/a', roll: false } }).logs).toMatchObject([{ path: '/a', keptDays: undefined }])
  expect(of({}, { logs: { should_log_credentials: true } }).credentials).toBe(true)
  expect(of({}, { logs: {}, routes: [{ handle: [{ handler: 'vars', log_skip: true }] }] }).skips).toBeDefined()
})
