import { useEffect, useRef } from 'react'
import { Button } from './button.tsx'

interface FilterFieldProps {
  /** Accessible name and placeholder, such as `Filter hosts`. */
  readonly label: string
  readonly text: string
  readonly onText: (text: string) => void
}

/** The field in a screen's head that narrows its list. It has the focus when it appears. */
export function FilterField({ label, text, onText }: FilterFieldProps) {
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => field.current?.focus(), [])
  return (
    <input
      ref={field}
      type="search"
      className="input !w-[220px]"
      aria-label={label}
      placeholder={label}
      value={text}
      onChange={(event) => onText(event.target.value)}
    />
  )
}

interface FilterActionProps extends Omit<FilterFieldProps, 'text'> {
  /** Null while the list is not filtered. */
  readonly text: string | null
}

/** The button that opens the field, and then the field. */
export const FilterAction = ({ label, text, onText }: FilterActionProps) =>
  text === null ? (
    <Button chord="/" onClick={() => onText('')}>
      Filter
    </Button>
  ) : (
    <FilterField label={label} text={text} onText={onText} />
  )
