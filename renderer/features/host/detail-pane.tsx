import type { ReactNode } from 'react'
import { Scroll } from '../../ui/scroll.tsx'

interface DetailPaneProps {
  /** For readers; begins with "Details". */
  readonly label: string
  readonly title: string
  /** Path, unit or id below the title. */
  readonly sub?: string
  readonly children: ReactNode
}

/** What is known of the row that is chosen, beside the list. */
export const DetailPane = ({ label, title, sub, children }: DetailPaneProps) => (
  <Scroll as="aside" className="host-tab-detail" aria-label={label} data-pane>
    <h3>{title}</h3>
    {sub !== undefined && (
      <p className="muted">
        <code>{sub}</code>
      </p>
    )}
    {children}
  </Scroll>
)
