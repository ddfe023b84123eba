import type { WireAnswer, WireEndpoint } from '../../../facts/wire/wire.ts'
import { defineControl, type Verdict } from '../../control.ts'

export default defineControl({
  id: 'proxy-hsts-sent',
  item: 'INF-2',
  severity: 'low',
  title: 'Encrypted endpoints tell browsers to stay encrypted',
  rationale:
    'Without Strict-Transport-Security a browser still follows a link to http://, where someone between can read the first request and its password. Programs that are no browsers ignore the header.',
  steps: 'In nginx: add_header Strict-Transport-Security "max-age=31536000" always; in each server that serves TLS.',
  needs: ['wire'],
  references: ['NIST-800-53:SC-8', 'CIS-8:3.10', 'ISO-27001:A.8.24', 'https://www.rfc-editor.org/rfc/rfc6797'],
  evaluate: ({ wire }) => {
    const verdicts = wire.endpoints.flatMap(judge)
    if (verdicts.length > 0) return verdicts
    return [
      {
        status: 'not-applicable',
        subject: '',
        title: 'No encrypted endpoint answers the jump host',
        reason: 'No HTTP answer came out of a TLS connection from the jump host.',
        cite: [{ section: 'wire', line: 0 }],
      },
    ]
  },
})

function judge({ address, port, tls, answers, section }: WireEndpoint): readonly Verdict[] {
  // A host name is needed: the header is ignored for addresses (RFC 6797, 8.1.1).
  const heard = answers.filter(({ status }) => status !== undefined)
  if (tls?.serverName === undefined || heard.length === 0) return []
  const subject = `${tls.serverName}:${port}`
  const without = heard.filter((answer) => maxAge(answer) === 0)
  const [first] = without
  if (first)
    return [
      {
        status: 'warning',
        subject,
        title: 'No Strict-Transport-Security header',
        reason: `${first.method} ${first.path} on ${address}:${port} was answered ${first.status} without it${without.length < heard.length ? ', while other routes send it' : ''}. Expected max-age of some months, on every answer.`,
        cite: without.slice(0, 4).map(({ line }) => ({ section, line, note: 'Sent without Strict-Transport-Security.' })),
      },
    ]
  return [
    {
      status: 'pass',
      subject,
      title: 'Strict-Transport-Security is sent',
      reason: `Every answer of ${subject} carries it.`,
      cite: heard.slice(0, 4).map(({ line }) => ({ section, line })),
    },
  ]
}

/** Seconds; 0 when the header is missing, or takes back what was said before. */
const maxAge = ({ headers }: WireAnswer): number =>
  Number(/(?:^|;)\s*max-age\s*=\s*"?(\d{1,10})"?/i.exec(headers['strict-transport-security'] ?? '')?.[1] ?? 0)
