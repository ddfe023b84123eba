import { PanelRight } from 'lucide-react'
import { type ReactNode, useEffect, useLayoutEffect, useRef, useState } from 'react'
import { Button } from './button.tsx'

/** Where the right pane of a screen stands. */
export interface Sheet {
  /** Too narrow a window to have it beside the content. */
  readonly narrow: boolean
  readonly open: boolean
  readonly toggle: () => void
}

interface SidePaneProps {
  readonly sheet: Sheet
  readonly children: ReactNode
}

/** The right pane of a screen; in a narrow window a sheet over the content, which has the focus while it is open. */
export function SidePane({ sheet: { narrow, open }, children }: SidePaneProps) {
  if (!narrow) return children
  return open ? <OpenSheet>{children}</OpenSheet> : null
}

function OpenSheet({ children }: { readonly children: ReactNode }) {
  const self = useRef<HTMLDivElement>(null)
  const top = useToolbarEnd()
  useEffect(() => {
    const before = document.activeElement
    self.current?.focus()
    return () => {
      // Somebody who went elsewhere meanwhile stays there.
      if (document.activeElement !== document.body || !(before instanceof HTMLElement)) return
      const chosen = '[data-opens-pane]:is([aria-current], [aria-pressed=true])'
      ;(before.closest('[data-pane]')?.querySelector<HTMLElement>(chosen) ?? before).focus()
    }
  }, [])
  return (
    <div ref={self} className="sheet" tabIndex={-1} style={{ top }}>
      {children}
    </div>
  )
}

/** Below the toolbar, which has a second row at twice the size of text, and goes out of sight where the window itself scrolls. */
function useToolbarEnd(): number {
  const [end, setEnd] = useState(0)
  useLayoutEffect(() => {
    const measure = () => setEnd(Math.max(0, document.querySelector('.toolbar')?.getBoundingClientRect().bottom ?? 0))
    measure()
    window.addEventListener('scroll', measure, { passive: true })
    window.addEventListener('resize', measure)
    return () => {
      window.removeEventListener('scroll', measure)
      window.removeEventListener('resize', measure)
    }
  }, [])
  return end
}

/** In the toolbar of a narrow window. */
export const SheetButton = ({ sheet: { narrow, open, toggle }, label }: { readonly sheet: Sheet; readonly label: string }) =>
  narrow ? (
    <Button icon={<PanelRight className="icon" aria-hidden />} aria-expanded={open} onClick={toggle}>
      {label}
    </Button>
  ) : null
