import { engineRoutes } from '#shared/model/engine-routes.ts'
import type { PushPlan } from '#shared/model/push-plan.ts'
import { readTranscript } from '../../facts/wire/transcript.ts'
import { credentialsSeen } from '../../facts/wire/wire.ts'
import type { SectionOutput } from '../../probe/section.ts'

/** What somebody was answered who asked for a name inside TLS and showed nothing. */
export interface Door {
  readonly name: string
  readonly port: number
  readonly address: string
  /** Requests that got through to a model, with their status. */
  readonly through: readonly string[]
}

/** Says of a front that whoever asks for its name needs a login. */
const LOGIN = 'proxy-requires-authentication'

/** That a server lives may be told to anyone. */
const health = new Set(
  Object.values(engineRoutes).flatMap((routes) => routes.flatMap((route) => (route.class === 'health' ? route.path : []))),
)

/** The doors that were tried over the network while a host was looked at. */
export const doorsOf = (outputs: readonly SectionOutput[]): readonly Door[] =>
  outputs.flatMap(({ id, stdout }) => {
    const endpoint = id.startsWith('wire-tls-') ? readTranscript(id, stdout) : undefined
    const name = endpoint?.tls?.serverName
    if (endpoint === undefined || name === undefined) return []
    const through = endpoint.answers.filter((answer) => credentialsSeen(answer) === 'none' && !health.has(answer.path))
    return [
      {
        ...{ name, port: endpoint.port, address: endpoint.address },
        through: through.map(({ method, path, status }) => `${method} ${path} (${status})`),
      },
    ]
  })

/** `NAME:PORT` of the fronts that a plan wants to ask for a login. */
const fronts = ({ turns }: Pick<PushPlan, 'turns'>): readonly string[] =>
  turns.flatMap(({ control, subject }) => (control === LOGIN ? [subject] : []))

/** Names that have to be asked for over the network, so that the verdict knows what their clients meet. */
export const namesOf = (plan: Pick<PushPlan, 'turns'>): readonly string[] =>
  fronts(plan).flatMap((front) => /^(.+):\d+$/.exec(front)?.[1] ?? [])

/**
 * A configuration says what a server does, not that a client meets it: on a more exact address of the same port another server may answer, or a program
 * that takes the connection before. Whoever got through under the name of a front that was to ask for a login.
 */
export const openDoors = (doors: readonly Door[], plan: Pick<PushPlan, 'turns'>): string[] =>
  doors
    .filter(({ name, port, through }) => through.length > 0 && fronts(plan).includes(`${name}:${port}`))
    .map(
      ({ name, port, address, through }) =>
        `who asks ${address} port ${port} for ${name} gets through without credentials: ${through.slice(0, 4).join(', ')}`,
    )
