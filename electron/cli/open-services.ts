import { createServices, type Services } from '#core/services.ts'
import { errorCatalogue } from '#shared/error-catalogue.ts'
import { GatehouseError } from '#shared/errors.ts'
import type { FleetProblem } from '#shared/model/fleet.ts'
import { consolePorts, defaultDataFolder } from './console-ports.ts'
import { createTerminalPrompts } from './terminal-prompts.ts'

/** The services with this fleet file open, or the demo without one. Throws `fleet.invalid` with the first line that is wrong. */
export async function withFleet<T>(
  path: string | undefined,
  data: string | undefined,
  use: (services: Services) => Promise<T>,
): Promise<T> {
  return openServices(data, async (services) => {
    await openFleet(services, path)
    return use(services)
  })
}

/** Opens this fleet file, or the demo without one. Throws `fleet.invalid` with the first line that is wrong. */
export async function openFleet(services: Services, path: string | undefined): Promise<void> {
  const { problems } = path === undefined ? await services.openDemo() : await services.fleet.load(path)
  const [problem] = problems
  if (problem) throw new GatehouseError({ code: 'fleet.invalid', detail: `${path}:${problem.line}: ${problem.message}` })
}

/** The refusal of a fleet file with every line that is wrong, for who is about to mend it. */
export const invalidFleet = (path: string | undefined, problems: readonly FleetProblem[]): GatehouseError =>
  new GatehouseError({
    code: 'fleet.invalid',
    detail: problems.map(({ line, column, message }) => `${path}:${line}:${column}: ${message}`).join('\n  '),
  })

/** The services without a fleet, closed in the end. */
export async function openServices<T>(data: string | undefined, use: (services: Services) => Promise<T>): Promise<T> {
  const services = createServices(
    consolePorts(data ?? defaultDataFolder(), () => undefined),
    createTerminalPrompts(),
  )
  try {
    warnOfStore(services)
    return await use(services)
  } finally {
    await services.close()
  }
}

/** What is answered out of another database than was meant says so. */
export function warnOfStore({ storeFailure }: Services): void {
  if (storeFailure) process.stderr.write(`warning: ${errorCatalogue[storeFailure.code].title}: ${storeFailure.detail}\n`)
}

/** Ends when somebody presses Ctrl-C. */
export function interrupted(): AbortSignal {
  const abort = new AbortController()
  process.once('SIGINT', () => abort.abort())
  process.once('SIGTERM', () => abort.abort())
  return abort.signal
}
