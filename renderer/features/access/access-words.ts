import type { AccessRow, TierName } from '#shared/model/access.ts'
import type { Capability } from '#shared/model/capability.ts'
import type { Tone } from '../../ui/outcome-words.ts'

export const tierWords: Readonly<Record<TierName, string>> = { users: 'Users', operators: 'Operators', administrators: 'Administrators' }

export const stateWords: Readonly<Record<AccessRow['state'], { readonly word: string; readonly tone: Tone }>> = {
  above: { word: 'Above tier', tone: 'fail' },
  'still-active': { word: 'Still active', tone: 'fail' },
  'no-tier': { word: 'No tier', tone: 'warn' },
  missing: { word: 'Missing', tone: 'warn' },
  below: { word: 'Below tier', tone: 'warn' },
  unknown: { word: 'Unknown', tone: 'unknown' },
  match: { word: 'Match', tone: 'pass' },
  own: { word: 'No person', tone: 'na' },
}

/** What gives or withholds it on a host. */
export const enforcedBy: Readonly<Record<Capability, string>> = {
  'become-root': 'sudo, groups',
  'change-access': 'Files',
  'change-configuration': 'Files',
  'change-models': 'Files, proxy',
  'read-prompts': 'Account',
  'control-services': 'sudo, polkit',
  'read-logs': 'Groups, files',
  'send-inference': 'Proxy, key',
}

/** What an admin does about it; nothing where all is well. */
export const nextSteps: Readonly<Partial<Record<AccessRow['state'], string>>> = {
  above: 'Take away the way shown here, or name the account in a higher tier of the fleet file.',
  'still-active': 'Start a review, choose Remove for it, and plan the removal.',
  'no-tier': 'Name it in a tier of the fleet file, or close its ways in: a review plans that.',
  missing: 'Make the account here, or take its name out of the tier in the fleet file.',
  below: 'Give it the way that its tier needs, or name it in a lower tier of the fleet file.',
  unknown: 'See below what was not read and how it can be, then audit again.',
}
