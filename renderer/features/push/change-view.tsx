import { useState } from 'react'
import type { PushPlan } from '#shared/model/push-plan.ts'
import { useFleetState, usePushJob, useWaves } from '../../stores/queries.ts'
import { goPush, type PushStart, useUi } from '../../stores/ui.store.ts'
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
export function ChangeView({ draft }: { readonly draft: PushStart | PushPlan | null }) {
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
  const plannedMany = useUi((state) => state.plannedMany)
  const many = plannedMany !== null && plannedMany.draft === draft && plannedMany.fleet === fleet ? plannedMany : undefined
  const leftWaves = useUi((state) => state.leftWaves)
  const wavesShown =
    waves !== undefined && (waves.state !== 'finished' || (waves.startedAt !== leftWaves && (many !== undefined || draft === null)))
      ? waves
      : undefined
  const leaveWaves = () => useUi.setState({ plannedMany: null, leftWaves: waves?.startedAt ?? null })
  if (!running && (wavesShown !== undefined || many !== undefined))
    return (
      <WavesView
        planned={many?.made}
        job={wavesShown}
        onNew={() => {
          leaveWaves()
          // The plans are changed from what they were made of; after a push there is nothing to change.
          if (wavesShown === undefined && many !== undefined) goPush('change', many.from)
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
          onPlan={(made) => {
            leaveWaves()
            useUi.setState({ planned: { draft, plan: made } })
          }}
          onPlans={(made, from) => {
            leaveWaves()
            useUi.setState({ plannedMany: { draft, fleet: fleet ?? '', made, from } })
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
