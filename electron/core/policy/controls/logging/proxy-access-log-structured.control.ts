import type { CaddyAccessLog } from '../../../facts/caddy/model/access-log.ts'
import type { Citation } from '../../../facts/citation.ts'
import { defineControl, type Verdict } from '../../control.ts'
import { frontsOf, proxyNeeds, proxyUses, rest } from '../proxy/proxy-paths.ts'
import {
  type AccessLog,
  accessLogsOf,
  caddyLogOf,
  citeCaddy,
  isStream,
  type LogFormat,
  logFormats,
  nginxRoutes,
  notModelled,
} from './access-logs.ts'

/** What an investigation asks, and the variables that answer (ngx_http_core_module, ngx_http_log_module). */
const questions: readonly (readonly [what: string, variables: RegExp])[] = [
  ['time', /\$(?:time_iso8601|time_local|msec)\b/],
  ['client address', /\$(?:remote_addr|binary_remote_addr|realip_remote_addr|proxy_protocol_addr)\b/],
  [
    'user',
    /\$(?:remote_user|ssl_client_s_dn\w*|ssl_client_(?:serial|fingerprint)|upstream_http_x_auth\w*|auth_\w+|http_x_(?:forwarded_user|auth_request_\w+)|jwt_\w+|user\w*|oauth\w*)\b/,
  ],
  ['request', /\$(?:request|request_uri|uri)\b/],
  ['status', /\$status\b/],
  ['bytes', /\$(?:bytes_sent|body_bytes_sent|upstream_bytes_\w+|request_length)\b/],
  ['duration', /\$(?:request_time|upstream_response_time)\b/],
]
/** What must never be in a log. */
const secrets =
  /\$(?:request_body|request_body_file|http_authorization|http_x_api_key|http_api_key|http_cookie|cookie_\w+|arg_(?:api_?)?key|arg_token|upstream_http_set_cookie|sent_http_set_cookie|resp_body)\b/

export default defineControl({
  id: 'proxy-access-log-structured',
  item: 'MON-1',
  severity: 'medium',
  title: 'The access log is JSON with who, what and how long, and no secrets',
  rationale:
    'Lines that programs can read are the ones that alerts are made of. Without escape=json a caller writes quotes into his agent string and forges fields; with bodies or Authorization headers in it the log itself is the leak.',
  needs: proxyNeeds,
  uses: proxyUses,
  remediation: {
    template: 'nginx-ollama',
    otherEngines: 'nginx-openai',
    also: ['nginx-ai-access-log', 'caddy-ollama', 'oauth2-proxy-nginx'],
  },
  references: [
    'NIST-800-53:AU-3',
    'NIST-800-53:AU-3(1)',
    'CIS-8:8.5',
    'ISO-27001:A.8.15',
    'https://nginx.org/en/docs/http/ngx_http_log_module.html#log_format',
  ],
  evaluate: (facts, context) => {
    const { fronts, picture } = frontsOf(facts, context)
    const formats = logFormats(facts.nginx)
    const judged = fronts.map((front): Verdict => {
      const caddy = caddyLogOf(front)
      if (caddy) return ofCaddy(front.subject, caddy)
      const routes = nginxRoutes(front)
      if (routes.length === 0) return notModelled(front)
      const logs = new Map(
        routes
          .flatMap(accessLogsOf)
          .filter(({ target }) => target !== undefined)
          .map((log) => [log.directive, log]),
      )
      if (routes.some(isStream) || (logs.size === 0 && routes.every((route) => accessLogsOf(route).length > 0)))
        return {
          status: 'not-applicable',
          subject: front.subject,
          title: 'There is no access log to judge',
          reason: `${front.subject} logs no requests; proxy-access-log-on judges that.`,
          cite: [],
        }
      if (logs.size === 0)
        return {
          status: 'warning',
          subject: front.subject,
          title: 'The access log is plain text',
          reason: `${front.subject} names no access_log, so nginx writes its default file in the format combined.`,
          cite: [front.first.line],
        }
      const verdicts = [...logs.values()].map((log) => judge(front.subject, log, formats.get(log.format)))
      // One sound log is enough; a leak in any of them is not.
      return (
        verdicts.find(({ status }) => status === 'fail') ?? verdicts.find(({ status }) => status === 'pass') ?? (verdicts[0] as Verdict)
      )
    })
    return rest(facts, picture, judged)
  },
})

function judge(subject: string, log: AccessLog, format: LogFormat | undefined): Verdict {
  const used: Citation = { section: 'nginx', line: log.directive.line, token: log.format }
  if (!format) {
    const reason =
      log.format === 'combined'
        ? `${subject} logs in the format combined, which is text and knows no duration.`
        : `The log format ${log.format} is not defined in what nginx -T printed.`
    return {
      status: log.format === 'combined' ? 'warning' : 'not-evaluated',
      subject,
      title: log.format === 'combined' ? 'The access log is plain text' : 'The log format was not found',
      reason,
      cite: [used],
    }
  }
  const cite: readonly Citation[] = [{ section: 'nginx', line: format.directive.line, token: log.format }, used]
  const leak = secrets.exec(format.text)?.[0]
  if (leak)
    return {
      status: 'fail',
      subject,
      title: 'The access log holds secrets',
      reason: `Format ${log.format} writes ${leak}. Expected neither bodies nor keys.`,
      cite,
    }
  const json = /^\s*\{/.test(format.text) && /\}\s*$/.test(format.text)
  if (!json)
    return {
      status: 'warning',
      subject,
      title: 'The access log is plain text',
      reason: `Format ${log.format} is not JSON. Expected escape=json and an object.`,
      cite,
    }
  if (format.escape !== 'json')
    return {
      status: 'warning',
      subject,
      title: 'The JSON of the log can be forged',
      reason: `Format ${log.format} looks like JSON but lacks escape=json, so a quote of a caller breaks it.`,
      cite,
    }
  const missing = questions.filter(([, variables]) => !variables.test(format.text)).map(([what]) => what)
  if (missing.length > 0)
    return {
      status: 'warning',
      subject,
      title: 'The access log leaves questions open',
      reason: `Format ${log.format} does not say: ${missing.join(', ')}.`,
      cite,
    }
  return {
    status: 'pass',
    subject,
    title: 'The access log is structured',
    reason: `Format ${log.format} is JSON with ${questions.map(([what]) => what).join(', ')}, without bodies and keys.`,
    cite,
  }
}

/** Caddy's JSON has time, address, user, request, status, size and duration, and leaves out headers with keys unless it is told otherwise. */
function ofCaddy(subject: string, { logs, credentials, node }: CaddyAccessLog): Verdict {
  const kept = logs.filter(({ to }) => to !== 'none')
  if (kept.length === 0) {
    const reason = `${subject} logs nothing; proxy-access-log-on judges that.`
    return { status: 'not-applicable', subject, title: 'There is no access log to judge', reason, cite: [] }
  }
  const cite = kept.slice(0, 4).map((log) => citeCaddy(log.node))
  if (credentials) {
    const reason = `should_log_credentials is on, so Authorization headers and cookies of ${subject} are written as they are.`
    return { status: 'fail', subject, title: 'The access log holds secrets', reason, cite: [citeCaddy(node, 'Expected it off.')] }
  }
  if (kept.some(({ format }) => format === 'json'))
    return { status: 'pass', subject, title: 'The access log is structured', reason: `Caddy logs ${subject} as JSON.`, cite }
  const unknown = kept.some(({ format }) => format === 'unknown')
  return {
    status: unknown ? 'not-evaluated' : 'warning',
    subject,
    title: unknown ? 'The format of the log is not known' : 'The access log is plain text',
    reason: unknown
      ? `The encoder of the log of ${subject} is not modelled.`
      : `The log of ${subject} is for people. Expected format json.`,
    cite,
  }
}
