import { basename } from 'node:path/posix'
import type { AdvisoryBook } from '../../../advisories/advisory-book.ts'
import { hostPackages } from '../../../advisories/package-names.ts'
import type { Caddy } from '../../../facts/caddy/caddy.ts'
import type { Citation } from '../../../facts/citation.ts'
import type { FactResult } from '../../../facts/fact.ts'
import type { Nginx } from '../../../facts/nginx/nginx.ts'
import type { Process } from '../../../facts/processes/processes.ts'
import type { Verdict } from '../../control.ts'
import { judgeVersion, titled } from './version-verdict.ts'

/** The section that asks nginx in containers. */
const CONTAINED = 'nginx-containers'

/** nginx that was built on the host, and nginx in containers: what it says of itself counts, as nobody says who built it. */
export function runningNginx(nginx: FactResult<Nginx>, packaged: boolean, book: AdvisoryBook): readonly Verdict[] {
  if (!nginx.known) return packaged ? [] : [unstated('nginx', 'nginx', nginx.reason, [{ section: 'nginx', line: 0 }])]
  const { installed, running, contained = [] } = nginx.value
  return [
    ...(installed && running && !packaged ? [judgeNginx('nginx', nginx.value, [{ section: 'nginx', line: 0 }], book)] : []),
    ...contained.map((one) => {
      const verdict = judgeNginx(`nginx in ${one.container}`, one, [{ section: CONTAINED, line: one.line }], book)
      return verdict.status === 'fail'
        ? {
            ...verdict,
            status: 'warning' as const,
            reason: `${verdict.reason} A distribution that built what is in the container may have mended it.`,
          }
        : verdict
    }),
  ]
}

/** Advisories name releases of nginx. What another maker makes of one has its fixes under other numbers, and holes that they do not name. */
function judgeNginx(
  subject: string,
  { version, fork }: Pick<Nginx, 'version' | 'fork'>,
  cite: readonly Citation[],
  book: AdvisoryBook,
): Verdict {
  if (!fork) return judgeStated(subject, 'nginx', version, cite, book)
  const made = fork.nginx === undefined ? undefined : judgeStated(subject, 'nginx', fork.nginx, cite, book)
  if (made && (made.status === 'fail' || made.status === 'warning'))
    return {
      ...made,
      status: 'warning',
      title: titled(`${fork.name} may be vulnerable`),
      reason: `It was made of nginx ${fork.nginx}. ${made.reason} Its maker may have mended that.`,
      hint: `Hold ${fork.name} against the security notes of its maker.`,
    }
  return {
    subject,
    status: 'not-evaluated',
    title: titled(`${fork.name} could not be compared`),
    reason: `Advisories are recorded of nginx${fork.nginx === undefined ? '' : `, and none of ${fork.nginx}, which it was made of`}; what its maker added has holes and fixes of its own.`,
    hint: `Hold ${fork.name} against the security notes of its maker.`,
    cite,
  }
}

/** Caddy comes as one file, and mostly so: each that runs and is not that of the package. */
export const runningCaddy = (caddy: FactResult<Caddy>, packaged: boolean, book: AdvisoryBook): readonly Verdict[] =>
  (caddy.known ? caddy.value.instances : [])
    .filter(({ container }) => container !== undefined || !packaged)
    .map(({ id, version, line }) => judgeStated(id, 'Caddy', version, [{ section: 'caddy', line }], book))

/** Its version is not asked. */
export function runningHaproxy(processes: FactResult<readonly Process[]>, packaged: boolean): readonly Verdict[] {
  const found = (processes.known ? processes.value : []).find(
    ({ name, argv }) => name === 'haproxy' || basename(argv[0] ?? '') === 'haproxy',
  )
  return found && !packaged
    ? [
        unstated('haproxy', 'haproxy', `It runs (pid ${found.pid}), no package of this host brought it, and it was not asked`, [
          { section: 'processes', line: found.line },
        ]),
      ]
    : []
}

function judgeStated(subject: string, label: string, version: string | undefined, cite: readonly Citation[], book: AdvisoryBook): Verdict {
  if (version === undefined) return unstated(subject, label, 'It runs, and states none', cite)
  const names = hostPackages[label.toLowerCase()] ?? []
  return { ...judgeVersion({ subject, label, names, version, cite: { section: '', line: 0 } }, book), cite }
}

const unstated = (subject: string, label: string, why: string, cite: readonly Citation[]): Verdict => ({
  subject,
  status: 'not-evaluated',
  title: titled(`The version of ${label} is not known`),
  reason: `${why}.`,
  hint: 'Ask it for its version, and hold that against the security notes of its maker.',
  cite,
})
