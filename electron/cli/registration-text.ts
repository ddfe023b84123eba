import type { Registration, RegistrationStep } from '#shared/model/model-registration.ts'
import { registrationStateWords } from '#shared/model/registration-state.ts'
import { stateOf } from '#shared/model/registration-steps.ts'
import { visible } from '#shared/words.ts'

/** One registration with all its steps. */
export function registrationText(registration: Registration): string {
  const lines = registration.steps.flatMap((step) => [
    `  ${step.at.slice(0, 16).replace('T', ' ')}  ${headOf(step)}  (${step.account})`,
    ...detailsOf(step).map((line) => `      ${line}`),
  ])
  const head = `${registrationStateWords[stateOf(registration)].padEnd(12)}  ${registration.model}  ${registration.id}`
  return [head, ...lines].map((line) => `${visible(line.replaceAll('\n', ' '))}\n`).join('')
}

function headOf(step: RegistrationStep): string {
  switch (step.step) {
    case 'requested':
      return `requested by ${step.name}`
    case 'reviewed':
      return `reviewed by ${step.name}, on ${step.host}`
    case 'tested':
      return `${step.passed ? 'tested' : 'test failed'}, by ${step.name} on ${step.where}`
    case 'approved':
      return `approved by ${step.name}${step.alone ? ', who requested it' : ''}`
    case 'deployed':
      return `deployed to ${step.host}:${step.path}`
    case 'superseded':
      return `superseded by ${step.successor}`
    default:
      return `${step.step} by ${step.name}`
  }
}

function detailsOf(step: RegistrationStep): string[] {
  switch (step.step) {
    case 'requested':
      return [`${step.source}${step.revision && ` at ${step.revision}`}, ${step.licence}`, step.purpose]
    case 'reviewed':
      return [
        ...step.checks.map(({ check, ok, detail }) => `${ok ? 'holds   ' : 'accepted'} ${check}: ${detail}`),
        ...(step.note === '' ? [] : [`note: ${step.note}`]),
        `content ${step.content.key}`,
      ]
    case 'tested':
      return [step.result]
    case 'approved':
      return [`for ${step.tiers.join(', ')} on ${step.hosts.join(', ')}${step.secondFactor ? '' : ', without a second factor'}`]
    case 'deployed':
      return [step.detail]
    case 'superseded':
      return []
    default:
      return [step.reason]
  }
}
