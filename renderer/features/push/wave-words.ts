import type { PushPlan } from '#shared/model/push-plan.ts'
import type { WaveHost } from '#shared/model/wave-job.ts'
import type { Tone } from '../../ui/outcome-words.ts'
import { verdictWords } from './verdict-words.ts'

/** How the hosts of a push that has not begun would go. A size that is no number is one wave. */
export const wavesPlanned = (plans: readonly PushPlan[], canary: number, size: number): readonly WaveHost[] =>
  plans.map((plan, at): WaveHost => {
    const wave = at < canary || !(canary > 0) ? 1 : 2 + (size > 0 ? Math.floor((at - canary) / size) : 0)
    return { plan, wave, step: '', undoDueAt: null, undoAfterSeconds: null, outcome: null, reason: '' }
  })

const steps: Readonly<Record<string, string>> = {
  ready: 'Looking',
  begin: 'Beginning',
  stage: 'Validating',
  arm: 'Arming',
  write: 'Writing',
  activate: 'Activating',
  verify: 'Verifying',
  commit: 'Committing',
  undo: 'Undoing',
}

/** One word for where a host stands. */
export function waveHostWords({ step, outcome }: Pick<WaveHost, 'step' | 'outcome'>): { readonly word: string; readonly tone: Tone } {
  if (outcome === 'not-started') return { word: 'Not started', tone: 'na' }
  if (outcome !== null) return verdictWords[outcome]
  return step === '' ? { word: 'Waiting', tone: 'na' } : { word: steps[step] ?? 'Running', tone: step === 'undo' ? 'warn' : 'run' }
}
