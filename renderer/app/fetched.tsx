import { type ComponentType, type ReactNode, useEffect, useState } from 'react'
import { flushSync } from 'react-dom'

/** A part of the window that is read from the disk when it is drawn first, or before. */
export interface Part<P> {
  readonly there: () => ComponentType<P> | undefined
  /** What failed is tried again with the next. */
  readonly fetch: () => Promise<void>
}

/** `load` runs once, however often the part is asked for meanwhile, and again only after it failed. */
export function partOf<P>(load: () => Promise<ComponentType<P>>): Part<P> {
  let there: ComponentType<P> | undefined
  let loading: Promise<void> | undefined
  const fetch = async (): Promise<void> => {
    try {
      there = await load()
    } finally {
      loading = undefined
    }
  }
  return {
    there: () => there,
    fetch: () => {
      loading ??= there === undefined ? fetch() : Promise.resolve()
      return loading
    },
  }
}

interface FetchedProps<P> {
  readonly part: Part<P>
  readonly given: P
  /** Stands in for it. */
  readonly comes: ReactNode
  /** Stands behind it. */
  readonly isThere: ReactNode
}

/** Draws a part at once where it was fetched, else as soon as it is: React's own lazy holds what comes after a stand-in back for 300 ms. */
export function Fetched<P extends object>({ part, given, comes, isThere }: FetchedProps<P>) {
  const [, drawAnew] = useState(false)
  const [failed, fail] = useState<Error>()
  useEffect(() => {
    let shown = true
    // At once and as a whole: no key comes between what holds it back and what it is meant for.
    const draw = () => shown && flushSync(() => drawAnew(true))
    if (part.there() === undefined)
      part.fetch().then(draw, (error: unknown) => fail(error instanceof Error ? error : new Error(`${error}`)))
    return () => {
      shown = false
    }
  }, [part])
  const There = part.there()
  if (failed !== undefined) throw failed
  if (There === undefined) return comes
  return (
    <>
      <There {...given} />
      {isThere}
    </>
  )
}
