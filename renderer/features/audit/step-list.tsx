import { Check } from 'lucide-react'
import { useEffect, useRef } from 'react'
import { areas, checklist, type ItemId } from '#shared/model/checklist.ts'
import { useHosts } from '../../stores/use-hosts.tsx'
import { Status } from '../../ui/status.tsx'
import { type Step, stepState } from './step-words.ts'

interface StepListProps {
  readonly steps: readonly Step[]
  readonly current: ItemId
  readonly onStep: (item: ItemId) => void
}

/** The 18 steps, in the order of the checklist. */
export function StepList({ steps, current, onStep }: StepListProps) {
  const hosts = useHosts()
  const list = useRef<HTMLElement>(null)
  // Ctrl with an arrow may lead out of sight, and so may a window that becomes smaller. The list alone scrolls, and not the page around it.
  useEffect(() => {
    const frame = list.current
    if (frame === null) return
    const show = () => {
      const row = frame.querySelector(`[data-item="${current}"]`)?.getBoundingClientRect()
      const { top, bottom } = frame.getBoundingClientRect()
      if (row !== undefined) frame.scrollTop += Math.min(row.top - top, 0) + Math.max(row.bottom - bottom, 0)
    }
    const observer = new ResizeObserver(show)
    observer.observe(frame)
    return () => observer.disconnect()
  }, [current])
  const done = (all: readonly Step[]) => all.filter(({ record }) => record !== null).length
  return (
    <nav ref={list} className="walk-steps" aria-label="Checklist steps" data-pane>
      <div className="pane-head">
        <h2>18 steps</h2>
        <span className="muted">{done(steps)} recorded</span>
      </div>
      {areas.map((area) => {
        const items = checklist.filter((item) => item.area === area)
        const own = steps.filter(({ item }) => items.some(({ id }) => id === item))
        return (
          <section key={area} aria-label={area}>
            <h3>
              {area}
              <span className="num">
                {done(own)} of {own.length}
              </span>
            </h3>
            <ol>
              {own.map((step) => {
                const { tone, word } = stepState(step, hosts)
                const number = checklist.findIndex(({ id }) => id === step.item) + 1
                const now = step.item === current
                return (
                  <li key={step.item}>
                    <button type="button" data-item={step.item} aria-current={now ? 'step' : undefined} onClick={() => onStep(step.item)}>
                      <span className="mono muted">{step.record === null ? number : <Check className="icon" aria-label="Recorded" />}</span>
                      <span>{items.find(({ id }) => id === step.item)?.shortTitle}</span>
                      <Status tone={tone}>{word}</Status>
                    </button>
                  </li>
                )
              })}
            </ol>
          </section>
        )
      })}
    </nav>
  )
}
