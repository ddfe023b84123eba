import type { ReactNode } from 'react'

interface EmptyProps {
  readonly title: string
  readonly about: string
  /** What to do about it. */
  readonly children?: ReactNode
}

/** Fills a pane that has nothing to show, and says why. */
export const Empty = ({ title, about, children }: EmptyProps) => (
  <div className="empty h-full !border-0">
    <div>
      <h2>{title}</h2>
      <p className="soft mt-1 mb-4">{about}</p>
      {children}
    </div>
  </div>
)
