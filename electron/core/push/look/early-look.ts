import type { HostLook } from './compare.ts'

/** Looks over a new connection, which logs in once `loginAfter` is due. Never rejects. */
export type Look = (signal: AbortSignal, loginAfter?: Promise<void>) => Promise<HostLook>

/** The looks after a change. The way of the first may be made before the change holds; its login, and all that is asked, come after. */
export interface LooksAfter {
  /** Makes the way, once. */
  prepare(): void
  /** The change holds: looks. */
  look(): Promise<HostLook>
  /** Closes what nobody looked with. */
  end(): void
}

/** Ends when `signal` does. */
export function looksAfter(look: Look, signal: AbortSignal): LooksAfter {
  const given = new AbortController()
  const until = AbortSignal.any([signal, given.signal])
  let isDue = () => {}
  const due = new Promise<void>((resolve) => {
    isDue = resolve
  })
  let prepared: Promise<HostLook> | undefined
  return {
    prepare() {
      prepared ??= look(until, due)
    },
    look() {
      const first = prepared
      prepared = undefined
      isDue()
      return first ?? look(until)
    },
    end: () => given.abort(),
  }
}
