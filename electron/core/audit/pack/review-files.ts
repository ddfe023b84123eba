import reviewSchema from '#assets/schemas/access-reviews.schema.json' with { type: 'json' }
import { namedAs } from '#shared/account-kind.ts'
import { capabilityWords } from '#shared/model/capability.ts'
import type { RecordedDecision, RecordedReview } from '#shared/model/recorded-review.ts'
import { visible } from '#shared/words.ts'
import { html, isolated, type Markup, nothing } from '../markup.ts'
import { csvHead, csvLine } from './csv.ts'
import type { PackFile } from './pack-file.ts'

/** Rows that are printed; the file has all. */
const PRINTED_ROWS = 500
const CSV = 'decisions/access-reviews.csv'

const columns = [
  ...['review started', 'started by', 'signed', 'signed by', 'host', 'account', 'decision', 'note', 'decided by', 'decided'],
  ...['tier', 'logs in by', 'can', 'since then', 'digest of what it could do', 'not known of it', 'why not', 'kind'],
]

/** Who decided what about whose access, in every review of the fleet. No file where there was none. */
export const reviewFiles = (reviews: readonly RecordedReview[]): readonly PackFile[] =>
  reviews.length === 0
    ? []
    : [
        { path: 'decisions/access-reviews.json', pieces: [`${JSON.stringify(reviews, null, 2)}\n`] },
        { path: 'decisions/access-reviews.schema.json', pieces: [`${JSON.stringify(reviewSchema, null, 2)}\n`] },
        { path: CSV, pieces: csvOf(reviews) },
      ]

function* csvOf(reviews: readonly RecordedReview[]): Generator<string> {
  yield csvHead(columns)
  for (const { startedAt, startedBy, signedAt, signedBy, decisions } of reviews)
    for (const decision of decisions) {
      const { host, account, kind, verdict, note, decidedBy, decidedAt, seen, since, held } = decision
      yield csvLine(
        [
          ...[startedAt, startedBy, signedAt ?? '', signedBy ?? '', host, account, verdict, note, decidedBy, decidedAt],
          ...[held?.tier ?? '', held?.logins.join(', ') ?? '', abilities(decision), sinceWords[since], seen],
          ...[openOf(decision), held?.notRead?.reasons.join('; ') ?? '', kind ?? ''],
        ].map(visible),
      )
    }
}

const sinceWords = { same: '', changed: 'has changed since', gone: 'is gone since', 'not-read': 'not read in the newest audit' } as const
const abilities = ({ held }: RecordedDecision): string =>
  held === null
    ? 'only a digest was kept'
    : held.capabilities.map((one) => capabilityWords[one]).join(', ') || (held.notRead ? 'not known' : 'nothing')
/** What the account may have been able to do beside that, which was not read. */
const openOf = ({ held }: RecordedDecision): string =>
  held?.notRead ? held.notRead.capabilities.map((one) => capabilityWords[one]).join(', ') || 'Who gets in as it' : ''
const couldWords = (decision: RecordedDecision): string => {
  const { since, held } = decision
  const open = held?.notRead ? `not known: ${openOf(decision)} (${held.notRead.reasons.join('; ')})` : ''
  const found = open !== '' && held?.capabilities.length === 0 ? '' : abilities(decision)
  return [found, open, sinceWords[since]].filter(Boolean).join('; ')
}

/** The last review that was signed as it is printed, and the one that is open before it. */
export function printedReviews(reviews: readonly RecordedReview[]): Markup {
  const open = reviews.find(({ signedAt }) => signedAt === null)
  const signed = reviews.find(({ signedAt }) => signedAt !== null)
  return html`<h2 id="access-review">Access review</h2>
${open ? printed(open) : nothing}
${signed ? printed(signed) : html`<p>No review of access was signed with Gatehouse.</p>`}`
}

function printed({ startedAt, startedBy, signedAt, signedBy, notCovered = [], decisions }: RecordedReview): Markup {
  const more = decisions.length - PRINTED_ROWS
  return html`<p>Begun on ${startedAt.slice(0, 10)} by ${isolated(startedBy)}. ${
    signedAt === null ? html`<strong>Not signed yet.</strong>` : html`Signed on ${signedAt.slice(0, 10)} by ${isolated(signedBy ?? '')}.`
  } ${decisions.length} ${decisions.length === 1 ? 'decision' : 'decisions'}.${notCovered.length > 0 ? html` <strong>It does not cover ${notCovered.join(', ')}</strong>, where too little was read.` : nothing}</p>
<table class="reviewed"><thead><tr><th scope="col">Account</th><th scope="col">Host</th><th scope="col">Could</th><th scope="col">Decision</th><th scope="col">Note</th><th scope="col">By</th></tr></thead>
<tbody>${decisions.slice(0, PRINTED_ROWS).map(
    (
      decision,
    ) => html`<tr><th scope="row">${namedAs(decision.account, decision.kind)}</th><td>${decision.host}</td><td>${couldWords(decision)}</td><td>${decisionWords[decision.verdict]}</td><td>${decision.note}</td><td>${isolated(decision.decidedBy)}, <time>${decision.decidedAt.slice(0, 10)}</time></td></tr>
`,
  )}</tbody></table>
${more > 0 ? html`<p>${more} more are in <code>${CSV}</code>.</p>` : nothing}`
}

const decisionWords = { keep: 'Keep', remove: 'Remove', ask: 'Ask first' } as const
