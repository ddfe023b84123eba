import { useCallback, useEffect, useRef, useState } from 'react'
import { type Line, scrollTo } from './row-window.ts'

/** Of the sticky head of every table that scrolls, as the style says. */
export const HEAD_HEIGHT = 28

/** What of a long list is in sight, and how a line of it comes into sight; sideways, too, where it is wide. `scroller` is the part that scrolls; it calls `look` as it does. */
export function useRowView<E extends HTMLElement>() {
  const scroller = useRef<E>(null)
  const [view, setView] = useState({ top: 0, height: 600, left: 0, width: 1440 })
  const look = useCallback(() => {
    const box = scroller.current
    if (box !== null) setView({ top: box.scrollTop, height: box.clientHeight, left: box.scrollLeft, width: box.clientWidth })
  }, [])
  useEffect(() => {
    if (scroller.current === null) return
    const observer = new ResizeObserver(look)
    observer.observe(scroller.current)
    return () => observer.disconnect()
  }, [look])
  const show = useCallback(
    (line: Pick<Line<unknown>, 'top' | 'height'>, headHeight = HEAD_HEIGHT) => {
      const box = scroller.current
      if (box === null) return
      const target = scrollTo(line, box.scrollTop, box.clientHeight, headHeight)
      if (target !== undefined) box.scrollTop = target
      look()
    },
    [look],
  )
  return { scroller, view, look, show }
}
