import type { ModelContent, Registration, RegistrationStep, StepOf } from './model-registration.ts'
import type { RegistrationState } from './registration-state.ts'

const after = (state: RegistrationState, step: RegistrationStep): RegistrationState => {
  if (step.step === 'deployed') return state
  if (step.step === 'tested') return step.passed ? 'tested' : 'reviewed'
  return step.step
}

/** Where a registration stands after all its steps. */
export const stateOf = ({ steps }: Pick<Registration, 'steps'>): RegistrationState => steps.reduce<RegistrationState>(after, 'requested')

/** The newest step of a kind. */
export function lastStep<S extends RegistrationStep['step']>({ steps }: Pick<Registration, 'steps'>, kind: S): StepOf<S> | undefined {
  return steps.findLast((step): step is StepOf<S> => step.step === kind)
}

/** The bytes that were reviewed last; a later step speaks of these. */
export const contentOfRegistration = (registration: Pick<Registration, 'steps'>): ModelContent | undefined =>
  lastStep(registration, 'reviewed')?.content
