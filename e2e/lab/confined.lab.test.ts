import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { groupBy } from '#shared/group-by.ts'
import type { Finding } from '#shared/model/finding.ts'
import { audit, hostOf } from './audit.ts'
import { arrange, kill, type Server, servers, start } from './lab.ts'

/** What root of the host may not read or run while it answers Gatehouse, as SELinux or AppArmor would have it. Never makes a verdict better. */
const confined: Readonly<Record<string, string>> = {
  'configurations may not be read': denied('--deny', [
    ...['/etc/nginx', '/etc/ssl', '/etc/ufw', '/etc/systemd', '/etc/apt', '/etc/cron.d', '/etc/polkit-1', '/etc/audit'],
    ...['/var/lib/dpkg', '/sys'],
  ]),
  'nor folders be listed': `--strict ${denied('--deny', ['/etc/nginx', '/etc/systemd', '/etc/ufw', '/etc/cron.d', '/etc/polkit-1', '/etc/apt', '/sys'])}`,
  'programs may not be run': denied('--no-exec', [
    ...['/usr/bin/ss', '/usr/sbin/nginx', '/usr/sbin/nft', '/usr/sbin/xtables-nft-multi', '/usr/bin/systemctl', '/usr/bin/openssl'],
    '/usr/bin/dpkg-query',
  ]),
}

function denied(option: string, paths: readonly string[]): string {
  return paths.map((path) => `${option} ${path}`).join(' ')
}

const confine = readFileSync(new URL('variants/confine.py', import.meta.url), 'utf8')
const data = mkdtempSync(join(tmpdir(), 'gatehouse-lab-'))
let free: Readonly<Record<Server, Picture>>

/** Findings by control. */
type Picture = ReadonlyMap<string, readonly Finding[]>
const settled = ({ status }: Finding) => status === 'pass' || status === 'not-applicable'

async function look(): Promise<Readonly<Record<Server, Picture>>> {
  const { report } = await audit(data)
  const picture = (host: Server) => groupBy(hostOf(report, host).findings, ({ control }) => control)
  return { gpu1: picture('gpu1'), gpu2: picture('gpu2'), gpu3: picture('gpu3') }
}

beforeAll(async () => {
  free = await look()
})
afterAll(async () => {
  rmSync(data, { recursive: true })
  for (const host of servers) {
    await kill(host)
    await start(host)
  }
})

test.each(Object.entries(confined))('root is confined: %s', async (_, words) => {
  const unit = `[Service]\nExecStart=\nExecStart=/usr/bin/python3 /usr/local/sbin/confine.py ${words} -- /usr/sbin/sshd -D\n`
  for (const host of servers)
    await arrange(
      host,
      `cat >/usr/local/sbin/confine.py; mkdir -p /etc/systemd/system/ssh.service.d; printf '${unit.replaceAll('\n', '\\n')}' >/etc/systemd/system/ssh.service.d/confined.conf
systemctl daemon-reload; systemctl reset-failed ssh; systemctl restart ssh`,
      confine,
    )
  const now = await look()
  for (const host of servers) {
    const before = [...free[host]]
    expect(new Set(now[host].keys())).toEqual(new Set(free[host].keys()))
    const better = before.filter(([control, was]) => !was.every(settled) && now[host].get(control)?.every(settled))
    expect(better).toEqual([])
  }
  const blinded = [...now.gpu1].filter(([control, is]) => free.gpu1.get(control)?.every(settled) && !is.every(settled))
  expect(blinded.length).toBeGreaterThan(8)
  for (const [, findings] of blinded)
    for (const finding of findings)
      expect(finding).toMatchObject({
        status: expect.stringMatching(/^(?:not-evaluated|pass|not-applicable)$/),
        reason: expect.stringMatching(/\w{3}/),
      })
})
