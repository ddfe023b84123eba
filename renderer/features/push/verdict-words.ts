import type { PushRecord } from '#shared/model/push-job.ts'
import type { PushPlan } from '#shared/model/push-plan.ts'
import type { TemplateEntry } from '#shared/model/template-entry.ts'
import type { Tone } from '../../ui/outcome-words.ts'

export const verdictWords: Readonly<Record<PushRecord['state'], { readonly word: string; readonly tone: Tone }>> = {
  'committed-proven': { word: 'Committed and proven', tone: 'pass' },
  'rolled-back-proven': { word: 'Rolled back and proven', tone: 'warn' },
  'rolled-back-not-proven': { word: 'Rolled back, not proven', tone: 'fail' },
  unknown: { word: 'Unknown', tone: 'fail' },
  refused: { word: 'Refused, nothing changed', tone: 'na' },
  collected: { word: 'Ended by a later push', tone: 'na' },
  open: { word: 'No verdict', tone: 'warn' },
}

export const dangerWords: Readonly<
  Record<PushPlan['danger'], { readonly word: string; readonly about: (unit: string) => string; readonly tone: Tone }>
> = {
  none: { word: 'No service touched', about: () => 'Nothing is reloaded or restarted.', tone: 'pass' },
  reload: { word: 'Reload', about: (unit) => `${unit} reads its files again and keeps its connections.`, tone: 'na' },
  restart: { word: 'Restart', about: (unit) => `${unit} restarts: what it does at that moment is lost.`, tone: 'warn' },
  'lock-out': {
    word: 'Could lock out',
    about: () => 'A mistake could lock everybody out, Gatehouse too, until the undo has run.',
    tone: 'fail',
  },
}

export const templateWords: Readonly<Record<TemplateEntry['state'], { readonly word: string; readonly tone: Tone }>> = {
  shipped: { word: 'With the release', tone: 'pass' },
  approved: { word: 'Approved', tone: 'pass' },
  pending: { word: 'Not approved', tone: 'warn' },
  withdrawn: { word: 'Withdrawn', tone: 'fail' },
}

/** One that ships, and that no key of a release signed, is no worse for it, and says so. */
export const wordsOfTemplate = ({
  state,
  signedBy,
}: Pick<TemplateEntry, 'state' | 'signedBy'>): { readonly word: string; readonly tone: Tone } =>
  state === 'shipped' && signedBy === null ? { word: 'Not signed', tone: 'na' } : templateWords[state]

/** A template of one's own takes an approval first; one that ships has been through it. */
export const isPushable = (state: TemplateEntry['state']): boolean => state === 'shipped' || state === 'approved'
