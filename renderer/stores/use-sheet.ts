import { useEffect } from 'react'
import type { Sheet } from '../ui/side-pane.tsx'
import { useMedia } from '../ui/use-media.ts'
import { useUi } from './ui.store.ts'
import { useKeys } from './use-keys.ts'

const toggle = () => useUi.setState(({ sheetOpen }) => ({ sheetOpen: !sheetOpen }))

/**
 * The sheet of a screen: opened by Ctrl+I or by what carries `data-opens-pane`, closed by Ctrl+I. Escape is the screen's, which must not do two things
 * at once.
 */
export function useSheet(): Sheet {
  const narrow = useMedia('(max-width: 1319px)')
  const open = useUi(({ sheetOpen }) => sheetOpen) && narrow
  useKeys({ 'mod+i': narrow ? toggle : undefined })
  useEffect(() => {
    if (!narrow) return
    const click = ({ target }: MouseEvent) => {
      if (target instanceof Element && target.closest('[data-opens-pane]') !== null) useUi.setState({ sheetOpen: true })
    }
    window.addEventListener('click', click)
    return () => window.removeEventListener('click', click)
  }, [narrow])
  return { narrow, open, toggle }
}
