import type { AccessRow, TierName } from '#shared/model/access.ts'
import type { Capability } from '#shared/model/capability.ts'
import type { Tone } from '../../ui/outcome-words.ts'

export const tierWords: Readonly<Record<TierName, string>> = { users: 'Users', operators: 'Operators', administrators: 'Administrators' }

export const stateWords: Readonly<Record<AccessRow['state'], { readonly word: string; readonly tone: Tone }>> = {
  above: { word: 'Above tier', tone: 'fail' },
  'still-active': { word: 'Still active', tone: 'fail' },
  'no-tier': { word: 'No tier', tone: 'warn' },
  missing: { word: 'Missing', tone: 'warn' },
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
