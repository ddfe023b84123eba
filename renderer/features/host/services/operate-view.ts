import type { HostedService } from '#shared/model/host-services.ts'
import type { OperableUnit, OperateResult, OperateVerb } from '#shared/model/operate.ts'
import type { LogLine } from '#shared/model/service-log.ts'
import { pieceText } from '#shared/operate-words.ts'
import type { Tone } from '../../../ui/outcome-words.ts'
import { plainText } from '../../../ui/plain-text.ts'

/** Words for operator work. Pure, tested without a window. */

/** The unit, or the container of an engine, by which a service is operated. */
export const operableOf = (
  service: Pick<HostedService, 'how' | 'unit' | 'container'>,
  units: readonly OperableUnit[],
): OperableUnit | undefined =>
  service.how === 'container'
    ? units.find(({ unit }) => /^(?:docker|podman|container):/.test(unit) && unit.slice(unit.indexOf(':') + 1) === service.container)
    : units.find(({ unit }) => unit === service.unit)

export const verbWords: Readonly<Record<OperateVerb, { readonly name: string; readonly busy: string }>> = {
  start: { name: 'Start', busy: 'Starting' },
  stop: { name: 'Stop', busy: 'Stopping' },
  restart: { name: 'Restart', busy: 'Restarting' },
}

export const outcomeView: Readonly<Record<OperateResult['outcome'], { readonly tone: Tone; readonly word: string }>> = {
  proven: { tone: 'pass', word: 'Proven' },
  failed: { tone: 'fail', word: 'Not so' },
  unknown: { tone: 'unknown', word: 'Not known' },
}

/** syslog(3). */
const levels = ['Emergency', 'Alert', 'Critical', 'Error', 'Warning', 'Notice', 'Info', 'Debug'] as const

/** The word for a priority of syslog (syslog(3)); empty where the journal has none. */
export const levelOf = ({ priority }: Pick<LogLine, 'priority'>): string => (priority === null ? '' : (levels[priority] ?? ''))

/** A line of the journal as text for the clipboard, with what was taken out of it marked. */
export const lineText = ({ at, by, pieces }: LogLine): string => `${at ?? ''} ${plainText(by, 40)}: ${pieces.map(pieceText).join('')}`

/** Lines that hold every typed word. */
export function matchingLines(lines: readonly LogLine[], query: string): readonly LogLine[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean)
  return words.length === 0 ? lines : lines.filter((line) => words.every((word) => lineText(line).toLowerCase().includes(word)))
}
