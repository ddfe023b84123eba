import type { Registration, RegistrationStep } from '#shared/model/model-registration.ts'
import { type PlaceApproval, placeApprovalWords, type RegistrationState, registrationStateWords } from '#shared/model/registration-state.ts'
import type { Tone } from '../../ui/outcome-words.ts'
import { plainText } from '../../ui/plain-text.ts'

interface Words {
  readonly word: string
  readonly tone: Tone
}

const approvalTones: Readonly<Record<PlaceApproval, Tone>> = {
  approved: 'pass',
  'approved-alone': 'pass',
  'four-eyes-missing': 'fail',
  'not-for-host': 'fail',
  superseded: 'warn',
  revoked: 'fail',
  rejected: 'fail',
  'in-checks': 'attest',
  changed: 'fail',
  'not-hashed': 'unknown',
  unregistered: 'warn',
}

/** Where the words of a report would not fit the column. */
const shortWords: Readonly<Partial<Record<PlaceApproval, string>>> = {
  'approved-alone': 'Approved, alone',
  'four-eyes-missing': 'Second person due',
  'not-for-host': 'For other hosts',
  changed: 'Changed',
  'not-hashed': 'Not known',
}

/** Whether what lies in this place is approved, in a word that fits a cell. */
export const approvalWords = (approval: PlaceApproval): Words => ({
  word: shortWords[approval] ?? placeApprovalWords[approval],
  tone: approvalTones[approval],
})

const stateTones: Readonly<Record<RegistrationState, Tone>> = {
  requested: 'attest',
  reviewed: 'attest',
  tested: 'attest',
  approved: 'pass',
  superseded: 'warn',
  rejected: 'fail',
  revoked: 'fail',
}

/** How far a registration has come. */
export const registrationWords = (state: RegistrationState): Words => ({ word: registrationStateWords[state], tone: stateTones[state] })

/** What is still to come, in its order. */
const road = ['requested', 'reviewed', 'tested', 'approved', 'deployed'] as const
const roadWords: Readonly<Record<(typeof road)[number], string>> = {
  requested: 'Request',
  reviewed: 'Security review',
  tested: 'Isolated test',
  approved: 'Approval',
  deployed: 'Deployment',
}

/** Steps that lie ahead of a registration in this state; none of one that ended. */
export function stepsAhead(state: RegistrationState, { steps }: Registration): string[] {
  if (state === 'rejected' || state === 'revoked' || state === 'superseded') return []
  if (steps.at(-1)?.step === 'deployed') return []
  return road.slice(road.indexOf(state) + 1).map((step) => roadWords[step])
}

export interface StepWords extends Words {
  readonly lines: readonly string[]
}

/** A step as the timeline tells it. Names and notes were typed by people, paths come from hosts. */
export function stepWords(step: RegistrationStep): StepWords {
  const text = (value: string) => plainText(value, 400)
  switch (step.step) {
    case 'requested':
      return {
        word: `Requested by ${text(step.name)}`,
        tone: 'pass',
        lines: [text(step.purpose), `${text(step.source)}, ${text(step.licence)}`],
      }
    case 'reviewed':
      return {
        word: `Reviewed by ${text(step.name)}`,
        tone: step.checks.every(({ ok }) => ok) ? 'pass' : 'warn',
        lines: [
          ...step.checks.map(({ ok, detail }) => `${ok ? '' : 'Accepted: '}${text(detail)}`),
          ...(step.note === '' ? [] : [`Note: ${text(step.note)}`]),
        ],
      }
    case 'tested':
      return {
        word: `${step.passed ? 'Tested' : 'Test failed'}, by ${text(step.name)}`,
        tone: step.passed ? 'pass' : 'fail',
        lines: [`${text(step.where)}: ${text(step.result)}`],
      }
    case 'approved':
      return {
        word: `Approved by ${text(step.name)}`,
        tone: 'pass',
        lines: [
          `For ${step.tiers.join(', ')} on ${step.hosts.join(', ')}`,
          ...(step.alone ? ['The same person requested it'] : []),
          ...(step.secondFactor ? [] : ['Without a second factor']),
        ],
      }
    case 'deployed':
      return { word: `Deployed to ${step.host}`, tone: 'pass', lines: [text(step.path), text(step.detail)] }
    case 'superseded':
      return { word: 'Superseded', tone: 'warn', lines: ['Another registration of this model was approved'] }
    default:
      return {
        word: `${step.step === 'rejected' ? 'Rejected' : 'Revoked'} by ${text(step.name)}`,
        tone: 'fail',
        lines: [text(step.reason)],
      }
  }
}
