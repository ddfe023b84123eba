import { type ComponentProps, useId } from 'react'
import { FailIcon } from './icons.tsx'

interface FieldProps extends Omit<ComponentProps<'input'>, 'id'> {
  readonly label: string
  readonly help?: string
  readonly error?: string | undefined
}

/** Label above, help or error beneath, both tied to the input. */
export function Field({ label, help, error, className = '', ...rest }: FieldProps) {
  const id = useId()
  const below = error ?? help
  return (
    <div>
      <label className="label" htmlFor={id}>
        {label}
      </label>
      <input
        {...rest}
        id={id}
        className={`input ${className}`}
        aria-invalid={error !== undefined || undefined}
        aria-describedby={below === undefined ? undefined : `${id}-below`}
      />
      {below !== undefined && (
        <p id={`${id}-below`} className="help">
          {error === undefined ? (
            help
          ) : (
            <span className="status fail">
              <FailIcon />
              <span>{error}</span>
            </span>
          )}
        </p>
      )}
    </div>
  )
}
