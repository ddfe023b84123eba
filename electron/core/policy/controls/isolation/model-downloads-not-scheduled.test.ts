import { describe, expect, test } from 'vitest'
import { known, unknown } from '../../../facts/fact.ts'
import { outcomes } from '../proxy/proxy-facts.ts'
import { ask } from './isolation-facts.testing.ts'
import notScheduled from './model-downloads-not-scheduled.control.ts'

describe('model-downloads-not-scheduled', () => {
  const cron = (command: string) => ({ cron: known([{ file: '/etc/cron.d/x', account: 'root', command, line: 5 }]) })
  const timed = (command: string) => ({ timed: known([{ unit: 'x.service', command, line: 6 }]) })
  const script = (path: string, text?: string, read = true) => {
    const fetches = text === undefined ? [] : [{ file: path, number: 3, text, line: 9 }]
    return { scripts: known([{ path, read, fetches, line: 7 }]) }
  }
  const pass = 'pass: No job names a download of models'
  const fail = 'fail: A job fetches models'
  const byScript = 'fail: A script of a job fetches models'
  const closed = 'not-evaluated: What a job runs could not be read'
  test.each<[string, object, string]>([
    ['nothing', {}, 'not-applicable: Nothing is scheduled'],
    ['run-parts', cron('cd / && run-parts --report /etc/cron.hourly'), pass],
    ['Ollama', cron('/usr/local/bin/ollama pull llama3.3 >/dev/null 2>&1'), fail],
    ['Ollama, another subcommand', cron('ollama list'), pass],
    ['a hub', cron('HF_HOME=/m huggingface-cli download org/x'), fail],
    ['a hub in a timer', timed('/opt/venv/bin/hf download org/x --local-dir /m'), fail],
    ['a name that only ends alike', timed('/opt/self-hf download x'), pass],
    ['curl of a hub', cron('cd /m && curl -LO https://huggingface.co/org/x/resolve/main/x.gguf'), fail],
    ['curl of another host', cron('curl -fsS https://status.dc1.example/ping'), pass],
    ['the route of Ollama', cron(`curl -d '{"model":"x"}' http://127.0.0.1:11434/api/pull`), fail],
    ['git-lfs', timed('/usr/bin/git lfs pull'), fail],
    ['a script', { ...cron('/opt/a.sh'), ...script('/opt/a.sh', 'ollama pull x') }, byScript],
    ['a script behind a shell and a lock', { ...cron('flock -n /run/l sh /opt/a.sh'), ...script('/opt/a.sh', 'ollama pull x') }, byScript],
    ['a script of a timer', { ...timed('/opt/a.sh'), ...script('/opt/a.sh', 'ollama pull x') }, byScript],
    ['a script in a folder of cron', script('/etc/cron.daily/models', 'hf download org/x'), byScript],
    ['a script that is only archived', { ...cron('tar cf /b /opt/a.sh'), ...script('/opt/a.sh', 'ollama pull x') }, pass],
    ['a script that is harmless', { ...cron('/opt/a.sh'), ...script('/opt/a.sh') }, pass],
    ['a script that is closed', { ...cron('/root/a.sh'), ...script('/root/a.sh', undefined, false) }, closed],
    ['a file that is closed and not run', { ...cron('tar cf /root/b.tar /srv'), ...script('/root/b.tar', undefined, false) }, pass],
    ['cron unread', { ...timed('/x'), cron: unknown('sudo refused', ['access']) }, 'not-evaluated: Jobs of cron could not be read'],
    ['timers unread', { timed: unknown('not asked', ['access']) }, 'not-evaluated: Timers could not be read'],
  ])('%s', (_, access, expected) => {
    const given = { cron: known([]), timed: known([]), scripts: known([]), ...access }
    expect(outcomes(ask(notScheduled, { access: given }, false))).toEqual([expected])
  })
})
