import { expect, test } from 'vitest'
import type { OperateVerb, UnitState } from '#shared/model/operate.ts'
import { settle } from './settle.ts'

const run = (character: string) => character.repeat(32)
const up: UnitState = {
  ...{ activeState: 'active', subState: 'running', mainPid: 70, invocation: run('a'), result: 'success', unitFileState: 'enabled' },
  ...{ job: false, triggeredBy: '', listening: [11434] },
}
const again: UnitState = { ...up, mainPid: 90, invocation: run('b') }
const down: UnitState = { ...up, activeState: 'inactive', subState: 'dead', mainPid: 0, invocation: '', listening: [] }
const failed: UnitState = { ...down, activeState: 'failed', subState: 'failed', result: 'exit-code', invocation: run('b') }

type Row = readonly [string, OperateVerb, UnitState, UnitState, number, number, RegExp]
const rows: readonly Row[] = [
  ['restarted, listens', 'restart', up, again, 4000, 3000, /^proven .*process 90, port 11434 listens/],
  ['restarted, not steady yet', 'restart', up, again, 4000, 1000, /^waits .*stay up/],
  ['restarted, the model still loads', 'restart', up, { ...again, listening: [] }, 60_000, 50_000, /^waits port 11434 to listen/],
  ['restarted, sockets unreadable', 'restart', up, { ...again, listening: null }, 4000, 3000, /^unknown .*could not be read/],
  ['the job waits', 'restart', up, { ...up, job: true }, 20_000, 20_000, /^waits .*not restarted yet/],
  ['the same process long after', 'restart', up, up, 9000, 9000, /^failed systemd took no job/],
  ['the same process just after', 'restart', up, up, 1000, 1000, /^waits/],
  ['deactivating', 'restart', up, { ...up, activeState: 'deactivating' }, 30_000, 0, /^waits ollama.service is deactivating/],
  ['failed at once', 'restart', up, failed, 2000, 0, /^failed ollama.service is failed \(exit-code\)/],
  [
    'dies and is started again',
    'restart',
    up,
    { ...failed, activeState: 'activating', subState: 'auto-restart' },
    2000,
    0,
    /^failed .*ends as soon/,
  ],
  ['no InvocationID: the process tells', 'restart', { ...up, invocation: '' }, { ...again, invocation: '' }, 4000, 3000, /^proven/],
  ['started', 'start', down, again, 4000, 3000, /^proven .*was started/],
  ['started, still down', 'start', down, down, 2000, 0, /^waits/],
  ['started, down long after', 'start', down, down, 9000, 0, /^failed ollama.service is inactive$/],
  ['it failed before, and the job has not begun', 'start', { ...failed, invocation: run('a') }, { ...failed, job: true }, 100, 0, /^waits/],
  ['stopped', 'stop', up, down, 1000, 0, /^proven .*is stopped; it starts again at the next boot$/],
  [
    'stopped, a socket starts it',
    'stop',
    up,
    { ...down, triggeredBy: 'ollama.socket' },
    1000,
    0,
    /^proven .*ollama.socket starts it again/,
  ],
  ['stopped, sockets unreadable', 'stop', up, { ...down, listening: null }, 1000, 0, /^unknown/],
  ['stopped, the port still answers', 'stop', up, { ...down, listening: [11434] }, 1000, 0, /^waits port 11434 still answers/],
  ['stopped, somebody else has the port', 'stop', up, { ...down, listening: [11434] }, 9000, 0, /^failed .*still listens on port 11434/],
  ['stopping', 'stop', up, { ...up, activeState: 'deactivating', job: true }, 60_000, 0, /^waits/],
  ['runs as before', 'stop', up, up, 9000, 0, /^failed systemd took no job/],
  ['was started again', 'stop', up, again, 3000, 0, /^failed .*something started it again/],
]

test.each(rows)('%s', (_, verb, before, now, sinceMs, steadyMs, expected) => {
  const said = settle({ verb, by: 'systemd', unit: 'ollama.service', ports: [11434], before, now, sinceMs, steadyMs })
  expect('outcome' in said ? `${said.outcome} ${said.detail}` : `waits ${said.waitsFor}`).toMatch(expected)
})
