import { type ComponentProps, type ReactNode, useId } from 'react'
import { FailIcon } from './icons.tsx'

interface Labelled {
  readonly label: string
  readonly help?: string | undefined
  readonly error?: string | undefined
}

type FieldProps = Labelled & Omit<ComponentProps<'input'>, 'id'>
type SelectProps = Labelled & Omit<ComponentProps<'select'>, 'id'>
type TextAreaProps = Labelled & Omit<ComponentProps<'textarea'>, 'id'>

/** Label above, help or error beneath, both tied to the input. */
export function Field({ label, help, error, className = '', ...rest }: FieldProps) {
  const id = useId()
  return (
    <Around id={id} label={label} below={error ?? help} failed={error !== undefined}>
      <input {...rest} {...tied(id, error, help)} className={`input ${className}`} />
    </Around>
  )
}

/** One of many, by name. */
export function Select({ label, help, error, className = '', children, ...rest }: SelectProps) {
  const id = useId()
  return (
    <Around id={id} label={label} below={error ?? help} failed={error !== undefined}>
      <select {...rest} {...tied(id, error, help)} className={`input ${className}`}>
        {children}
      </select>
    </Around>
  )
}

/** The same for a few lines of text. */
export function TextArea({ label, help, error, className = '', ...rest }: TextAreaProps) {
  const id = useId()
  return (
    <Around id={id} label={label} below={error ?? help} failed={error !== undefined}>
      <textarea {...rest} {...tied(id, error, help)} className={`input area ${className}`} />
    </Around>
  )
}

const tied = (id: string, error: string | undefined, help: string | undefined) => ({
  id,
  'aria-invalid': error !== undefined || undefined,
  'aria-describedby': (error ?? help) === undefined ? undefined : `${id}-below`,
})

interface AroundProps {
  readonly id: string
  readonly label: string
  readonly below: string | undefined
  readonly failed: boolean
  readonly children: ReactNode
}

const Around = ({ id, label, below, failed, children }: AroundProps) => (
  <div>
    <label className="label" htmlFor={id}>
      {label}
    </label>
    {children}
    {below !== undefined && (
      <p id={`${id}-below`} className="help">
        {failed ? (
          <span className="status fail">
            <FailIcon />
            <span>{below}</span>
          </span>
        ) : (
          below
        )}
      </p>
    )}
  </div>
)
