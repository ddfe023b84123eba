import type { Program } from '../../../facts/programs/programs.ts'
import { defineControl, type PolicyContext, type Verdict } from '../../control.ts'
import {
  citeProgram,
  type Heard,
  heardFrom,
  judgeExposed,
  noneFound,
  openTo,
  printExposed,
  programName,
  type Surroundings,
} from './program-words.ts'

export default defineControl({
  id: 'metrics-only-from-monitoring',
  item: 'INF-7',
  severity: 'medium',
  title: 'Metrics of the host are told to the monitoring network only',
  rationale:
    'Exporters tell versions, mounts, accounts and load without asking who wants to know. That is a map of the host, and a clock of when it is watched.',
  needs: ['programs'],
  uses: ['firewall', 'network', 'wire'],
  remediation: { template: 'gpu-exporter-unit' },
  references: ['NIST-800-53:SC-7', 'NIST-800-53:AC-4', 'CIS-8:12.2', 'ISO-27001:A.8.22'],
  evaluate: ({ programs, firewall, network, wire }, context) =>
    judgeExposed(
      programs,
      ['exporter'],
      noneFound('No exporter runs here', 'No exporter of metrics was found among processes and containers.'),
      (program, exposed) => judge(program, exposed, { firewall, network }, heardFrom(program, wire), context),
    ),
})

function judge(
  program: Program,
  exposed: Program['binds'],
  surroundings: Surroundings,
  heard: Heard,
  { fleet }: PolicyContext,
): Omit<Verdict, 'subject'> {
  if (heard.authentication === 'on')
    return {
      status: 'pass',
      title: 'The exporter asks for credentials',
      reason: `${programName(program)}${program.decidedBy === undefined ? '' : ` was started with ${program.decidedBy}`}.${heard.said}`,
      cite: [...heard.cite, ...citeProgram(program)],
    }
  const { management } = fleet.networks
  const { state, whom, cite } = openTo(exposed, surroundings, management)
  const expected = management.length > 0 ? management.join(', ') : 'the networks.management of the fleet file, which names none'
  const where = `${programName(program)} listens on ${printExposed(program)}`
  if (state === 'closed')
    return {
      status: 'pass',
      title: 'Only the monitoring network gets there',
      reason: `${where}, and the rules let in only ${expected}.`,
      cite: [...citeProgram(program), ...cite],
    }
  if (state === 'unknown')
    return {
      status: 'not-evaluated',
      title: 'Who may read its metrics is not known',
      reason: `${where}, and who gets there is not known: ${whom}.`,
      cite: [...citeProgram(program), ...cite],
    }
  if (heard.authentication === 'unknown')
    return {
      status: 'not-evaluated',
      title: 'Whether it asks who wants to know is open',
      reason: `${where}, open to ${whom}, and was started with ${program.decidedBy ?? 'settings that are not read'}: what stands there may ask for a password or a certificate, or bring TLS alone. Expected only ${expected}.`,
      hint: 'Let its port in from networks.management only, or look into the file for basic_auth_users or client_auth_type.',
      cite: [...citeProgram(program), ...cite],
    }
  if (heard.authentication === 'default')
    return {
      status: 'warning',
      title: `${program.name} is open with its own login`.slice(0, 60),
      reason: `${where}, open to ${whom}. ${program.danger} Expected only ${expected}.`,
      cite: [...citeProgram(program, `Expected only ${expected}.`), ...cite],
    }
  return {
    status: 'fail',
    title: `${program.name} tells everyone`,
    reason: `${where}, open to ${whom}.${heard.said} Expected only ${expected}.`,
    cite: [...heard.cite, ...citeProgram(program, `Expected only ${expected}.`), ...cite],
  }
}
