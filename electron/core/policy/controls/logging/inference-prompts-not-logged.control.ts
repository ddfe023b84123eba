import type { Citation } from '../../../facts/citation.ts'
import { type LoggedPrompts, loggedPrompts } from '../../../facts/services/logged-prompts.ts'
import { defineControl, type Verdict } from '../../control.ts'
import { noServices, processLine, serviceName } from '../inference/service-words.ts'

export default defineControl({
  id: 'inference-prompts-not-logged',
  item: 'MON-1',
  severity: 'medium',
  title: 'Prompts and answers are kept out of the logs',
  rationale:
    'Prompts hold contracts, patients and passwords. In a log they outlive every retention rule, and whoever reads logs, or the system that they are shipped to, reads them.',
  steps: 'Take the setting out of the unit and restart it. Delete the logs that hold prompts, also where they were sent to.',
  needs: ['services'],
  uses: ['processes', 'units'],
  references: [
    'NIST-800-53:AU-3(3)',
    'NIST-800-53:SI-12',
    'ISO-27001:A.8.12',
    'OWASP-LLM:LLM02',
    'https://github.com/vllm-project/vllm/pull/21739',
  ],
  evaluate: ({ services, processes, units }): readonly Verdict[] => {
    if (services.length === 0) return noServices
    const allUnits = units.known ? units.value : []
    return services.map((service) => {
      const line = processLine(service, processes)
      const unit = allUnits.find(({ id }) => id === service.unit)
      const answer = loggedPrompts(service)
      const at = 'variable' in answer ? unit?.lines[`Environment:${answer.variable}`] : undefined
      const cite: readonly Citation[] = at ? [{ section: 'units', line: at }] : line ? [{ section: 'processes', line }] : []
      return { subject: service.id, cite, ...wordsOf(answer, serviceName(service)) }
    })
  },
})

function wordsOf(answer: LoggedPrompts, name: string): Pick<Verdict, 'status' | 'title' | 'reason'> {
  const reason = `${name}: ${answer.why}.`
  if (answer.kind === 'logged') return { status: 'fail', title: 'Prompts are written to the log', reason }
  if (answer.kind === 'clean') return { status: 'pass', title: 'Prompts are kept out of the log', reason }
  return { status: 'not-evaluated', title: 'Whether prompts are logged is not known', reason }
}
