/** Characters at the end that are always there. */
const KEPT = 6
/** A name like this has room enough everywhere. */
const SHORT = 14

/** A name of which the middle gives way where there is no room: hosts of a fleet begin alike, and their ends tell them apart. */
export const CutName = ({ name }: { readonly name: string }) =>
  name.length <= SHORT ? (
    <span className="one-line">{name}</span>
  ) : (
    <span className="cut-name" title={name}>
      <span className="one-line" title={name}>
        {name.slice(0, -KEPT)}
      </span>
      <span>{name.slice(-KEPT)}</span>
    </span>
  )
