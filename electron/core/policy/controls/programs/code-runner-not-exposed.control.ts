import type { FactResult } from '../../../facts/fact.ts'
import { askedOfRoot } from '../../../facts/processes/kubelet-files.ts'
import type { Program } from '../../../facts/programs/programs.ts'
import type { Wire } from '../../../facts/wire/wire.ts'
import { defineControl, type Verdict } from '../../control.ts'
import { ledTo, mayBeChosen } from '../proxy/led-by-nginx.ts'
import {
  type AroundProxies,
  citeProgram,
  heardFrom,
  judgeExposed,
  ledByProxy,
  noneFound,
  openKeyOf,
  openTo,
  printExposed,
  programName,
  type Surroundings,
} from './program-words.ts'

export default defineControl({
  id: 'code-runner-not-exposed',
  item: 'INF-3',
  severity: 'critical',
  title: 'Notebooks, clusters and container APIs are not open to the network',
  rationale:
    'Jupyter, Ray, llama.cpp RPC, the Docker API and the kubelet run code for whoever may use them, next to the models and with the GPUs. Most ask nobody, and scanners look for them all day.',
  steps: 'Bind it to 127.0.0.1, and let people in by SSH or by a proxy with a login. Stop it where nobody uses it.',
  needs: ['programs'],
  uses: ['firewall', 'network', 'wire', 'nginx', 'caddy', 'containers', 'services', 'oauth2-proxy', 'listeners'],
  references: ['NIST-800-53:CM-7', 'NIST-800-53:AC-14', 'CIS-8:4.8', 'ISO-27001:A.8.20', 'OWASP-LLM:LLM03'],
  evaluate: ({ programs, firewall, network, wire, ...more }) => {
    const around = { network, ...more }
    const sockets = overSockets(around)
    const judged = judgeExposed(
      programs,
      ['notebook', 'cluster', 'container-api'],
      noneFound('None of them runs here', 'No notebook, cluster or container API that listens was found among the processes.'),
      (program, exposed) => judge(program, exposed, { firewall, network }, wire),
      (program) => ledByProxy(program, around),
    )
    return sockets.length > 0 ? [...judged.filter(({ status }) => status !== 'not-applicable'), ...sockets] : judged
  },
})

/** The socket of a container daemon is no port, and nginx may lead to it all the same. */
function overSockets(around: AroundProxies): readonly Verdict[] {
  const ways = ledTo(around, { ports: [], isSocket: (path) => /\/(?:docker|podman|containerd|crio)\.sock$/.test(path) })
  const certain = ways.filter(({ chosen }) => !chosen)
  const way = certain.find(({ login, listed }) => login === 'no' && !listed) ?? certain[0]
  const none = around.containers.known && around.containers.value.runtimes.length === 0
  const chosen = none ? undefined : ways.find((one) => one.chosen && one.login !== 'yes')
  if (!way && chosen) return [{ subject: 'nginx container API', ...mayBeChosen('A container daemon has a socket', chosen) }]
  if (!way) return []
  const open = way.login === 'no' && !way.listed
  return [
    {
      subject: 'nginx container API',
      status: open ? 'fail' : 'warning',
      ...(!open && { severity: 'high' as const }),
      title: 'A proxy leads to the container API',
      reason: `nginx passes requests on to the socket of a container daemon at ${way.at.slice(0, 120)}, ${open ? 'without a login' : 'and a login or a list is all that guards it'}: whoever uses it is root here. Expected no way to it.`,
      cite: [{ ...way.line, note: 'This is the socket of a container daemon.' }],
    },
  ]
}

/** Root reads the usual files of a kubelet alone. */
function hintFor(doubt: string): string | undefined {
  const paths = doubt.match(/\/[^\s,]+/g) ?? []
  if (paths.length > 0 && paths.every((path) => askedOfRoot.includes(path)))
    return 'Let the audit account read the configuration of the kubelet as root; gatehouse sudoers prints the exact line.'
  return paths.length > 0 ? 'Look there for --anonymous-auth=false and --read-only-port=0, or keep its ports from the network.' : undefined
}

function judge(program: Program, exposed: Program['binds'], surroundings: Surroundings, wire: FactResult<Wire>): Omit<Verdict, 'subject'> {
  const { state, whom, cite } = openTo(exposed, surroundings, [])
  const where = `${programName(program)} listens on ${printExposed(program)}`
  if (state === 'closed')
    return {
      status: 'warning',
      severity: 'low',
      title: 'Only the firewall keeps others from it',
      reason: `${where}, and the rules stop all who would connect. Expected 127.0.0.1.`,
      cite: [...citeProgram(program, 'Expected 127.0.0.1.'), ...cite],
    }
  const heard = heardFrom(program, wire)
  const asks = heard.authentication === 'on' || heard.authentication === 'default'
  const reached = state === 'open' ? `open to ${whom}` : `who gets there is not known (${whom})`
  const doubt = heard.authentication === 'unknown' ? program.authenticationUnknown : undefined
  const unknown = doubt === undefined ? '' : ` Whether it asks for credentials is not known: ${doubt}.`
  // That it is open counts at least as it does where it asks.
  const openKey = openKeyOf(program)
  const asked = asks || doubt !== undefined
  return {
    status: state === 'open' || !asked ? 'fail' : asks ? 'warning' : 'not-evaluated',
    ...(asked && { severity: 'high' as const }),
    title: asked
      ? `${program.name} is open to the network`
      : `${program.name} ${openKey === undefined ? 'asks nobody and is open' : 'takes a key that guides print'}`.slice(0, 47),
    reason: `${where}, ${reached}${program.decidedBy === undefined ? '' : `, started ${openKey ?? `with ${program.decidedBy}`}`}.${heard.said}${unknown} ${program.danger}`,
    hint: doubt?.endsWith('could not be read') ? hintFor(doubt) : undefined,
    cite: [...heard.cite, ...citeProgram(program, 'Reachable beyond this host. Expected 127.0.0.1.'), ...cite],
  }
}
