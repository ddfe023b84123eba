import type { Program } from '../../../facts/programs/programs.ts'
import { defineControl, type Verdict } from '../../control.ts'
import {
  citeProgram,
  exposedBindsOf,
  type Heard,
  heardFrom,
  isUnseen,
  noneFound,
  ofKinds,
  printExposed,
  programName,
  unseen,
} from './program-words.ts'

export default defineControl({
  id: 'model-interface-not-exposed',
  item: 'INF-1',
  severity: 'high',
  title: 'Other model servers and their interfaces listen locally',
  rationale:
    'A second server beside the audited one has its own port and its own idea of authentication, mostly none. Behind the proxy it is one more route; beside it, it is a way around.',
  needs: ['programs'],
  uses: ['wire'],
  references: ['NIST-800-53:SC-7', 'NIST-800-53:AC-14', 'CIS-8:4.4', 'ISO-27001:A.8.20', 'OWASP-LLM:LLM10'],
  evaluate: ({ programs, wire }) => {
    const found = ofKinds(programs, 'inference', 'interface')
    if (found.length === 0)
      return [
        noneFound('No other model server runs here', 'No other model server or interface was recognised among processes and containers.'),
      ]
    return found.map((program) => judge(program, heardFrom(program, wire)))
  },
})

function judge(program: Program, heard: Heard): Verdict {
  const base = { subject: program.id }
  if (isUnseen(program)) return unseen(program)
  const exposed = exposedBindsOf(program)
  if (exposed.length === 0)
    return {
      ...base,
      status: 'pass',
      title: 'It listens on this machine only',
      reason: `${programName(program)} opens no port to others.`,
      cite: citeProgram(program),
    }
  const asks = heard.authentication === 'on' || heard.authentication === 'default'
  const how = {
    on: `with ${program.decidedBy ?? 'a login'}`,
    default: 'with its own login',
    none: 'without credentials',
    unknown: 'and whether it asks for credentials is not known',
  }
  return {
    ...base,
    status: asks ? 'warning' : 'fail',
    title: asks ? 'It can be reached past the proxy' : 'It can be reached, and may ask nobody',
    reason: `${programName(program)} listens on ${printExposed(program)} ${how[heard.authentication]}.${heard.said} ${program.danger}`,
    cite: [...heard.cite, ...citeProgram(program, 'Expected 127.0.0.1 behind a proxy.')],
  }
}
