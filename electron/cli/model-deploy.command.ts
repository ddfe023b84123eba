import { createInterface } from 'node:readline/promises'
import { parseArgs } from 'node:util'
import { createServices, type Services } from '#core/services.ts'
import { visible } from '#shared/words.ts'
import { consolePorts, defaultDataFolder } from './console-ports.ts'
import { ExitCode, UsageError } from './exit-code.ts'
import { createModelProgress } from './model-progress.ts'
import { interrupted, openFleet, warnOfStore } from './open-services.ts'
import { stepUpOnTerminal } from './step-up-terminal.ts'
import { createTerminalPrompts } from './terminal-prompts.ts'

const options = {
  fleet: { type: 'string' },
  data: { type: 'string' },
  host: { type: 'string', multiple: true },
  to: { type: 'string' },
  owner: { type: 'string', default: '' },
  from: { type: 'string' },
  yes: { type: 'boolean', default: false },
} as const

type Values = ReturnType<typeof parseArgs<{ options: typeof options }>>['values']

export const deployVerbs: readonly string[] = ['store', 'deploy', 'discard']

/** Fills the registry, and puts approved models on hosts, after a code as in the window. `--yes` spares the names, not the code. */
export async function runModelDeploy(verb: string, args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true })
  const [id] = positionals
  if (values.fleet === undefined || id === undefined)
    throw new UsageError(`models ${verb}: expected --fleet FILE and the ID of a registration`)
  if (verb === 'store' ? values.from === undefined : (values.host ?? []).length === 0)
    throw new UsageError(`models ${verb}: expected ${verb === 'store' ? '--from FOLDER' : '--host NAME'}`)
  const progress = createModelProgress(process.stderr)
  const services = createServices(
    consolePorts(values.data ?? defaultDataFolder(), () => progress.update(services?.models.job() ?? null)),
    createTerminalPrompts(),
  )
  try {
    warnOfStore(services)
    await openFleet(services, values.fleet)
    if (verb === 'store') {
      const count = await services.deployments.store(services.fleet.require(), id, values.from ?? '', interrupted())
      process.stderr.write(`${count} ${count === 1 ? 'file is' : 'files are'} in the registry\n`)
      return ExitCode.clean
    }
    if (!values.yes && !(await confirmed(services, verb, id, values))) {
      process.stderr.write('Nothing was changed.\n')
      return ExitCode.couldNotRun
    }
    await stepUpOnTerminal(services.stepUp)
    return await carryOut(services, verb, id, values)
  } finally {
    progress.end()
    await services.close()
  }
}

async function carryOut(services: Services, verb: string, id: string, { host = [], to, owner }: Values): Promise<number> {
  const request = { id, hosts: host, root: to, owner }
  if (verb === 'discard') {
    await services.deployments.discard(services.fleet.require(), services.transport(), request, interrupted())
    return ExitCode.clean
  }
  const { model } = services.registry.get(services.fleet.require(), id)
  process.stderr.write(visible(`Deploying ${model} to ${host.join(', ')}\n`))
  const { done } = services.deployments.start(services.fleet.require(), services.transport(), request)
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => services.models.cancel())
  const { hosts } = await done
  return hosts.every(({ stage }) => stage === 'done') ? ExitCode.clean : ExitCode.couldNotRun
}

async function confirmed(services: Services, verb: string, id: string, { host = [] }: Values): Promise<boolean> {
  const { model } = services.registry.get(services.fleet.require(), id)
  if (!process.stdin.isTTY) throw new UsageError(`models ${verb}: nobody can be asked here; --yes says it`)
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    const names = host.join(' ')
    return (await terminal.question(visible(`Type the name of each host to ${verb} ${model} (${names}): `))).trim() === names
  } finally {
    terminal.close()
  }
}
