import type { LogLine, ServiceLog } from '#shared/model/service-log.ts'
import { LOG_LINES } from './logs-command.ts'
import { redactMessage } from './redact/redact-message.ts'

/** Time before each line of `logs --timestamps`: RFC 3339 with a fraction or without, Z or an offset (docker-logs(1), podman-logs(1)). */
const stamped = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)) ?([\s\S]*)$/

/**
 * Lines of a container, of both its outputs, put in the order of their times; content is taken out of each. `by`: the
 * container. All of them are the container's own: none
 * is believed to be of somebody else. What has no time is counted, not shown. Pure, never throws.
 */
export function parseContainerLog(text: string, by: string): ServiceLog {
  const lines: LogLine[] = []
  const seen = new Map<string, number>()
  let unreadable = 0
  for (const raw of text.split('\n')) {
    if (raw.trim() === '') continue
    const [, time, message = ''] = stamped.exec(raw.trimEnd()) ?? []
    const at = new Date(time ?? Number.NaN)
    if (time === undefined || Number.isNaN(at.getTime())) {
      unreadable++
      continue
    }
    const count = (seen.get(time) ?? 0) + 1
    seen.set(time, count)
    lines.push({
      ...{ id: `${time} ${count}`, at: at.toISOString(), priority: null, by },
      pieces: message === '[too long]' ? [{ text: '[not printed: longer than 4096 bytes]' }] : redactMessage(message, false),
    })
  }
  const inOrder = lines.sort((a, b) => ((a.at ?? '') < (b.at ?? '') ? -1 : a.at === b.at ? 0 : 1))
  return { lines: inOrder, more: lines.length >= LOG_LINES, unreadable }
}
