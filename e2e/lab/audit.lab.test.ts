import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ItemId, itemIds } from '#shared/model/checklist.ts'
import type { Comparison } from '#shared/model/history.ts'
import type { AuditReport } from '#shared/model/report.ts'
import { dayFrom } from '#shared/model/validity.ts'
import type { Outcome } from '#shared/status.ts'
import { visible } from '#shared/words.ts'
import { type AuditRun, audit as auditInto, hostOf } from './audit.ts'
import { gatehouse } from './console.ts'
import { arrange, asRoot, kill, lab, run, type Server, servers, start } from './lab.ts'

/** The main job, as an admin runs it: `gatehouse audit` from the workstation finds the planted sins and no others. */

const expected = JSON.parse(readFileSync(new URL('./expected.json', import.meta.url), 'utf8')) as Record<
  Server,
  Partial<Record<ItemId, { readonly status: Outcome; readonly because: string }>>
>

let data: string
beforeAll(() => {
  data = mkdtempSync(join(tmpdir(), 'gatehouse-lab-'))
})
afterAll(() => {
  rmSync(data, { recursive: true })
})

const audit = (words: readonly string[] = [], onProgress?: (stderr: string) => void): Promise<AuditRun> =>
  auditInto(data, words, onProgress)

describe('the planted sins and no others', () => {
  let run: AuditRun
  beforeAll(async () => {
    run = await audit()
  })

  test('sins found: exit code 1', () => {
    expect(run.status).toBe(1)
  })

  test.each(servers)('%s', (server) => {
    const host = hostOf(run.report, server)
    // With the reasons, so that a difference explains itself.
    const because = (id: ItemId) =>
      host.findings.filter(({ item }) => item === id).map(({ control, status, subject, reason }) => ({ control, status, subject, reason }))
    // A lab of a release that gets no fixes any more (LAB_SUITE) is told so.
    const ended = host.findings.some(({ control, status }) => control === 'os-release-supported' && status === 'fail')
    const isExpected = (id: ItemId, status: Outcome) => {
      const named = ended && id === 'OPS-1' ? 'fail' : expected[server][id]?.status
      return named === undefined ? status === 'not-evaluated' || status === 'needs-attestation' : status === named
    }
    const wrong = host.items.filter(({ id, status }) => !isExpected(id, status))
    expect(wrong.map(({ id, status }) => ({ id, status, expected: expected[server][id], findings: because(id) }))).toEqual([])
  })

  test('connection states: gpu3 is limited, for want of sudo', () => {
    expect(servers.map((server) => hostOf(run.report, server).state)).toEqual(['connected', 'connected', 'limited'])
    expect(hostOf(run.report, 'gpu3').system).toMatchObject({ account: 'gatehouse-audit', sudo: 'none' })
  })

  test('with the drop-in of gatehouse sudoers the audit account is seen whole: it can only look', () => {
    const verdicts = (server: Server) => hostOf(run.report, server).findings.filter(({ control }) => control === 'audit-account-read-only')
    for (const server of ['gpu1', 'gpu2'] as const)
      expect(verdicts(server)).toEqual([expect.objectContaining({ subject: 'gatehouse-audit', status: 'pass' })])
  })

  test('every item of the checklist is in the report of every host', () => {
    for (const server of servers) expect(hostOf(run.report, server).items.map(({ id }) => id)).toEqual([...itemIds])
  })

  const secrets = async (): Promise<readonly string[]> => [
    (await arrange('gpu1', 'sed s/.*=// /etc/vllm/vllm.env')).trim(),
    (await arrange('gpu2', 'cut -d: -f2 /etc/nginx/.htpasswd')).trim(),
    (await arrange('gpu1', 'sed -n 2p /etc/nginx/tls/inference.key')).trim(),
  ]

  test('no secret of a host is in the report', async () => {
    const text = JSON.stringify(run.report)
    for (const secret of await secrets()) {
      expect(secret.length).toBeGreaterThan(20)
      expect(text).not.toContain(secret)
    }
  })

  test('an auditor is answered: a step recorded, a pack that holds by its own guide, with every host and no secret', async () => {
    const answered = async (...words: string[]) => {
      const { status, stderr } = await gatehouse([...words, '--data', data])
      expect([words[0], status, stderr.split('\n').filter((line) => line.startsWith('gatehouse:'))]).toEqual([words[0], 0, []])
    }
    const fleet = ['--fleet', lab.fleetFile]
    await answered('walkthrough', 'start', ...fleet, '--auditor', 'J. Lindqvist')
    const statement = ['--statement', 'In the wiki, rehearsed in May', '--until', dayFrom(Date.now(), 30)]
    await answered('walkthrough', 'record', ...fleet, '--item', 'OPS-2', '--outcome', 'met', '--name', 'M. Ito', ...statement)
    const pack = join(data, 'q4')
    await answered('report', ...fleet, '--pack', `${pack}.zip`)
    await answered('verify', `${pack}.zip`, '--key', join(data, 'console-key.pub.pem'))
    const steps = [...readFileSync(join(pack, 'VERIFY.md'), 'utf8').matchAll(/```sh\n([^`]*)```/g)].map(([, step = '']) => step)
    expect(steps.map((step) => spawnSync('sh', ['-c', step], { cwd: pack }).status)).toEqual(steps.map(() => 0))
    expect(steps.length).toBeGreaterThan(4)
    const files = readdirSync(pack, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    const texts = new Map(
      files.map(({ parentPath, name }) => [relative(pack, join(parentPath, name)), readFileSync(join(parentPath, name), 'utf8')]),
    )
    for (const secret of await secrets()) expect([...texts].filter(([, text]) => text.includes(secret)).map(([name]) => name)).toEqual([])
    for (const name of ['report.html', 'findings.csv', 'findings.sarif', 'oscal/assessment-results.json', 'oscal/poam.json'])
      expect([name, servers.filter((server) => !texts.get(name)?.includes(server))]).toEqual([name, []])
    expect(texts.get('decisions/attestations.json')).toContain('rehearsed in May')
  })

  test('two audits compared: what got worse on one host between them, and nothing else', async () => {
    await arrange('gpu1', 'chmod 644 /etc/vllm/vllm.env')
    await audit()
    await arrange('gpu1', 'chmod 600 /etc/vllm/vllm.env')
    const { status, stdout } = await gatehouse(['compare', 'previous', 'latest', '--fleet', lab.fleetFile, '--json', '--data', data])
    const { changes, only } = JSON.parse(stdout) as Comparison
    expect([status, only]).toEqual([1, { before: [], after: [] }])
    const worse = changes.filter(({ direction }) => direction === 'worse' || direction === 'found')
    expect(worse.map(({ host, control }) => `${host} ${control}`)).toEqual(['gpu1 inference-secrets-not-in-units'])
    await audit()
    expect((await gatehouse(['compare', 'previous', '--fleet', lab.fleetFile, '--data', data])).status).toBe(0)
  })
})

describe('a host that is odd is still judged alike', () => {
  const year = 31_557_600
  const verdicts = (report: AuditReport) => hostOf(report, 'gpu2').items

  // The session of the audit account lives in another year; sshd and the kernel do not, since the lab's hosts share one clock.
  test.each([10, -20])('a clock %d years off', async (years) => {
    const usual = verdicts((await audit(['--host', 'gpu2'])).report)
    const [library = ''] = /^.*libfaketime\.so\.1$/m.exec((await run('dpkg', ['-L', 'libfaketime'])).stdout) ?? []
    await arrange('gpu2', 'base64 -d >/usr/lib/libfaketime.so.1', readFileSync(library).toString('base64'))
    await arrange('gpu2', `printf 'LD_PRELOAD=/usr/lib/libfaketime.so.1\nFAKETIME=%+dy\n' ${years} >/etc/environment`)
    try {
      const { report, stderr } = await audit(['--host', 'gpu2'])
      expect([hostOf(report, 'gpu2').state, hostOf(report, 'gpu2').failure, stderr.includes('error')]).toEqual([
        'connected',
        undefined,
        false,
      ])
      expect(Math.round((hostOf(report, 'gpu2').system?.clockSkewSeconds ?? 0) / year)).toBe(years)
      expect(verdicts(report)).toEqual(usual)
    } finally {
      await arrange('gpu2', ': >/etc/environment')
    }
  })

  test('names with markup, escapes and bytes that are no UTF-8', async () => {
    const usual = verdicts((await audit(['--host', 'gpu2'])).report)
    const name = String.raw`<img src=x onerror=alert(1)>\033]0;owned\007\377\376\303(\342\200\256`
    await arrange(
      'gpu2',
      `name=$(printf '${name}'); printf '%s\\n' "$name" >/etc/motd
       : >"/usr/share/ollama/.ollama/models/$(printf '%s' "$name" | tr / .)"; chown -R ollama: /usr/share/ollama/.ollama/models
       cat >/usr/local/bin/odd && chmod 755 /usr/local/bin/odd && systemd-run -q /usr/local/bin/odd`,
      `#!/bin/bash\nexec -a "$(printf '${name}')" sleep 600\n`,
    )
    expect((await asRoot('gpu2', 'pgrep -fc onerror')).stdout).not.toBe('0\n')
    const { report } = await audit(['--host', 'gpu2'])
    const host = hostOf(report, 'gpu2')
    expect(host.state).toBe('connected')
    expect(verdicts(report)).toEqual(usual)
    const shown = host.findings.flatMap((it) => [
      it.title,
      it.subject,
      it.reason,
      ...it.evidence.flatMap(({ lines }) => lines.map(({ text }) => text)),
    ])
    for (const text of shown) expect(text).toBe(visible(text))
  })
})

describe('trouble in the middle', () => {
  /** Makes the audit of a host last until something happens to it. */
  const hang = (server: Server) =>
    arrange(
      server,
      'mv /usr/bin/nvidia-smi /usr/bin/nvidia-smi.away; printf "#!/bin/sh\\nexec sleep 305\\n" >/usr/bin/nvidia-smi; chmod 755 /usr/bin/nvidia-smi',
    )
  const unhang = (server: Server) => asRoot(server, 'mv /usr/bin/nvidia-smi.away /usr/bin/nvidia-smi')

  test('the jump host dies: the finished stay, the rest say why, and the next audit works', async () => {
    await hang('gpu2')
    let pulled: Promise<void> | undefined
    try {
      const { report } = await audit([], (stderr) => {
        if (stderr.includes('gpu1: done') && stderr.includes('gpu3: done')) pulled ??= kill('jump')
      })
      await pulled
      expect(pulled).toBeDefined()
      expect(hostOf(report, 'gpu1')).toMatchObject({ state: 'connected' })
      const cut = hostOf(report, 'gpu2')
      expect(cut.failure?.code).toMatch(/^ssh\.(jump|connection)-lost$/)
      expect(cut.sections.find(({ id }) => id === 'gpus')?.state).toMatch(/^(not-run|timed-out)$/)
    } finally {
      await start('jump')
      await unhang('gpu2')
    }
    expect((await audit(['--host', 'gpu2'])).report.hosts).toMatchObject([{ name: 'gpu2', state: 'connected' }])
  })

  test('one host loses its power: the others are finished', async () => {
    await hang('gpu2')
    let pulled: Promise<void> | undefined
    try {
      const { report } = await audit([], (stderr) => {
        if (stderr.includes('gpu1: done')) pulled ??= kill('gpu2')
      })
      expect(hostOf(report, 'gpu1').state).toBe('connected')
      expect(hostOf(report, 'gpu3').state).toBe('limited')
      expect(hostOf(report, 'gpu2').failure).toBeDefined()
    } finally {
      await pulled
      await start('gpu2')
    }
  })
})
