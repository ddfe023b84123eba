import { useEffect } from 'react'
import type { Sheet } from '../ui/side-pane.tsx'
import { useMedia } from '../ui/use-media.ts'
import { useUi } from './ui.store.ts'
import { useKeys } from './use-keys.ts'

const toggle = () => useUi.setState(({ sheetOpen }) => ({ sheetOpen: !sheetOpen }))

/** Where the right pane stands; for the pane itself, where the screen is another component. */
export function useSheetState(): Sheet {
  const narrow = useMedia('(max-width: 1319px)')
  const open = useUi(({ sheetOpen }) => sheetOpen) && narrow
  return { narrow, open, toggle }
}

const closed: Sheet = { narrow: false, open: false, toggle }

/**
 * The sheet of a screen: opened by Ctrl+I or by what carries `data-opens-pane`, closed by Ctrl+I. Escape is the screen's, which must not do two things
 * at once. `has`: the screen shows a right pane now.
 */
export function useSheet(has = true): Sheet {
  const state = useSheetState()
  const active = has && state.narrow
  useKeys({ 'mod+i': active ? toggle : undefined })
  useEffect(() => {
    if (!active) return
    const click = ({ target }: MouseEvent) => {
      if (target instanceof Element && target.closest('[data-opens-pane]') !== null) useUi.setState({ sheetOpen: true })
    }
    window.addEventListener('click', click)
    return () => window.removeEventListener('click', click)
  }, [active])
  return has ? state : closed
}
