import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { awks } from '#testing/installed.ts'
import { askUnits } from '../asked-units.ts'
import { candidatePattern } from '../processes/candidates.ts'
import { collectUnits } from './collect.ts'

/** The piece of the script that finds out which units to ask for, with the folders of systemd below another root. */
const [section] = collectUnits()
const script = section?.kind === 'script' ? section.script : ''
const piece = askUnits + script.slice(script.indexOf('ask_units '), script.indexOf('secret='))

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'gatehouse-names-'))
})
afterEach(() => rmSync(root, { recursive: true }))

const file = (path: string, text = ''): void => {
  mkdirSync(join(root, dirname(path)), { recursive: true })
  writeFileSync(join(root, path), text)
}

function names(awk: readonly string[], before = ''): readonly string[] {
  const text = piece.replaceAll(/ (\/(?:etc|run|usr|lib|sys)\/)/g, ` ${root}$1`).replaceAll('/proc/', `${root}/proc/`)
  const given = `pattern='${candidatePattern}'\nawk() { ${awk.join(' ')} "$@"; }\n${before}${text}printf '%s\\n' "$names"`
  return execFileSync('sh', ['-c', given, 'sh', 'nginx.service', 'caddy.service'], { cwd: root, encoding: 'utf8' }).trim().split('\n')
}

test.each(awks)(
  '%s: units that name an engine and proxies that are there by name, each once and in order; other proxies only where they are loaded',
  (...awk) => {
    file('/usr/lib/systemd/system/nginx.service', '[Service]\nExecStart=/usr/sbin/nginx\n')
    file('/usr/lib/systemd/system/cron.service', '[Service]\nExecStart=/usr/sbin/cron\n')
    file('/usr/lib/systemd/system/vllm@.service', '[Service]\nExecStart=/opt/bin/vllm serve %i\n')
    file('/etc/systemd/system/zeta.service', '[Service]\nExecStart=/opt/bin/vllm serve x\n')
    file('/etc/systemd/system/alpha.service.d/model.conf', '[Service]\nEnvironment=OLLAMA_HOST=127.0.0.1\n')
    file('/etc/systemd/system/zeta.service.d/model.conf', '[Service]\nEnvironment=VLLM_API_KEY=x\n')
    mkdirSync(join(root, '/etc/systemd/system/multi-user.target.wants'), { recursive: true })
    symlinkSync('/nowhere', join(root, '/etc/systemd/system/multi-user.target.wants/vllm@llama.service'))
    expect(names(awk)).toEqual([
      'alpha.service',
      'caddy.servic[e]',
      'llama*.service',
      'local*ai*.service',
      'nginx.service',
      'ollama*.service',
      'vllm*.service',
      'vllm@llama.service',
      'zeta.service',
    ])
  },
)

test('a command that goes on over lines names its engine in any of them', () => {
  file(
    '/etc/systemd/system/chat.service',
    '[Service]\nExecStart=/usr/bin/docker run --rm \\\n  --gpus all \\\n\tvllm/vllm-openai:v0.9 --port 1\n',
  )
  file('/etc/systemd/system/text.service', '[Unit]\nDescription=in front of vllm\n[Service]\nExecStart=/usr/bin/text \\\n # vllm\n  x\n')
  expect(names(['mawk'])).toContain('chat.service')
  expect(names(['mawk'])).not.toContain('text.service')
})

test('an awk that ended with a process whose cgroup it read is asked again, and in the end nothing is told', () => {
  file('/etc/systemd/system/zeta.service', '[Service]\nExecStart=/opt/bin/vllm serve x\n')
  const failing = (times: number) => `awk() { [ "$try" -gt ${times} ] && mawk "$@" && return; echo zero.service; return 2; }\n`
  expect(names(['mawk'], failing(2))).toContain('zeta.service')
  expect(names(['mawk'], failing(2))).not.toContain('zero.service')
  expect(() => names(['mawk'], failing(3))).toThrow('units of processes could not be read')
})

test('a systemctl that the account may not run is not a host without systemd', () => {
  mkdirSync(join(root, '/run/systemd/system'), { recursive: true })
  const ask = (text: string) =>
    spawnSync('/bin/sh', ['-c', text, 'sh', 'x', 'x', 'x', 'x', 'x', 's/x/x/', 'x', ':'], { env: { PATH: root }, encoding: 'utf8' })
  const { status, stdout } = ask(script.replaceAll('/run/systemd/system', `${root}/run/systemd/system`))
  expect([status, stdout]).toEqual([126, 'the account may not run it\n'])
  expect(ask(script.replaceAll('/run/systemd/system', `${root}/none`))).toMatchObject({ status: 0, stdout: '@none\n' })
})
