import { Component, type ReactNode } from 'react'
import { errorCatalogue } from '#shared/error-catalogue.ts'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Scroll } from '../ui/scroll.tsx'

interface ErrorBoundaryProps {
  readonly children: ReactNode
  /** How to leave what is drawn over the window; without it a screen is drawn, which is left by the sidebar. */
  readonly onClose?: () => void
}

interface ErrorBoundaryState {
  readonly error: Error | null
}

const { title, hint } = errorCatalogue['internal.unexpected']
const goesOn = `${hint} The engine goes on: a running audit is not lost.`

/** A fault while drawing costs one part of the window, never the whole: it is named, and the window can be drawn anew. */
export class ErrorBoundary extends Component<ErrorBoundaryProps, ErrorBoundaryState> {
  override state: ErrorBoundaryState = { error: null }

  static getDerivedStateFromError(thrown: unknown): ErrorBoundaryState {
    return { error: thrown instanceof Error ? thrown : new Error(String(thrown)) }
  }

  override render(): ReactNode {
    const { error } = this.state
    const { children, onClose } = this.props
    if (error === null) return children
    const message = (
      <Scroll as="pre" className="plain-block mt-3 mb-4">
        {error.message}
      </Scroll>
    )
    const again = (
      <Button look="primary" onClick={() => location.reload()}>
        Draw the window again
      </Button>
    )
    if (onClose !== undefined)
      return (
        <Dialog
          alert
          title={title}
          lead={goesOn}
          onClose={onClose}
          foot={
            <>
              <span className="spring" />
              <Button onClick={onClose}>Close</Button>
              {again}
            </>
          }
        >
          {message}
        </Dialog>
      )
    return (
      <main className="main">
        <div className="empty h-full !border-0" role="alert">
          <div>
            <h1 className="text-[18px] leading-[26px] font-semibold">{title}</h1>
            <p className="soft mt-1">{goesOn}</p>
            {message}
            {again}
          </div>
        </div>
      </main>
    )
  }
}
