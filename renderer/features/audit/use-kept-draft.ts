import { useEffect, useRef } from 'react'
import type { ItemId } from '#shared/model/checklist.ts'
import type { StepDraft } from '#shared/model/walkthrough.ts'
import { useKeepDraft } from '../../stores/actions.ts'

const PAUSE_MS = 500

/** Hands what was typed to the engine after a pause, and at once when the step is left. Returns how to forget what still waits. */
export function useKeptDraft(item: ItemId, draft: StepDraft): () => void {
  const { mutate } = useKeepDraft()
  const first = useRef(draft)
  const waiting = useRef<StepDraft | null>(null)
  useEffect(() => {
    if (draft === first.current) return
    waiting.current = draft
    const keep = () => {
      if (waiting.current !== null) mutate({ item, draft: waiting.current })
      waiting.current = null
    }
    const timer = setTimeout(keep, PAUSE_MS)
    return () => clearTimeout(timer)
  }, [item, draft, mutate])
  useEffect(
    () => () => {
      if (waiting.current !== null) mutate({ item, draft: waiting.current })
    },
    [item, mutate],
  )
  return () => {
    waiting.current = null
  }
}
