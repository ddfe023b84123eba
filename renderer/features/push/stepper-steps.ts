import type { PushJob } from '#shared/model/push-job.ts'
import { STOPPED_HERE } from '#shared/stopped-here.ts'

export interface StepView {
  readonly id: string
  readonly name: string
  readonly state: 'done' | 'current' | 'todo' | 'failed' | 'stopped' | 'skipped'
  /** One line beneath. */
  readonly about: string
  /** How it stands, for readers, where the line does not say it. */
  readonly unsaid: string
}

const names: readonly (readonly [id: string, name: string, about: string])[] = [
  ['stage', 'Validate', 'Copy, back up, check'],
  ['arm', 'Arm', 'The undo first'],
  ['write', 'Write', 'Put in place'],
  ['activate', 'Activate', 'Reload or restart'],
  ['verify', 'Verify', 'Over a new connection'],
  ['commit', 'Commit', 'Disarm the undo'],
]

const stateWords = {
  done: 'Done',
  current: 'Under way',
  todo: '',
  failed: 'Failed here',
  stopped: 'Stopped here',
  skipped: 'Not taken',
} as const

/**
 * The steps of a push and how each stands. `plan` is true once there is one. The step that was under way when the undo began is the one that
 * failed, or that the admin stopped; those after it were never taken.
 */
export function stepperSteps(plan: boolean, job: PushJob | undefined): readonly StepView[] {
  const first: StepView = {
    id: 'plan',
    name: 'Plan',
    state: plan ? 'done' : 'current',
    about: plan ? 'Read and compared' : 'Choose and compare',
    unsaid: plan ? 'Done' : '',
  }
  const taken = new Set(job?.steps.map(({ step }) => step))
  const last = names.findLastIndex(([id]) => taken.has(id))
  const broken = job !== undefined && (taken.has('undo') || job.failure !== null)
  const stopped = job?.steps.some(({ step, detail }) => step === 'undo' && detail === STOPPED_HERE)
  const committed = job?.result?.verdict === 'committed-proven'
  return [
    first,
    ...names.map(([id, name, about], at): StepView => {
      const stands = stateOf(at, Math.max(last, job === undefined ? -1 : 0), broken, committed, job !== undefined)
      const state = stands === 'failed' && stopped ? 'stopped' : stands
      return { id, name, state, about: stateWords[state] || about, unsaid: state === 'todo' ? 'To do' : '' }
    }),
  ]
}

function stateOf(at: number, last: number, broken: boolean, committed: boolean, begun: boolean): StepView['state'] {
  if (committed) return 'done'
  if (!begun) return 'todo'
  if (at < last) return 'done'
  if (at === last) return broken ? 'failed' : 'current'
  return broken ? 'skipped' : 'todo'
}
