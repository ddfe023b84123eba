import type { InferenceService } from '#shared/model/inference-service.ts'
import type { Process } from '../../../facts/processes/processes.ts'
import { engineOfImage } from '../../../facts/services/images.ts'
import { recognise } from '../../../facts/services/launch.ts'
import { secretAssignment, secretFlag } from '../../../facts/services/secret-flag.ts'
import { defineControl, type Verdict } from '../../control.ts'
import { noServices, serviceName } from '../inference/service-words.ts'

export default defineControl({
  id: 'inference-secrets-not-on-command-line',
  item: 'INF-3',
  severity: 'high',
  title: 'No key or token stands on a command line',
  rationale:
    'Every account of the machine reads every command line in /proc, and process monitors copy it into logs. A key that stands there is no key: whoever runs ps calls the model as its owner.',
  needs: ['services', 'processes'],
  remediation: { template: 'vllm-credential', also: ['llama-server-unit', 'localai-unit'] },
  references: ['NIST-800-53:IA-5(7)', 'CIS-8:3.11', 'ISO-27001:A.8.12', 'https://docs.vllm.ai/en/latest/usage/security.html'],
  evaluate: ({ services, processes }) => {
    if (services.length === 0) return noServices
    const running = services.filter(({ running: runs }) => runs)
    if (running.length > 0) return running.map((service) => judge(service, processes))
    const reason = 'Inference servers are installed, but none runs.'
    return [{ status: 'not-applicable', subject: '', title: 'No inference server runs', reason, cite: [] }]
  },
})

function judge(service: InferenceService, processes: readonly Process[]): Verdict {
  const name = serviceName(service)
  const base = { subject: service.id }
  const own = processes.filter(({ pid }) => service.pids.includes(pid))
  for (const process of [...own, ...startersOf(service, own, processes)]) {
    const shown = secretFlag(process.argv) ?? secretAssignment(process.argv)
    if (shown === undefined) continue
    return {
      ...base,
      status: 'fail',
      title: 'A key stands on the command line',
      reason: `Process ${process.pid} of ${name} was started with ${shown} and its value, which every account of the host can read.`,
      hint: 'Put it into an EnvironmentFile= that only root reads, or a systemd credential, and change the key.',
      cite: [{ section: 'processes', line: process.line, token: shown, note: 'Expected in a closed environment file.' }],
    }
  }
  const [main] = own
  if (!main || service.argv.length === 0) {
    const reason = `The command line of ${name} could not be read.`
    return { ...base, status: 'not-evaluated', title: "The server's command line could not be read", reason, cite: [] }
  }
  const reason = `No process of ${name} carries a key, token or password on its command line.`
  return { ...base, status: 'pass', title: 'No secret on its command line', reason, cite: [{ section: 'processes', line: main.line }] }
}

/** Shells and wrappers above a server that stay while it runs, and the clients that run its container (`docker run -e …` in a unit or a session). */
function startersOf({ engine, how }: InferenceService, own: readonly Process[], processes: readonly Process[]): readonly Process[] {
  const starters: Process[] = []
  for (let above = own[0]?.ppid ?? 0; above > 1 && starters.length < 16; ) {
    const parent = processes.find(({ pid }) => pid === above)
    if (parent === undefined || recognise(parent.argv)?.engine !== engine) break
    starters.push(parent)
    above = parent.ppid
  }
  if (how !== 'container') return starters
  const runs = ({ argv: [program = '', ...words] }: Process) =>
    /(?:^|\/)(?:docker|podman|nerdctl)$/.test(program) && words.includes('run') && words.some((word) => engineOfImage(word) === engine)
  return [...starters, ...processes.filter(runs)]
}
