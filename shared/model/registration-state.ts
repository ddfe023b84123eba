/**
 * Where the registration of a model stands. Without zod, since the window draws the words.
 * `superseded`: another registration of the same model was approved since. `revoked`: an approval that was taken back.
 */
export const registrationStates = ['requested', 'reviewed', 'tested', 'approved', 'superseded', 'rejected', 'revoked'] as const
export type RegistrationState = (typeof registrationStates)[number]

export const registrationStateWords: Readonly<Record<RegistrationState, string>> = {
  requested: 'Review due',
  reviewed: 'Test due',
  tested: 'Approval due',
  approved: 'Approved',
  superseded: 'Superseded',
  rejected: 'Rejected',
  revoked: 'Revoked',
}

export const stepNames = ['requested', 'reviewed', 'tested', 'approved', 'deployed', 'rejected', 'revoked', 'superseded'] as const
export type StepName = (typeof stepNames)[number]

/** States in which a step may be taken. The first one only begins. */
export const stepsFrom: Readonly<Record<StepName, readonly RegistrationState[]>> = {
  requested: [],
  reviewed: ['requested', 'reviewed', 'tested'],
  tested: ['reviewed', 'tested'],
  approved: ['tested'],
  deployed: ['approved'],
  rejected: ['requested', 'reviewed', 'tested'],
  revoked: ['approved', 'superseded'],
  superseded: ['approved'],
}

/** Whether the approval process lets the bytes at one place of one host be served. */
export const placeApprovals = [
  'approved',
  'approved-alone',
  'four-eyes-missing',
  'not-for-host',
  'superseded',
  'revoked',
  'rejected',
  'in-checks',
  'changed',
  'not-hashed',
  'unregistered',
] as const
export type PlaceApproval = (typeof placeApprovals)[number]

export const placeApprovalWords: Readonly<Record<PlaceApproval, string>> = {
  approved: 'Approved',
  'approved-alone': 'Approved by its requester',
  'four-eyes-missing': 'Second person missing',
  'not-for-host': 'Not approved for this host',
  superseded: 'Superseded',
  revoked: 'Revoked',
  rejected: 'Rejected',
  'in-checks': 'In checks',
  changed: 'Changed since approval',
  'not-hashed': 'Not known, not hashed',
  unregistered: 'Unregistered',
}

/** Roles of people that a model may be offered to. */
export const modelTiers = ['users', 'operators', 'administrators'] as const
export type ModelTier = (typeof modelTiers)[number]
