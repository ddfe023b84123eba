import type { Program } from '../../../facts/programs/programs.ts'
import { defineControl, type Verdict } from '../../control.ts'
import {
  citeProgram,
  type Heard,
  heardFrom,
  judgeExposed,
  ledByProxy,
  noneFound,
  openKeyOf,
  openTo,
  printExposed,
  programName,
} from './program-words.ts'

export default defineControl({
  id: 'model-interface-not-exposed',
  item: 'INF-1',
  severity: 'high',
  title: 'Other model servers, their interfaces and stores listen locally',
  rationale:
    'A second server beside the audited one has its own port and its own idea of authentication, mostly none. Behind the proxy it is one more route; beside it, it is a way around. What is stored for models (vectors, queues, caches) is prompts and documents once more.',
  steps: 'Bind it to 127.0.0.1, and let the proxy ask for a login before it passes requests on. Stop it where nobody uses it.',
  needs: ['programs'],
  uses: ['firewall', 'network', 'wire', 'nginx', 'caddy', 'containers', 'services', 'oauth2-proxy', 'listeners'],
  references: ['NIST-800-53:SC-7', 'NIST-800-53:AC-14', 'CIS-8:4.4', 'ISO-27001:A.8.20', 'OWASP-LLM:LLM10'],
  evaluate: ({ programs, firewall, network, wire, ...more }, { fleet }) =>
    judgeExposed(
      programs,
      ['inference', 'interface', 'store'],
      noneFound(
        'No other model server runs here',
        'No other model server, interface or store was recognised among processes and containers.',
      ),
      (program, exposed) => {
        const heard = heardFrom(program, wire)
        if (program.kind !== 'store') return judge(program, heard)
        return judgeStore(program, heard, openTo(exposed, { firewall, network }, fleet.networks.app))
      },
      (program) => ledByProxy(program, { network, ...more }),
    ),
})

/** A store serves other machines by its nature: what counts is who gets there, and whether it asks. */
function judgeStore(program: Program, heard: Heard, { state, whom, cite }: ReturnType<typeof openTo>): Omit<Verdict, 'subject'> {
  if (state !== 'closed') return judge(program, heard, state === 'open' ? `, open to ${whom}` : '', cite)
  const asks = heard.authentication === 'on' || heard.authentication === 'default'
  return {
    status: asks ? 'pass' : 'warning',
    title: asks ? 'Only the application network gets there' : 'Only the firewall keeps others from it',
    reason: `${programName(program)} listens on ${printExposed(program)}, and the rules let in the application network at most.${heard.said}${asks ? '' : ` ${program.danger}`}`,
    cite: [...heard.cite, ...citeProgram(program), ...cite],
  }
}

function judge(program: Program, heard: Heard, reached = '', rules: Verdict['cite'] = []): Omit<Verdict, 'subject'> {
  const asks = heard.authentication === 'on' || heard.authentication === 'default'
  const how = {
    on: `with ${program.decidedBy ?? 'a login'}`,
    default: 'with its own login',
    none: openKeyOf(program) ?? 'without credentials',
    unknown: 'and whether it asks for credentials is not known',
  }
  return {
    status: asks ? 'warning' : 'fail',
    title: asks ? 'The interface is open past the proxy' : 'The interface is open, and may ask nobody',
    reason: `${programName(program)} listens on ${printExposed(program)}${reached} ${how[heard.authentication]}.${heard.said} ${program.danger}`,
    cite: [...heard.cite, ...citeProgram(program, program.kind === 'store' ? undefined : 'Expected 127.0.0.1 behind a proxy.'), ...rules],
  }
}
