interface SegmentProps<T extends string> {
  readonly label: string
  readonly value: T
  readonly options: readonly { readonly value: T; readonly label: string }[]
  readonly onChange: (value: T) => void
  readonly small?: boolean
}

/** One of a few, all visible. */
export const Segment = <T extends string>({ label, value, options, onChange, small = false }: SegmentProps<T>) => (
  // biome-ignore lint/a11y/useSemanticElements: a fieldset brings a legend and a frame that this has not
  <div className={`segment ${small ? 'small' : ''}`} role="group" aria-label={label}>
    {options.map((option) => (
      <button key={option.value} type="button" aria-pressed={option.value === value} onClick={() => onChange(option.value)}>
        {option.label}
      </button>
    ))}
  </div>
)
