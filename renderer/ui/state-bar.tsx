export interface BarPart {
  readonly className: string
  readonly share: number
}

/** Shares as one thin line. Says nothing that is not also in words beside it. */
export const StateBar = ({ parts }: { readonly parts: readonly BarPart[] }) => (
  <span className="bar" aria-hidden="true">
    {parts
      .filter((part) => part.share > 0)
      .map((part) => (
        <i key={part.className} className={part.className} style={{ flex: part.share }} />
      ))}
  </span>
)
