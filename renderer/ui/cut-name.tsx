import { use } from 'react'
import { SharedEnd } from './shared-end.ts'

/** Characters that are always there. */
const KEPT = 6
/** A name like this has room enough everywhere. */
const SHORT = 10

/**
 * A name of which a part gives way where there is no room. First what most names around end with, then the middle: hosts of a fleet begin alike, and what is left
 * of their ends tells them apart.
 */
export function CutName({ name }: { readonly name: string }) {
  const shared = use(SharedEnd)
  const end = name.endsWith(shared) ? shared : ''
  const own = name.slice(0, name.length - end.length)
  return name.length <= SHORT ? (
    <span className="one-line">{name}</span>
  ) : (
    <span className="cut-name" title={name}>
      <span className="one-line" title={name}>
        {own.slice(0, -KEPT)}
      </span>
      <span className="kept">{own.slice(-KEPT)}</span>
      {end !== '' && (
        <span className="one-line shared" title={name}>
          {end}
        </span>
      )}
    </span>
  )
}
