import { createHash } from 'node:crypto'
import type { SectionOutput } from '../probe/section.ts'
import type { HostKeys } from './key-owners.ts'

/** Places told in one audit. With more, what is missing is not known. */
const MAX_PLACES = 5_000

/** Keys of another host; undefined when none of its audits has read them. */
export interface OtherHost {
  readonly host: string
  readonly keys: HostKeys | undefined
}

/** A name or a reason on one line. */
const oneLine = (text: string): string =>
  text
    .replace(/\p{Cc}/gu, ' ')
    .trim()
    .slice(0, 300)

/**
 * Where else the keys of one host stand, as a section of its audit, so that it can be judged again by itself: `read HOST`, `unread HOST REASON`,
 * `own FINGERPRINT` (looked for), `key FINGERPRINT HOST ACCOUNT`, `cut` when there are more of these. Read by the fact `fleet-keys`. Only keys of this host are named.
 */
export function fleetKeysSection(own: HostKeys, others: readonly OtherHost[]): SectionOutput {
  const lookedFor = new Set(own.keys.map(({ key }) => key.fingerprint))
  const places = others.flatMap(({ host, keys }) =>
    (keys?.keys ?? []).flatMap(({ account, key }) =>
      lookedFor.has(key.fingerprint) ? `key ${key.fingerprint} ${host} ${oneLine(account)}` : [],
    ),
  )
  const hosts = others.flatMap(({ host, keys }) => {
    if (keys === undefined) return `unread ${host} it was not looked at yet`
    const [first] = keys.unread
    return first ? `unread ${host} ${oneLine(first.reason)}` : `read ${host}`
  })
  const told = [...new Set(places)]
  const stdout = [
    'keys of the fleet',
    ...hosts,
    ...(told.length > MAX_PLACES ? ['cut'] : []),
    ...[...lookedFor].toSorted().map((fingerprint) => `own ${fingerprint}`),
    ...told.slice(0, MAX_PLACES),
    '',
  ].join('\n')
  return {
    ...{ id: 'fleet-keys', command: 'Keys of the other hosts, as their newest audits read them', state: 'ok', privileged: false },
    ...{ exitCode: 0, stdout, stderr: '', durationMs: 0, bytes: Buffer.byteLength(stdout) },
    sha256: createHash('sha256').update(stdout).digest('hex'),
  }
}
