import type { ComponentProps } from 'react'
import { Field } from './field.tsx'

/**
 * How a day is typed: year, month, day, as every day in Gatehouse is written. A field of type `date` shows it in the order of the system's language, and 03/04 is two
 * days in two of them.
 */
export const dayInput = { inputMode: 'numeric', placeholder: 'YYYY-MM-DD', maxLength: 10, spellCheck: false, autoComplete: 'off' } as const

/** A day, beneath its label. */
export const DateField = ({ className = '', ...rest }: ComponentProps<typeof Field>) => (
  <Field {...rest} {...dayInput} className={`mono !w-[160px] ${className}`} />
)
