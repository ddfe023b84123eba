import { isDay } from '#shared/model/validity.ts'

/** One thing that a step asks for. */
export interface StepField {
  readonly name: string
  readonly label: string
  readonly kind: 'line' | 'lines' | 'day' | 'choices'
  /** Of `choices`: any number of these. */
  readonly options?: readonly string[]
  readonly optional?: boolean
  readonly help?: string
  readonly maxLength?: number
}

export type StepValues = Readonly<Record<string, string | readonly string[]>>

/** What is missing, or no day, by field. The engine checks again. */
export function missingIn(fields: readonly StepField[], values: StepValues): Readonly<Record<string, string>> {
  return Object.fromEntries(
    fields.flatMap(({ name, label, kind, optional }) => {
      const value = values[name] ?? ''
      const empty = (typeof value === 'string' ? value.trim() : value).length === 0
      if (empty) return optional === true ? [] : [[name, kind === 'choices' ? 'Choose at least one.' : `${label} is missing.`]]
      return kind === 'day' && !isDay(String(value)) ? [[name, 'Write the day as YYYY-MM-DD.']] : []
    }),
  )
}
