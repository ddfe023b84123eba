import { useEffect, useLayoutEffect, useRef } from 'react'
import { create } from 'zustand'
import { isMac } from '../ui/platform.ts'
import { chordOf, mayAct } from './keyboard.ts'
import { useSettings } from './queries.ts'
import { useUi } from './ui.store.ts'

export type KeyMap = Readonly<Record<string, (() => void) | undefined>>

/** The chords that act on what is on screen, of each key map that is mounted. */
const useActing = create<{ readonly maps: ReadonlyMap<object, readonly string[]> }>(() => ({ maps: new Map() }))

/** The key maps that are mounted. */
const mounted = new Set<{ readonly current: { readonly map: KeyMap } }>()

/** Does what the key would do. */
export const pressKey = (chord: string): void => {
  for (const { current } of mounted) current.map[chord]?.()
}

const inField = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || target.matches('input:not([type=checkbox]), textarea, select'))

/** Keys of a screen, while it is mounted: one without an action does nothing, and is not hinted at. Dialogs keep their keys to themselves. */
export function useKeys(map: KeyMap): void {
  const letterKeys = useSettings().data?.letterKeys ?? true
  const latest = useRef({ map, letterKeys })
  useEffect(() => {
    latest.current = { map, letterKeys }
  })
  useHinted(Object.keys(map).filter((chord) => map[chord] !== undefined && (letterKeys || chord.length > 1)))
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.isComposing || event.repeat) return
      const chord = chordOf(event, isMac)
      // Ctrl F is what everybody tries, and what is left where single letters are turned off.
      const act = chord === null ? undefined : latest.current.map[chord === 'mod+f' ? '/' : chord]
      if (chord === null || act === undefined) return
      // Looked up before anything reacts: the key that closes a dialog must not also act behind it.
      // One that was asked for is open, though a busy window has not drawn it yet: what is typed on is meant for it.
      const dialogOpen = useUi.getState().dialog !== null || document.querySelector('[role=dialog], [role=alertdialog]') !== null
      if (!mayAct(chord, { inField: inField(event.target), dialogOpen, letterKeys: latest.current.letterKeys })) return
      event.preventDefault()
      act()
    }
    window.addEventListener('keydown', press, { capture: true })
    mounted.add(latest)
    return () => {
      window.removeEventListener('keydown', press, { capture: true })
      mounted.delete(latest)
    }
  }, [])
}

/** Tells the hints which chords act, before the screen is painted. */
function useHinted(chords: readonly string[]): void {
  const all = chords.join(' ')
  useLayoutEffect(() => {
    const owner = {}
    useActing.setState(({ maps }) => ({ maps: new Map([...maps, [owner, all.split(' ')]]) }))
    return () => useActing.setState(({ maps }) => ({ maps: new Map([...maps].filter(([of]) => of !== owner)) }))
  }, [all])
}

/** Whether one of the chords does something on what is on screen. */
export const useActs = (chords: readonly string[]): boolean =>
  useActing(({ maps }) => [...maps.values()].some((acting) => chords.some((chord) => acting.includes(chord))))
