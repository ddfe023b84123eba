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

/** What is missing, by field. The engine checks again. */
export function missingIn(fields: readonly StepField[], values: StepValues): Readonly<Record<string, string>> {
  const missing = fields.filter(({ name, optional }) => {
    const value = values[name] ?? ''
    return optional !== true && (typeof value === 'string' ? value.trim() : value).length === 0
  })
  return Object.fromEntries(
    missing.map(({ name, label, kind }) => [name, kind === 'choices' ? 'Choose at least one.' : `${label} is missing.`]),
  )
}
