import type { MouseEvent } from 'react'

/**
 * A click anywhere in a row is one on the button that names it: all of the row is marked beneath the mouse. What has an action of its own keeps it, and what is
 * selected to be copied is left alone.
 */
export function chooseRow({ target, currentTarget }: MouseEvent<HTMLTableRowElement>): void {
  if ((target as Element).closest('button, a') !== null || getSelection()?.isCollapsed === false) return
  const name = currentTarget.querySelector('button')
  name?.focus({ preventScroll: true })
  name?.click()
}
