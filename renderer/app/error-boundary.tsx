import { Component, type ReactNode } from 'react'
import { errorCatalogue } from '#shared/errors.ts'
import { Button } from '../ui/button.tsx'

interface ErrorBoundaryState {
  readonly error: Error | null
}

/** A fault while drawing costs one part of the window, never the whole: it is named, and the window can be drawn anew. */
export class ErrorBoundary extends Component<{ readonly children: ReactNode }, ErrorBoundaryState> {
  override state: ErrorBoundaryState = { error: null }

  static getDerivedStateFromError(thrown: unknown): ErrorBoundaryState {
    return { error: thrown instanceof Error ? thrown : new Error(String(thrown)) }
  }

  override render(): ReactNode {
    const { error } = this.state
    if (error === null) return this.props.children
    const { title, hint } = errorCatalogue['internal.unexpected']
    return (
      <main className="main">
        <div className="empty h-full !border-0" role="alert">
          <div>
            <h1 className="text-[18px] leading-[26px] font-semibold">{title}</h1>
            <p className="soft mt-1">{`${hint} The engine goes on: a running audit is not lost.`}</p>
            <pre className="plain-block mt-3 mb-4">{error.message}</pre>
            <Button look="primary" onClick={() => location.reload()}>
              Draw the window again
            </Button>
          </div>
        </div>
      </main>
    )
  }
}
