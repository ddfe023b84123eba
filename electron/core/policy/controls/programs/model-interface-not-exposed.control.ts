import type { Program } from '../../../facts/programs/programs.ts'
import { defineControl, type Verdict } from '../../control.ts'
import { citeProgram, type Heard, heardFrom, judgeExposed, noneFound, printExposed, programName } from './program-words.ts'

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
  evaluate: ({ programs, wire }) =>
    judgeExposed(
      programs,
      ['inference', 'interface'],
      noneFound('No other model server runs here', 'No other model server or interface was recognised among processes and containers.'),
      (program) => judge(program, heardFrom(program, wire)),
    ),
})

function judge(program: Program, heard: Heard): Omit<Verdict, 'subject'> {
  const asks = heard.authentication === 'on' || heard.authentication === 'default'
  const how = {
    on: `with ${program.decidedBy ?? 'a login'}`,
    default: 'with its own login',
    none: 'without credentials',
    unknown: 'and whether it asks for credentials is not known',
  }
  return {
    status: asks ? 'warning' : 'fail',
    title: asks ? 'It can be reached past the proxy' : 'It can be reached, and may ask nobody',
    reason: `${programName(program)} listens on ${printExposed(program)} ${how[heard.authentication]}.${heard.said} ${program.danger}`,
    cite: [...heard.cite, ...citeProgram(program, 'Expected 127.0.0.1 behind a proxy.')],
  }
}
