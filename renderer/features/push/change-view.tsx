import { useState } from 'react'
import type { Output } from '#shared/ipc/contracts.ts'
import type { PushDraft } from '#shared/model/push-draft.ts'
import type { PushPlan } from '#shared/model/push-plan.ts'
import { useFleetState, usePushJob, useWaves } from '../../stores/queries.ts'
import { goPush, useUi } from '../../stores/ui.store.ts'
import { Scroll } from '../../ui/scroll.tsx'
import { ConflictFiles } from './conflict-files.tsx'
import { PlanFiles } from './plan-files.tsx'
import { PlanForm } from './plan-form.tsx'
import { PlanRail } from './plan-rail.tsx'
import { PushRail } from './push-rail.tsx'
import { Stepper } from './stepper.tsx'
import { stepperSteps } from './stepper-steps.ts'
import { WavesView } from './waves-view.tsx'

/** One push from the choice to the verdict. What runs is shown first, whatever was asked for. */
export function ChangeView({ draft }: { readonly draft: PushDraft | PushPlan | null }) {
  const query = usePushJob()
  const last = query.data ?? undefined
  const fleet = useFleetState().data?.fleet?.name
  const planned = useUi((state) => state.planned)
  // Of a draft that is a plan itself: until it is left.
  const [own, setOwn] = useState(draft !== null && 'id' in draft ? draft : undefined)
  const kept = planned !== null && planned.draft === draft && planned.plan.fleet === fleet ? planned.plan : undefined
  const plan = kept ?? own
  // Who comes with a finding to fix has read how the last push ended.
  const [left, setLeft] = useState(draft === null ? undefined : last?.plan.id)
  const running = last !== undefined && last.state !== 'finished'
  const job =
    running || (last !== undefined && last.plan.id !== left && (plan === undefined || plan.id === last.plan.id)) ? last : undefined
  const shown = job?.plan ?? plan
  const waves = useWaves().data ?? undefined
  const [many, setMany] = useState<Output<'push:plan-many'>>()
  const [leftWaves, setLeftWaves] = useState<string>()
  const wavesShown =
    waves !== undefined && (waves.state !== 'finished' || (many !== undefined && waves.startedAt !== leftWaves)) ? waves : undefined
  if (!running && (wavesShown !== undefined || many !== undefined))
    return (
      <WavesView
        planned={many}
        job={wavesShown}
        onNew={() => {
          setMany(undefined)
          setLeftWaves(waves?.startedAt)
        }}
      />
    )
  const anew = () => {
    useUi.setState({ planned: null })
    setOwn(undefined)
    setLeft(last?.plan.id)
  }
  const change = ({ host, template, parameters, reverts }: PushPlan) => {
    anew()
    // What takes a push back was not made of values.
    if (reverts === undefined) goPush('change', { host, template: template.id, parameters })
  }
  return (
    <div className="push" aria-busy={query.isPending}>
      <Stepper steps={stepperSteps(shown !== undefined, job)} />
      {shown === undefined ? (
        <PlanForm
          draft={draft !== null && 'id' in draft ? null : draft}
          onPlan={(made) => useUi.setState({ planned: { draft, plan: made } })}
          onPlans={(made) => {
            setLeftWaves(waves?.startedAt)
            setMany(made)
          }}
        />
      ) : (
        <div className="push-body">
          {job !== undefined && job.conflicts.length > 0 ? (
            <ConflictFiles host={shown.host} conflicts={job.conflicts} />
          ) : (
            <PlanFiles key={shown.id} plan={shown} keys />
          )}
          <Scroll as="aside" className="push-rail" aria-label="This push" data-pane>
            {job === undefined ? <PlanRail plan={shown} onBack={() => change(shown)} /> : <PushRail job={job} onNew={anew} />}
          </Scroll>
        </div>
      )}
    </div>
  )
}
