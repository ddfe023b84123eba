import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type ConsoleRun, gatehouse } from './console.ts'
import { arrange, asRoot, install, lab } from './lab.ts'

/** Operator work on a host with a systemd, a sudo and a journal of its own. */
const FOLDER = '/run/systemd/system/ollama.service.d'
const PROMPT = 'tell me the salary of Zqxv Okafor'
let data: string
/** The fleet of the lab with an account that operates, which is made here. */
let operated: string

beforeAll(async () => {
  data = mkdtempSync(join(tmpdir(), 'gatehouse-operate-'))
  operated = join(data, 'fleet.yaml')
  const text = readFileSync(lab.fleetFile, 'utf8')
  writeFileSync(
    operated,
    text.replace(/^ {2}change: .*$/m, (line) => `${line}\n${line.replaceAll('change', 'operate')}`),
  )
  await arrange(
    'gpu2',
    `id gatehouse-operate 2>/dev/null || useradd --create-home --shell /bin/sh gatehouse-operate
     install -d -m 700 -o gatehouse-operate ~gatehouse-operate/.ssh
     install -m 600 -o gatehouse-operate "$(eval echo ~gatehouse-change)/.ssh/authorized_keys" ~gatehouse-operate/.ssh/authorized_keys`,
  )
  await install('gpu2', 'podman', ['unpack.sh', 'image.sh', 'podman.sh'])
  await arrange(
    'gpu2',
    `podman tag localhost/stand-ins localhost/localai/localai:v3.0.0
     podman run --detach --name localai localhost/localai/localai:v3.0.0 /bin/sh -c '
     trap "exit 0" TERM
     echo "8:12AM INF LocalAI API is listening! Please connect to the endpoint for API documentation."
     echo "8:12AM DBG Prompt (after templating): ${PROMPT}" >&2
     echo "${PROMPT}"
     while :; do sleep 0.2; done'`,
  )
  await gatehouse(['audit', '--fleet', operated, '--host', 'gpu2', '--data', data])
}, 180_000)
afterAll(async () => {
  await calm()
  await asRoot(
    'gpu2',
    'rm -f /etc/sudoers.d/gatehouse-operate; userdel -rf gatehouse-operate; podman rm --force --all --time 1; rm /usr/bin/podman',
  )
  rmSync(data, { recursive: true })
})

const calm = () =>
  arrange('gpu2', `rm -rf ${FOLDER}; systemctl daemon-reload; systemctl reset-failed ollama 2>/dev/null; systemctl restart ollama; sleep 1`)
beforeEach(calm, 60_000)

const operate = (
  verb: string,
  more: { readonly fleet?: string; readonly unit?: string; readonly onStderr?: (said: string) => void } = {},
): Promise<ConsoleRun> => {
  const { fleet = lab.fleetFile, unit = 'ollama.service', onStderr = () => undefined } = more
  const yes = verb === 'logs' || verb === 'status' ? [] : ['--yes']
  return gatehouse(['operate', verb, '--fleet', fleet, '--host', 'gpu2', `--unit=${unit}`, '--data', data, ...yes], onStderr)
}
const property = async (name: string) => (await arrange('gpu2', `systemctl show -p ${name} --value ollama.service`)).trim()
const ledger = () => readFileSync(join(data, 'ledger.jsonl'), 'utf8')

describe('by the account that pushes', () => {
  test('restarted, stopped and started: the host says the same, and the ledger has before and after', async () => {
    const before = await property('MainPID')
    const restarted = await operate('restart')
    expect([restarted.status, restarted.stdout]).toEqual([0, expect.stringMatching(/^gpu2: proven: .*port 11434 listens/)])
    const after = await property('MainPID')
    expect([after === before, restarted.stdout.includes(`process ${after}`)]).toEqual([false, true])

    expect((await operate('stop')).stdout).toMatch(/^gpu2: proven: ollama.service is stopped/)
    expect(await property('ActiveState')).toBe('inactive')
    expect((await operate('status')).stdout).toContain('inactive (dead)')
    expect((await operate('stop')).stderr).toContain('operate.not-possible')
    expect((await operate('start')).stdout).toMatch(/^gpu2: proven: .*was started/)
    expect(await property('ActiveState')).toBe('active')
    for (const action of ['operate.restart', 'operate.stop', 'operate.start', 'operate.proven'])
      expect(ledger()).toContain(`"action":"${action}"`)
  }, 240_000)

  test('what no audit found is refused', async () => {
    for (const unit of ['ssh.service', '*.service', '-H.service', 'ollama.service ssh.service']) {
      const { status, stderr } = await operate('stop', { unit })
      expect([unit, status, stderr]).toEqual([unit, 2, expect.stringMatching(/operate\.unknown-unit/)])
    }
  }, 120_000)

  test('a service that does not come up is not restarted', async () => {
    await arrange(
      'gpu2',
      `mkdir -p ${FOLDER}; printf '[Service]\\nExecStartPre=/bin/false\\nRestart=no\\n' >${FOLDER}/x.conf; systemctl daemon-reload`,
    )
    const { status, stdout } = await operate('restart')
    expect([status, stdout]).toEqual([1, expect.stringMatching(/^gpu2: failed: ollama.service is failed \(exit-code\)/)])
  }, 60_000)

  test.each([0.2, 0.6, 1.2])(
    'the link is cut %f s into the restart: the truth is found',
    async (seconds) => {
      const before = await property('MainPID')
      let cut: Promise<unknown> | undefined
      const { status, stdout } = await operate('restart', {
        onStderr: (said) => {
          if (said.includes('systemctl restart')) cut ??= asRoot('gpu2', `sleep ${seconds}; pkill -9 -u gatehouse-change,gatehouse-audit`)
        },
      })
      await cut
      const happened = (await property('MainPID')) !== before
      expect([happened, status]).toEqual(stdout.startsWith('gpu2: proven') ? [true, 0] : [false, 1])
    },
    120_000,
  )
})

describe('by an account of its own', () => {
  test('without a right nothing is done, and the line that would allow it is said', async () => {
    await asRoot('gpu2', 'rm -f /etc/sudoers.d/gatehouse-operate')
    const before = await property('MainPID')
    for (const verb of ['restart', 'logs']) {
      const { status, stderr } = await operate(verb, { fleet: operated })
      expect([status, stderr]).toEqual([2, expect.stringMatching(/operate\.not-allowed/)])
      expect(stderr).toMatch(/gatehouse-operate ALL=\(root\) NOPASSWD: \/usr\/bin\/(?:systemctl|journalctl) /)
    }
    expect(await property('MainPID')).toBe(before)
  }, 60_000)

  test('with the lines that Gatehouse prints it restarts and reads, and can do nothing else', async () => {
    const { stdout } = await gatehouse(['sudoers', '--fleet', operated, '--host', 'gpu2', '--data', data, ...lab.sudoWords])
    const lines = stdout.slice(stdout.indexOf('# Gatehouse: account that starts'))
    await arrange('gpu2', 'cat >/run/op && visudo -q -c -f /run/op && install -m 440 /run/op /etc/sudoers.d/gatehouse-operate', lines)
    await arrange(
      'gpu2',
      `mkdir -p ${FOLDER}; cat >/run/planted; printf '[Service]\\nExecStartPre=/bin/cat /run/planted\\n' >${FOLDER}/x.conf; systemctl daemon-reload`,
      [
        `time=2026-11-26T08:12:15.123Z level=DEBUG source=routes.go:1471 msg="chat request" images=0 prompt="<|user|>${PROMPT}"`,
        '[GIN] 2026/11/26 - 08:12:15 | 200 |  1.234567s |       127.0.0.1 | POST     "/api/chat"',
        `${PROMPT} on a line of its own`,
        `\u001b[32mINFO\u001b[0m 11-26 08:12:15 [logger.py:39] Received request cmpl-0a1b: prompt: '${PROMPT}', params: None.`,
        `{"prompt":"${'x'.repeat(5000)} ${PROMPT}"}`,
        '',
      ].join('\n'),
    )
    expect((await operate('restart', { fleet: operated })).stdout).toMatch(/^gpu2: proven/)
    const logs = await operate('logs', { fleet: operated })
    expect(logs.status).toBe(0)
    for (const word of ['salary', 'Zqxv']) expect(logs.stdout).not.toContain(word)
    expect(logs.stdout).toMatch(/prompt=\[removed: prompt, \d+ characters\]/)
    expect(logs.stdout).toContain('| POST "/api/chat"')
    expect(logs.stdout).toContain('INFO 11-26 08:12:15 [logger.py:39] Received request cmpl-0a1b: prompt: [removed: prompt, 33 characters]')
    expect(logs.stdout).toContain('[not printed: longer than 4096 bytes]')
    expect(logs.stdout).toMatch(/systemd: Started ollama\.service/)
    for (const command of [
      'systemctl --no-block restart -- ssh.service',
      'systemctl --no-block restart -- ollama.service ssh.service',
      'journalctl',
      '/bin/sh',
      'systemctl edit ollama.service',
    ])
      expect((await asRoot('gpu2', `runuser -u gatehouse-operate -- sudo -n ${command} </dev/null`)).status).not.toBe(0)
  }, 120_000)
})

describe('a container of Podman', () => {
  const inspected = async (field: string) => (await arrange('gpu2', `podman container inspect --format '{{${field}}}' localai`)).trim()
  const at = (verb: string) => operate(verb, { fleet: operated, unit: 'podman:localai' })

  test('restarted, stopped and started by the lines for this one container, its log read without content, and nothing else can be done', async () => {
    const [id, pid] = [await inspected('.Id'), await inspected('.State.Pid')]
    await asRoot('gpu2', 'rm -f /etc/sudoers.d/gatehouse-operate')
    const refused = await at('stop')
    expect([refused.status, refused.stderr]).toEqual([2, expect.stringMatching(/operate\.not-allowed/)])
    expect(refused.stderr).toContain(`gatehouse-operate ALL=(root) NOPASSWD: /usr/bin/podman container stop ${id}, `)
    expect(await inspected('.State.Pid')).toBe(pid)

    const { stdout } = await gatehouse(['sudoers', '--fleet', operated, '--host', 'gpu2', '--data', data, ...lab.sudoWords])
    const lines = stdout.slice(stdout.indexOf('# Gatehouse: account that starts'))
    await arrange('gpu2', 'cat >/run/op && visudo -q -c -f /run/op && install -m 440 /run/op /etc/sudoers.d/gatehouse-operate', lines)
    const restarted = await at('restart')
    expect([restarted.status, restarted.stdout]).toEqual([0, expect.stringMatching(/^gpu2: proven: podman:localai was restarted/)])
    const fresh = await inspected('.State.Pid')
    expect([fresh === pid, restarted.stdout.includes(`process ${fresh}`)]).toEqual([false, true])

    const logs = await at('logs')
    expect([logs.status, logs.stdout]).toEqual([0, expect.stringContaining('LocalAI API is listening!')])
    expect(logs.stdout).toMatch(/8:12AM DBG \[removed: message, \d+ characters\]/)
    for (const word of ['salary', 'Zqxv']) expect(logs.stdout).not.toContain(word)

    expect((await at('stop')).stdout).toMatch(/^gpu2: proven: podman:localai is stopped/)
    expect(await inspected('.State.Status')).toBe('exited')
    expect((await at('start')).stdout).toMatch(/^gpu2: proven: podman:localai was started/)
    expect(await inspected('.State.Running')).toBe('true')
    const others = [
      'rm --force ID',
      'exec ID sh',
      'stop ID ID',
      `stop ${id.slice(0, 12)}`,
      'inspect ID',
      "inspect --format '{{json .Config.Env}}' ID",
    ]
    const tried = others.map((words) => `sudo -n podman container ${words.replaceAll('ID', id)} </dev/null && echo did`).join('\n')
    expect((await asRoot('gpu2', 'runuser -u gatehouse-operate -- sh', tried)).stdout).toBe('')
  }, 120_000)
})
