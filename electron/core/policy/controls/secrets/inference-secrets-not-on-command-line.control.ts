import type { InferenceService } from '#shared/model/inference-service.ts'
import type { Process } from '../../../facts/processes/processes.ts'
import type { Program } from '../../../facts/programs/programs.ts'
import { programOfImage, recogniseProgram } from '../../../facts/programs/recognise-program.ts'
import { engineOfImage } from '../../../facts/services/images.ts'
import { recognise } from '../../../facts/services/launch.ts'
import { secretAssignment, secretFlag } from '../../../facts/services/secret-flag.ts'
import { defineControl, type Verdict } from '../../control.ts'
import { commandLineUnread, noServices, serviceName } from '../inference/service-words.ts'
import { programName } from '../programs/program-words.ts'

export default defineControl({
  id: 'inference-secrets-not-on-command-line',
  item: 'INF-3',
  severity: 'high',
  title: 'No key or token stands on a command line',
  rationale:
    'Every account of the machine reads every command line in /proc, and process monitors copy it into logs. A key that stands there is no key: whoever runs ps calls the model as its owner.',
  needs: ['services', 'processes'],
  uses: ['programs'],
  remediation: { template: 'vllm-credential', also: ['llama-server-unit', 'localai-unit'] },
  references: ['NIST-800-53:IA-5(7)', 'CIS-8:3.11', 'ISO-27001:A.8.12', 'https://docs.vllm.ai/en/latest/usage/security.html'],
  evaluate: ({ services, processes, programs }) => {
    const others = programs.known ? programs.value.flatMap((program) => judgeProgram(program, processes)) : []
    const running = services.filter(({ running: runs }) => runs)
    if (running.length > 0) return [...running.map((service) => judge(service, processes)), ...others]
    if (others.length > 0) return others
    if (services.length === 0) return noServices
    const reason = 'Inference servers are installed, but none runs.'
    return [{ status: 'not-applicable', subject: '', title: 'No inference server runs', reason, cite: [] }]
  },
})

function judge(service: InferenceService, processes: readonly Process[]): Verdict {
  const name = serviceName(service)
  const base = { subject: service.id }
  const own = processes.filter(({ pid }) => service.pids.includes(pid))
  const [main] = own
  const starters = main ? startersOf(main, processes, ({ argv }) => recognise(argv)?.engine === service.engine) : []
  const clients = service.how === 'container' ? clientsOf((image) => engineOfImage(image) === service.engine, processes) : []
  const shown = keyShown(name, [...own, ...starters, ...clients])
  if (shown) return { ...base, ...shown }
  if (!main || service.argv.length === 0 || own.some(({ cut }) => cut)) return { ...base, ...commandLineUnread(service), cite: [] }
  const reason = `No process of ${name} carries a key, token or password on its command line.`
  return { ...base, status: 'pass', title: 'No secret on its command line', reason, cite: [{ section: 'processes', line: main.line }] }
}

/** Another program whose key is seen there. Of the rest nothing is said: their command lines are read as far as the table of processes shows them. */
function judgeProgram(program: Program, processes: readonly Process[]): readonly Verdict[] {
  const isOfIt = ({ argv }: Process) => recogniseProgram(argv)?.name === program.name
  const own = processes.filter((process) => program.pids.includes(process.pid) && (process.pid === program.pids[0] || isOfIt(process)))
  const clients = program.container === undefined ? [] : clientsOf((image) => programOfImage(image)?.name === program.name, processes)
  const [main] = own
  const starters = main ? startersOf(main, processes, isOfIt) : []
  const shown = keyShown(programName(program), [...own, ...starters, ...clients])
  return shown ? [{ subject: program.id, template: null, ...shown }] : []
}

function keyShown(name: string, processes: readonly Process[]): Omit<Verdict, 'subject'> | undefined {
  for (const { pid, argv, line } of processes) {
    const shown = secretFlag(argv) ?? secretAssignment(argv)
    if (shown === undefined) continue
    return {
      status: 'fail',
      title: 'A key stands on the command line',
      reason: `Process ${pid} of ${name} was started with ${shown} and its value, which every account of the host can read.`,
      hint: 'Put it into an EnvironmentFile= that only root reads, or a systemd credential, and change the key.',
      cite: [{ section: 'processes', line, token: shown, note: 'Expected in a closed environment file.' }],
    }
  }
  return undefined
}

/** Shells, terminals and wrappers above a server that stay while it runs. */
function startersOf(main: Process, processes: readonly Process[], isOfIt: (parent: Process) => boolean): readonly Process[] {
  const starters: Process[] = []
  for (let above = main.ppid; above > 1 && starters.length < 16; ) {
    const parent = processes.find(({ pid }) => pid === above)
    if (parent === undefined || (!isOfIt(parent) && !isTerminal(parent))) break
    starters.push(parent)
    above = parent.ppid
  }
  return starters
}

/** tmux and screen keep the words that they were started with, and so those of their first window. */
const isTerminal = ({ argv: [program = ''] }: Process): boolean => /(?:^|\/)(?:tmux|screen)$/i.test(program)

/** Clients that run a container of such an image (`docker run -e …` in a unit or a session). */
const clientsOf = (isImage: (word: string) => boolean, processes: readonly Process[]): readonly Process[] =>
  processes.filter(
    ({ argv: [program = '', ...words] }) =>
      /(?:^|\/)(?:docker|podman|nerdctl)$/.test(program) && words.includes('run') && words.some(isImage),
  )
