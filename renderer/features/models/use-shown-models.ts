import { useState } from 'react'
import type { ModelArtifact } from '#shared/model/model-artifact.ts'
import type { Registration } from '#shared/model/model-registration.ts'
import {
  filterModels,
  filterWaiting,
  groupModels,
  groupOf,
  type ModelGroup,
  placeOf,
  placesOf,
  registrationOf,
  waitingFor,
} from './model-rows.ts'

/** How somebody came here: a new one each time. */
export interface ModelArrival {
  readonly model?: string
}

export type Filter = 'all' | ModelGroup

/** What of all models is shown, in which order, and which of it is chosen. */
export function useShownModels(all: readonly ModelArtifact[], registrations: readonly Registration[], arrival: ModelArrival) {
  const [filter, setFilter] = useState<Filter>('all')
  const [by, setBy] = useState<'state' | 'host'>('state')
  const [text, setText] = useState<string | null>(null)
  // A choice holds until somebody arrives here anew.
  const [choice, setChoice] = useState<{ readonly arrival: ModelArrival; readonly name: string | undefined }>()
  const chosen = choice?.arrival === arrival ? choice.name : arrival.model
  const choose = (name: string | undefined) => setChoice({ arrival, name })
  const shown = filterModels(all, text ?? '').filter((row) => filter === 'all' || groupOf(row) === filter)
  const groups = groupModels(shown, by)
  /** Registrations of models that lie on no host yet. */
  const requested = waitingFor(all, registrations)
  const waiting = filter === 'all' ? filterWaiting(requested, text ?? '') : []
  const rows = groups.flatMap((group) => group.rows)
  const waits = waiting.find(({ id }) => id === chosen)
  const row = waits ? undefined : (rows.find((it) => it.name === chosen || placesOf(it).includes(chosen ?? '')) ?? rows[0])
  const inOrder = [...waiting.map(({ id }) => id), ...rows.map(placeOf)]
  const selected = waits?.id ?? (row && placeOf(row))
  return {
    ...{ filter, setFilter, by, setBy, text, setText, groups, waiting, waits, row, selected, choose },
    registration: waits ?? (row && registrationOf(row, registrations)),
    total: all.length + requested.length,
    none: inOrder.length === 0,
    narrowed: filter !== 'all' || (text ?? '') !== '',
    several: inOrder.length > 1,
    move: (delta: number) => () => {
      const at = selected === undefined ? -1 : inOrder.indexOf(selected)
      choose(inOrder[Math.min(Math.max(at + delta, 0), inOrder.length - 1)])
    },
    clear() {
      setText(null)
      setFilter('all')
    },
  }
}

export type ShownModels = ReturnType<typeof useShownModels>
