import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type AuditReport, auditReportSchema } from '#shared/model/report.ts'
import { arrange, kill, lab, start } from './lab.ts'

/** The jump host itself, and a server that hides the processes of others. */

const env = { ...process.env, HOME: lab.home, SSH_ASKPASS: lab.askpass, SSH_ASKPASS_REQUIRE: 'force' }
let folder: string
let fleet: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-lab-'))
  fleet = join(folder, 'fleet.yaml')
  writeFileSync(fleet, readFileSync(lab.fleetFile, 'utf8').replace('  - name: jump\n', '  - name: jump\n    audit: true\n'))
})
afterAll(() => rmSync(folder, { recursive: true }))

/** Standard output of `gatehouse`; its exit code says what was found, not whether it worked. */
async function gatehouse(...words: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, [lab.cli, ...words], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  let text = ''
  for await (const part of child.stdout.setEncoding('utf8')) text += part
  return text
}

async function audited(host: string): Promise<AuditReport['hosts'][number]> {
  const text = await gatehouse('audit', '--fleet', fleet, '--data', join(folder, 'data'), '--json', '--host', host)
  const found = auditReportSchema.parse(JSON.parse(text)).hosts.find(({ name }) => name === host)
  if (!found) throw new Error(`${host} is not in the report`)
  return found
}
const said = ({ findings }: AuditReport['hosts'][number], control: string) =>
  findings.filter((finding) => finding.control === control).map(({ status, title }) => `${status}: ${title}`)

describe('the jump host', () => {
  test('is looked at without sudo: what could not be read is not passed', async () => {
    const jump = await audited('jump')
    expect(jump.state).toBe('limited')
    expect(said(jump, 'jump-second-factor-required')).toEqual(['not-evaluated: Could not be read without sudo'])
    expect(said(jump, 'inference-bound-to-loopback')).toEqual(['not-applicable: No inference server on this host'])
  })

  test('with the drop-in of gatehouse sudoers: a key and a code are asked, and forwarding is not bounded', async () => {
    await arrange(
      'jump',
      'cat >/etc/sudoers.d/gatehouse && chmod 440 /etc/sudoers.d/gatehouse && visudo -c',
      await gatehouse('sudoers', '--fleet', fleet, '--host', 'jump', ...lab.sudoWords),
    )
    const jump = await audited('jump')
    expect(said(jump, 'jump-second-factor-required')).toEqual(['pass: A key and a second factor are asked'])
    expect(said(jump, 'jump-forwards-to-fleet-only')).toEqual(['fail: The jump host forwards to anywhere'])
    expect(said(jump, 'sshd-no-root-login')).toEqual(['pass: root cannot log in'])
    expect(said(jump, 'ssh-only-from-jump')).toEqual(['not-applicable: This is the jump host'])
  })

  test('a code that some need not is found in the stack of PAM', async () => {
    await arrange('jump', 'sed -i "s/pam_google_authenticator.so$/& nullok/" /etc/pam.d/sshd')
    expect(said(await audited('jump'), 'jump-second-factor-required')).toEqual(['warning: Accounts without a secret pass the second step'])
    await arrange('jump', 'sed -i "s/ nullok$//" /etc/pam.d/sshd')
  })
})

test('an SSH port that the rules leave open: what from= and Match of the real sshd hold', async () => {
  const keys = '/home/gatehouse-*/.ssh/authorized_keys'
  await arrange('gpu1', `ufw allow 22/tcp; for f in ${keys}; do cp -p "$f" "$f.kept"; sed -i 's/^[a-z]/from="10.77.2.10" &/' "$f"; done`)
  try {
    expect(said(await audited('gpu1'), 'ssh-only-from-jump')).toEqual(['warning: SSH is open, its keys bound to the jump host'])
    await arrange(
      'gpu1',
      String.raw`printf 'Match Address *,!10.77.2.10\n  DenyUsers *\n' >/etc/ssh/sshd_config.d/zz-jump.conf; sshd -t; systemctl reload ssh; cd ~gatehouse-change/.ssh && cp -p authorized_keys.kept authorized_keys`,
    )
    expect(said(await audited('gpu1'), 'ssh-only-from-jump')).toEqual(['pass: sshd lets accounts in from the jump host only'])
  } finally {
    await arrange(
      'gpu1',
      `ufw delete allow 22/tcp; rm -f /etc/ssh/sshd_config.d/zz-jump.conf; systemctl reload ssh; for f in ${keys}; do mv "$f.kept" "$f"; done`,
    )
  }
})

test('hidepid on a server: what rests on processes is not evaluated, and says why', async () => {
  await arrange('gpu1', 'mount -o remount,hidepid=2 /proc')
  try {
    const gpu1 = await audited('gpu1')
    expect(said(gpu1, 'inference-bound-to-loopback')).toEqual(['not-evaluated: What the host said could not be read'])
    expect(gpu1.findings.find(({ control }) => control === 'inference-bound-to-loopback')?.reason).toMatch(/mounted with hidepid=/)
    expect(gpu1.items.find(({ id }) => id === 'INF-1')?.status).toBe('not-evaluated')
  } finally {
    await kill('gpu1')
    await start('gpu1')
  }
})
