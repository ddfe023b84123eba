import { createHash } from 'node:crypto'
import { duplexPair } from 'node:stream'
import { createAdvisoryBook } from '#core/advisories/advisory-book.ts'
import { shippedAdvisories } from '#core/advisories/shipped.ts'
import { type AuditedHost, auditHost } from '#core/audit/audit-host.ts'
import { probeContextOf, sectionsOf } from '#core/facts/registry.ts'
import type { ExecOptions, HostSession, Transport } from '#core/ports.ts'
import type { SectionOutput, SectionSpec } from '#core/probe/section.ts'
import { DAY_MS } from '#shared/day.ts'
import { GatehouseError } from '#shared/errors.ts'
import { auditedHosts } from '#shared/model/audited-hosts.ts'
import { type Fleet, fleetSchema } from '#shared/model/fleet.ts'
import type { Answer } from '../demo/answer.ts'
import { answerSection } from '../demo/answers/answers.ts'
import { demoTiers } from '../demo/demo-fleet.ts'
import type { DemoHost } from '../demo/demo-host.ts'
import { finishedFrame, framesOf, helloFrame, KILLED } from '../demo/probe-frames.ts'
import { applied, type CorpusHost, type LookedAtHost, type Tampered } from './corpus-host.ts'
import { corpusDoor } from './tls-doors.ts'

/** The same networks as the demo fleet's. */
export const corpusFleet = (host: DemoHost): Fleet =>
  fleetSchema.parse({
    version: 1,
    name: 'corpus',
    identities: { audit: { user: 'gatehouse-ro' } },
    ...(host.jumpHost
      ? { jump: [{ name: host.name, address: host.address, audit: true }], hosts: [{ name: 'gpu-01', address: '10.20.4.11' }] }
      : { hosts: [{ name: host.name, address: host.address, airGapped: host.airGapped }] }),
    access: demoTiers,
    networks: {
      app: ['10.20.1.0/24'],
      jump: ['10.20.0.10'],
      management: ['10.20.2.0/24'],
      modelStorage: ['10.20.8.0/24'],
      modelAdmins: ['10.0.1.5'],
    },
  })

/** Audits a host of the corpus as the product does, framing and masking included; only SSH is left out. */
export async function auditCorpusHost(it: Pick<CorpusHost, 'base' | 'sins'>): Promise<AuditedHost> {
  const host = applied(it)
  const fleet = corpusFleet(host)
  const entry = auditedHosts(fleet).find(({ name }) => name === host.name)
  if (entry === undefined) throw new Error('the fleet of a corpus host has that host')
  const tamper = (section: string, answer: Answer | undefined): Tampered | undefined =>
    it.sins.reduce<Tampered | undefined>((found, sin) => found ?? sin.answer?.(section, answer), undefined)
  const session: HostSession = {
    exec: async (_, options) => speak(options, host, sectionsOf(probeContextOf(fleet, entry)), tamper),
    openFiles: () => Promise.reject(new Error('not here')),
    openTcp: (port, signal) => {
      const door = corpusDoor(host, port)
      if (typeof door === 'object') {
        const [mine, theirs] = duplexPair()
        door.admit(theirs)
        return Promise.resolve(mine)
      }
      const failure = new GatehouseError({ code: 'ssh.forwarding-refused', detail: 'Connection refused' })
      if (door === 'refused') return Promise.reject(failure)
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(failure)))
    },
    close: () => undefined,
  }
  const transport: Transport = { connect: async () => session, jumpStates: () => [], close: async () => undefined }
  const signal = new AbortController().signal
  return auditHost({ host: entry, fleet, transport, ...knownOf(host), now: Date.now, signal, onProgress: () => undefined })
}

/** With the records of this release as if they were read from their sources some days ago, and no other host to compare keys with. */
function knownOf({ recorded = {}, advisoryAgeDays = 1 }: LookedAtHost) {
  const sections = Object.entries({ 'fleet-keys': 'keys of the fleet\n', ...recorded }).map(
    ([id, stdout]): SectionOutput => ({
      ...{ id, stdout, command: id, state: 'ok', privileged: false, exitCode: 0, stderr: '', durationMs: 0 },
      bytes: Buffer.byteLength(stdout),
      sha256: createHash('sha256').update(stdout).digest('hex'),
    }),
  )
  const source = { kind: 'shipped', publishedMs: Date.now() - advisoryAgeDays * DAY_MS } as const
  return { recorded: sections, advisories: createAdvisoryBook(shippedAdvisories().records, [source]) }
}

function speak(
  { stdin = '', onStdout }: ExecOptions,
  host: DemoHost,
  sections: readonly SectionSpec[],
  tamper: (section: string, answer: Answer | undefined) => Tampered | undefined,
) {
  const nonce = /^{ gh_k=([0-9a-f]{32}); gh_open; }$/m.exec(stdin)?.[1] ?? ''
  onStdout(Buffer.from(helloFrame(nonce, host)))
  for (const [index, section] of sections.entries()) {
    const answer = answerSection(host, section)
    const tampered = tamper(section.id, answer)
    onStdout(Buffer.from(tamperedFrames(nonce, index, section, host, answer, tampered)))
  }
  onStdout(Buffer.from(finishedFrame(nonce)))
  return { exitCode: 0 }
}

function tamperedFrames(
  nonce: string,
  index: number,
  section: SectionSpec,
  host: DemoHost,
  answer: Answer | undefined,
  tampered: Tampered | undefined,
): string {
  if (tampered === undefined) return framesOf(nonce, index, section, host, answer)
  if (tampered === 'missing') return framesOf(nonce, index, section, host, undefined)
  const whole = answer ?? { stdout: '', exitCode: 0 }
  if (tampered === 'denied') {
    // A script that may not run its commands as root ends with what sudo said; the exit code makes it a refusal.
    const denied = { ...whole, stdout: '', exitCode: 126 }
    return framesOf(nonce, index, section, { ...host, sudo: false }, denied)
  }
  const half = Math.floor(whole.stdout.length / 2)
  if (tampered === 'timed-out')
    return framesOf(nonce, index, section, host, { ...whole, stdout: whole.stdout.slice(0, half), exitCode: KILLED })
  if (tampered === 'truncated') return framesOf(nonce, index, { ...section, maxBytes: half }, host, whole)
  return framesOf(nonce, index, section, host, tampered)
}
