import { useState } from 'react'
import type { ItemId } from '#shared/model/checklist.ts'
import type { Walkthrough as WalkthroughModel } from '#shared/model/walkthrough.ts'
import { useGuide } from '../../stores/queries.ts'
import { useUi } from '../../stores/ui.store.ts'
import { useKeys } from '../../stores/use-keys.ts'
import { type Sheet, SidePane } from '../../ui/side-pane.tsx'
import { PackPane } from './pack-pane.tsx'
import { StepList } from './step-list.tsx'
import { StepPage } from './step-page.tsx'
import { lastName, nextToDo, stepFrom } from './step-words.ts'

interface WalkthroughProps {
  readonly walkthrough: WalkthroughModel
  readonly onAgain: () => void
  readonly sheet: Sheet
}

/** Steps left, one step in the middle, what comes of it right or, in a narrow window, over them. */
export function Walkthrough({ walkthrough, onAgain, sheet }: WalkthroughProps) {
  const { steps } = walkthrough
  const guide = useGuide().data
  const last = useUi(({ auditStep }) => auditStep)
  const item = last ?? steps.find(({ record }) => record === null)?.item ?? 'INF-1'
  const setItem = (auditStep: ItemId) => useUi.setState({ auditStep })
  // The steps are read anew only after the next one is shown.
  const [named, setNamed] = useState<string>()
  const step = steps.find((one) => one.item === item)
  useKeys({
    'mod+arrowdown': () => setItem(stepFrom(steps, item, 1)),
    'mod+arrowup': () => setItem(stepFrom(steps, item, -1)),
    s: walkthrough.closedAt === null ? () => setItem(nextToDo(steps, item)) : undefined,
    escape: sheet.open ? sheet.toggle : undefined,
  })
  return (
    <div className="walk">
      <StepList steps={steps} current={item} onStep={setItem} />
      {step !== undefined && guide !== undefined && (
        <StepPage
          key={`${item} ${step.record?.id ?? ''}`}
          walkthrough={walkthrough.id}
          step={step}
          guide={guide}
          name={named ?? lastName(steps)}
          last={walkthrough.closedAt === null && steps.every(({ record }) => record !== null)}
          closed={walkthrough.closedAt !== null}
          onBack={() => setItem(stepFrom(steps, item, -1))}
          onRecorded={(name) => {
            setNamed(name)
            setItem(nextToDo(steps, item))
          }}
        />
      )}
      <SidePane sheet={sheet}>
        <PackPane
          walkthrough={walkthrough}
          onAgain={onAgain}
          onStep={(to) => {
            setItem(to)
            if (sheet.open) sheet.toggle()
          }}
        />
      </SidePane>
    </div>
  )
}
