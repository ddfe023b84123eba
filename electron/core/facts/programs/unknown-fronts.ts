import { basename } from 'node:path/posix'
import type { InferenceService } from '#shared/model/inference-service.ts'
import type { Listener } from '#shared/model/listener.ts'
import type { Containers } from '../containers/containers.ts'
import type { FactResult } from '../fact.ts'
import type { Process } from '../processes/processes.ts'
import type { Program } from './programs.ts'
import { type Stranger, strangersAmong } from './strangers.ts'

/** They run what a script or an archive says, which is anything. */
const runtimes: readonly (readonly [RegExp, string])[] = [
  [/^(?:node(?:js)?|bun|deno)$/, 'JavaScript'],
  [/^(?:python|pypy)[\d.]*t?$/, 'Python'],
  [/^java$/, 'Java'],
  [/^ruby[\d.]*$/, 'Ruby'],
  [/^php[\d.]*$/, 'PHP'],
  [/^perl[\d.]*$/, 'Perl'],
  [/^dotnet$/, '.NET'],
]
/** Nothing but web servers is written for these; Python also trains models, over sockets that a stray request may break. */
const webRuntimes = ['JavaScript', 'PHP', 'Ruby']
const webWords = /(?:^|[\s/._-])(?:proxy|gateway|uvicorn|gunicorn|hypercorn|waitress|flask|streamlit|gradio|aiohttp|https?)(?![a-z])/i

/** A program that nobody knows, listens for others, and may forward to a model: a few lines of a script do, as `http-proxy` of npm. */
export interface UnknownFront extends Stranger {
  /** The file that it runs, since Node names its thread, not itself. */
  readonly program: string
  /** `was started with 127.0.0.1:11434`, `runs a program of Python`. */
  readonly why: string
  readonly process: Process
  /** Is it one that takes HTTP? Others are not sent anything. */
  readonly asked: boolean
}

/** None on a host without an inference server, and none where listeners, programs or processes were not read. */
export function unknownFronts(
  services: readonly InferenceService[],
  facts: {
    readonly listeners: FactResult<readonly Listener[]>
    readonly programs: FactResult<readonly Program[]>
    readonly containers: FactResult<Containers>
    readonly processes: FactResult<readonly Process[]>
  },
): readonly UnknownFront[] {
  const { listeners, programs, containers, processes } = facts
  if (services.length === 0 || !listeners.known || !programs.known || !processes.known) return []
  const published = containers.known ? containers.value.containers : undefined
  const ports = new Set(services.flatMap(({ binds }) => binds.map(({ port }) => port)))
  const named = new RegExp(`(?:\\b127\\.\\d+\\.\\d+\\.\\d+|\\blocalhost|\\[::1\\]):(?:${[...ports].join('|') || '-'})(?!\\d)`)
  // Nothing forwards to an engine what comes as single datagrams, QUIC aside, which scripts of a few lines do not speak.
  const streams = listeners.value.filter(({ protocol }) => protocol === 'tcp')
  return strangersAmong(streams, services, programs.value, [22], published).flatMap((stranger) => {
    const process = processes.value.find(({ pid }) => pid === stranger.owner?.pid)
    if (!process) return []
    const words = process.argv.join(' ')
    const program = basename((process.executable ?? process.argv[0] ?? '').replace(/ \(deleted\)$/, '')) || process.name
    const address = named.exec(words)?.[0]
    const runtime = runtimes.find(([pattern]) => pattern.test(program))?.[1]
    if (address === undefined && runtime === undefined) return []
    const why = address ? `was started with ${address}` : `runs a program of ${runtime}`
    const asked = address !== undefined || webRuntimes.includes(runtime ?? '') || webWords.test(words)
    return [{ ...stranger, program, why, process, asked }]
  })
}
