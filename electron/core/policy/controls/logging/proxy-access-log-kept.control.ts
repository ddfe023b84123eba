import { octal } from '#shared/words.ts'
import type { CaddyLog } from '../../../facts/caddy/model/access-log.ts'
import type { Citation } from '../../../facts/citation.ts'
import type { FactResult } from '../../../facts/fact.ts'
import { includePattern } from '../../../facts/nginx/include-pattern.ts'
import type { Rotation } from '../../../facts/os/logrotate.ts'
import type { Os } from '../../../facts/os/os.ts'
import { defineControl, type Verdict } from '../../control.ts'
import { frontsOf, proxyNeeds, proxyUses, rest } from '../proxy/proxy-paths.ts'
import { accessLogsOf, caddyLogOf, citeCaddy, isStream, nginxRoutes, notModelled } from './access-logs.ts'

/** Safeguard 8.10 of CIS. */
const KEPT_DAYS = 90
/** Where packages of nginx write when no access_log is named. */
const DEFAULT_LOG = '/var/log/nginx/access.log'

const days: Readonly<Record<Exclude<Rotation['every'], 'size'>, number>> = { hour: 1 / 24, day: 1, week: 7, month: 30, year: 365 }

export default defineControl({
  id: 'proxy-access-log-kept',
  item: 'MON-1',
  severity: 'low',
  title: `Access logs of the proxy are rotated and kept for ${KEPT_DAYS} days`,
  rationale:
    'Most break-ins are noticed after weeks, and a log that is gone by then answers nothing. One that is never rotated fills the disk and takes the models down with it.',
  needs: proxyNeeds,
  uses: [...proxyUses, 'os'],
  remediation: { template: 'logrotate-ai-access' },
  references: ['NIST-800-53:AU-11', 'NIST-800-53:AU-4', 'CIS-8:8.10', 'CIS-8:8.3', 'ISO-27001:A.8.15'],
  evaluate: (facts, context) => {
    const { fronts, picture } = frontsOf(facts, context)
    const judged = fronts.flatMap((front): readonly Verdict[] => {
      const caddy = caddyLogOf(front)
      if (caddy) return caddy.logs.flatMap((log) => ofCaddy(log, facts.os))
      const routes = nginxRoutes(front)
      if (routes.length === 0) return [notModelled(front)]
      const logs = new Map<string, Citation>()
      for (const route of routes) {
        const all = accessLogsOf(route)
        if (all.length === 0 && !isStream(route)) logs.set(DEFAULT_LOG, front.first.line)
        for (const { target, directive } of all)
          if (target?.startsWith('/') && target !== '/dev/null') logs.set(target, { section: 'nginx', line: directive.line, token: target })
      }
      return [...logs].map(([path, cite]) => judge(path, cite, facts.os))
    })
    const verdicts = [...new Map(judged.map((verdict) => [verdict.subject, verdict])).values()]
    const silent = fronts.length > 0 && verdicts.length === 0
    return silent ? [noFile] : rest(facts, picture, verdicts)
  },
})

const noFile: Verdict = {
  status: 'not-applicable',
  subject: '',
  title: 'The proxy writes no log file',
  reason: 'Its logs go elsewhere or nowhere; proxy-access-log-on judges that.',
  cite: [],
}

function judge(path: string, named: Citation, os: FactResult<Os>): Verdict {
  const base = { subject: path }
  const logrotate = os.known ? os.value.logrotate : undefined
  if (!logrotate || path.includes('$')) {
    const why = path.includes('$') ? 'its name holds a variable' : os.known ? 'the configuration of logrotate could not be read' : os.reason
    const reason = `What becomes of ${path} is not known: ${why}.`
    return { ...base, status: 'not-evaluated', title: 'How long logs are kept is not known', reason, cite: [named] }
  }
  const rotation = logrotate.rotations.find(({ patterns }) => patterns.some((pattern) => includePattern(pattern).test(path)))
  if (!rotation && logrotate.elsewhere.length > 0) {
    const reason = `No block that was read names ${path}, and logrotate also reads ${logrotate.elsewhere.slice(0, 3).join(', ')}.`
    return { ...base, status: 'not-evaluated', title: 'How long logs are kept is not known', reason, cite: [named] }
  }
  if (!rotation)
    return {
      ...base,
      status: 'warning',
      title: 'An access log is never rotated',
      reason: `No block of logrotate names ${path}, so it grows until the disk is full.`,
      hint: `A file in /etc/logrotate.d with ${path}, daily and rotate ${KEPT_DAYS}.`,
      cite: [named],
    }
  return { ...base, ...verdictOn(path, rotation), cite: [{ section: 'os', line: rotation.line }, named] }
}

function verdictOn(path: string, { every, keep, maxAgeDays, sooner, createMode }: Rotation): Pick<Verdict, 'status' | 'title' | 'reason'> {
  if (keep === 0) {
    const reason = `${path} is thrown away at each rotation: logrotate keeps none. Expected ${KEPT_DAYS} days.`
    return { status: 'warning', title: 'Old access logs are thrown away', reason }
  }
  if (createMode !== undefined && (createMode & 0o006) !== 0) {
    const reason = `logrotate makes the next ${path} with mode ${octal(createMode)}. Expected 0640.`
    return { status: 'warning', title: 'The next access log is open to every account', reason }
  }
  const age = maxAgeDays ?? Number.POSITIVE_INFINITY
  const longest = every === 'size' || keep < 0 ? age : Math.min(age, keep * days[every])
  if (longest < KEPT_DAYS) {
    const shown = Math.floor(longest)
    const reason = `logrotate keeps ${path} for ${shown} days${keep > 0 ? ` (rotate ${keep})` : ''}. Expected ${KEPT_DAYS}.`
    return { status: 'warning', title: `Access logs are kept for ${shown} days`, reason }
  }
  if ((every === 'size' || sooner) && keep > 0) {
    const reason = `logrotate rotates ${path} by its size and keeps ${keep}: how many days that is depends on the load.`
    return { status: 'not-evaluated', title: 'How long logs are kept hangs on their size', reason }
  }
  const reason = `logrotate keeps ${path} for ${longest === Number.POSITIVE_INFINITY ? 'ever' : `${Math.floor(longest)} days`}.`
  return { status: 'pass', title: 'Access logs are rotated and kept', reason }
}

/** Caddy rolls its files itself, by size, and deletes the oldest; one that it does not roll is left to logrotate. */
function ofCaddy({ path, keptDays, node }: CaddyLog, os: FactResult<Os>): readonly Verdict[] {
  if (path === undefined) return []
  if (keptDays === undefined) return [judge(path, citeCaddy(node), os)]
  const base = { subject: path, cite: [citeCaddy(node)] }
  if (keptDays < KEPT_DAYS) {
    const reason = `Caddy deletes ${path} after ${keptDays} days. Expected ${KEPT_DAYS} (roll_keep_for).`
    return [{ ...base, status: 'warning', title: `Access logs are kept for ${keptDays} days`, reason }]
  }
  const reason = `Caddy rolls ${path} by its size and keeps a number of files: how many days that is depends on the load.`
  return [{ ...base, status: 'not-evaluated', title: 'How long logs are kept hangs on their size', reason }]
}
