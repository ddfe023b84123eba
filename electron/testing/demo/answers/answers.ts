import type { SectionSpec } from '#core/probe/section.ts'
import type { Answer, Answering } from '../answer.ts'
import type { DemoHost } from '../demo-host.ts'
import { access } from './access.ts'
import { caddy } from './caddy.ts'
import { certificates } from './certificates.ts'
import { containerSections } from './containers.ts'
import { firewallSections } from './firewall.ts'
import { gpuHealth } from './gpu-health.ts'
import { gpus } from './gpus.ts'
import { listeners } from './listeners.ts'
import { loopback } from './loopback.ts'
import { modelFiles } from './model-files.ts'
import { networkSections } from './network.ts'
import { nginxSections } from './nginx.ts'
import { oauth2Proxy } from './oauth2-proxy.ts'
import { os } from './os.ts'
import { privileged } from './privileged.ts'
import { processes } from './processes.ts'
import { software, updates } from './software.ts'
import { accounts, groups, pam, sshd, system } from './system.ts'
import { units } from './units.ts'

/** Undefined where the host does not have the program. */
type MaybeAnswering = (...arguments_: Parameters<Answering>) => Answer | undefined

const answers: Readonly<Record<string, MaybeAnswering>> = {
  system,
  access,
  accounts,
  groups,
  sshd,
  pam,
  listeners,
  processes,
  units,
  caddy,
  certificates,
  gpus,
  software,
  updates,
  loopback,
  'gpu-health': gpuHealth,
  os,
  privileged,
  'model-files': modelFiles,
  'oauth2-proxy': oauth2Proxy,
  ...nginxSections,
  ...networkSections,
  ...firewallSections,
  ...containerSections,
}

/** What a host says to a section. A section that the demo does not know is a program that its hosts do not have. */
export function answerSection(host: DemoHost, section: SectionSpec): Answer | undefined {
  const answer = answers[section.id]?.(host, section)
  if (answer === undefined || host.fault !== 'hostile-text') return answer
  return { ...answer, stdout: answer.stdout + HOSTILE, stderr: `${answer.stderr ?? ''}${HOSTILE}` }
}

/** Markup, terminal escapes, bidirectional marks and a very long line, as a hostile host would print them. */
const HOSTILE = `<img src=x onerror=alert(1)>\u001b]0;owned\u0007\u202egnp.exe ${'A'.repeat(10_000)}\n`

/** Sections that the demo knows, for the test that keeps it complete. */
export const answeredSections: readonly string[] = Object.keys(answers)
