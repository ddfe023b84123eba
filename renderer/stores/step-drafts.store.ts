import { type QueryClient, useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { create } from 'zustand'
import type { ItemId } from '#shared/model/checklist.ts'
import type { StepDraft } from '#shared/model/walkthrough.ts'
import { call } from '../bridge/call.ts'
import { announce } from '../ui/announcer.ts'
import { plainText } from '../ui/plain-text.ts'
import { callWithCode } from './step-up.store.ts'
import { useUi } from './ui.store.ts'

const PAUSE_MS = 500

/** A step of a walkthrough. */
interface Place {
  readonly walkthrough: string
  readonly item: ItemId
}

/**
 * What was typed into steps, until the engine keeps it and no step shows it any more. It is held here and not by the form, so that a file that is
 * copied while another step is shown, and a step that is shown again at once, find what was typed last.
 */
interface Drafts {
  readonly typed: Readonly<Record<string, StepDraft>>
  /** Steps into which a file is being copied. */
  readonly attaching: readonly string[]
  /** Why the engine does not keep what was typed. */
  readonly refused: Readonly<Record<string, unknown>>
}

const useDrafts = create<Drafts>(() => ({ typed: {}, attaching: [], refused: {} }))
const keyOf = ({ walkthrough, item }: Place): string => `${walkthrough} ${item}`
const isAttaching = (key: string): boolean => useDrafts.getState().attaching.includes(key)

/** Main asks before a window is closed over a file that is being copied. */
const stay = (event: Event): void => event.preventDefault()
useDrafts.subscribe(({ attaching }) => {
  if (attaching.length > 0) addEventListener('beforeunload', stay)
  else removeEventListener('beforeunload', stay)
})

/** What the engine does not keep yet, and the timer after which it is asked to; none where it refused. */
const waiting = new Map<string, ReturnType<typeof setTimeout> | undefined>()

function forget(place: Place): void {
  clearTimeout(waiting.get(keyOf(place)))
  waiting.delete(keyOf(place))
}

function release(place: Place): void {
  const { [keyOf(place)]: _, ...typed } = useDrafts.getState().typed
  useDrafts.setState({ typed })
  accept(place)
}

function accept(place: Place): void {
  const { [keyOf(place)]: _, ...refused } = useDrafts.getState().refused
  useDrafts.setState({ refused })
}

function put(place: Place, draft: StepDraft): void {
  const key = keyOf(place)
  forget(place)
  waiting.set(
    key,
    setTimeout(() => void keep(place).catch(() => undefined), PAUSE_MS),
  )
  useDrafts.setState(({ typed }) => ({ typed: { ...typed, [key]: draft } }))
}

/** @throws {CallError} when the walkthrough is not the open one any more, or an operator typed. It waits on then. */
async function keep(place: Place): Promise<void> {
  const draft = useDrafts.getState().typed[keyOf(place)]
  if (draft === undefined || !waiting.has(keyOf(place))) return
  forget(place)
  try {
    await call('walkthrough:draft', { ...place, draft })
    accept(place)
  } catch (error) {
    if (!waiting.has(keyOf(place))) waiting.set(keyOf(place), undefined)
    useDrafts.setState(({ refused }) => ({ refused: { ...refused, [keyOf(place)]: error } }))
    throw error
  }
}

/** Of a step that is left: what another console types into it is seen again. */
async function leave(client: QueryClient, place: Place): Promise<void> {
  const key = keyOf(place)
  await keep(place)
  const draft = useDrafts.getState().typed[key]
  if (draft === undefined) return
  client.setQueryData(['walkthrough:current', null], await call('walkthrough:current', null))
  if (useDrafts.getState().typed[key] === draft && !isAttaching(key)) release(place)
}

/** Chooses a file and adds its copy to the step, which may be left meanwhile. What went wrong is said wherever the admin is by then. */
async function attach(client: QueryClient, place: Place, shown: StepDraft): Promise<void> {
  const key = keyOf(place)
  useUi.setState({ attachRefusal: null, auditStep: place.item })
  useDrafts.setState(({ typed, attaching }) => ({ typed: { ...typed, [key]: shown }, attaching: [...attaching, key] }))
  try {
    const file = await callWithCode('walkthrough:attach', null)
    const before = useDrafts.getState().typed[key] ?? shown
    if (file === null) return
    // What was removed while it was copied stays removed.
    put(place, { ...before, attachments: [...before.attachments.filter(({ sha256 }) => sha256 !== file.sha256), file] })
    await keep(place)
    announce(`${plainText(file.name, 60)} attached to ${place.item}`)
  } catch (error) {
    useUi.setState({ attachRefusal: { item: place.item, error } })
  } finally {
    useDrafts.setState(({ attaching }) => ({ attaching: attaching.filter((one) => one !== key) }))
    void leave(client, place).catch(() => undefined)
  }
}

/** What is typed into a step; `initial` where nothing is yet. The engine is given it after a pause, and at once when the step is left. */
export function useStepDraft(walkthrough: string, item: ItemId, initial: StepDraft) {
  const client = useQueryClient()
  const place = { walkthrough, item }
  const key = keyOf(place)
  const draft = useDrafts(({ typed }) => typed[key]) ?? initial
  const attaching = useDrafts((state) => state.attaching.includes(key))
  const refused = useDrafts((state) => state.refused[key])
  useEffect(
    () => () => {
      const { attachRefusal } = useUi.getState()
      // It was read here.
      if (attachRefusal?.item === item) useUi.setState({ attachRefusal: null })
      void leave(client, { walkthrough, item }).catch(() => undefined)
    },
    [client, walkthrough, item],
  )
  return {
    draft,
    attaching,
    /** Why what was typed is not kept; undefined while it is. */
    refused,
    change: (part: Partial<StepDraft>) => put(place, { ...(useDrafts.getState().typed[key] ?? initial), ...part }),
    attach: () => void attach(client, place, draft),
    /** What still waits is not kept any more: it is being recorded. */
    forget: () => forget(place),
    recorded: () => release(place),
  }
}
