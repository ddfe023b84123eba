import type { Block } from '../blocks.ts'
import type { Shown } from '../os/os.ts'

/** What `amd-smi static --asic --bus` and `metric --power --ecc` tell of one GPU. */
export interface AmdSmiGpu {
  readonly bus: string
  readonly name?: string | undefined
  readonly throttled?: Shown<boolean> | undefined
  readonly uncorrected?: Shown<number> | undefined
}

/**
 * The JSON of amd-smi: a list of GPUs, since ROCm 7 in `gpu_data`; a count is a number or, since units were added (ROCm 6.2), `{"value": 0}`, and `N/A` where it is not
 * known. Only `static` names the bus, only their number ties both together. What is of another form says nothing.
 */
export function readAmdSmi(blocks: readonly Block[]): readonly AmdSmiGpu[] {
  const metrics = gpusOf(blocks, 'metric')
  return gpusOf(blocks, 'static').flatMap(({ json }) => {
    const bus = textAt(json, 'bus', 'bdf')
    if (bus === undefined) return []
    const metric = metrics.find((one) => one.json.gpu === json.gpu)
    const status = metric && textAt(metric.json, 'power', 'throttle_status')
    const errors = metric && countAt(metric.json, 'ecc', 'total_uncorrectable_count')
    return [
      {
        bus: bus.toLowerCase(),
        name: textAt(json, 'asic', 'market_name'),
        throttled:
          metric && /^(?:UN)?THROTTLED$/.test(status ?? '')
            ? { value: status === 'THROTTLED', line: metric.line('throttle_status') }
            : undefined,
        uncorrected: metric && errors !== undefined ? { value: errors, line: metric.line('total_uncorrectable_count') } : undefined,
      },
    ]
  })
}

type Json = Readonly<Record<string, unknown>>

interface ReadGpu {
  readonly json: Json
  /** Where it has the name. */
  readonly line: (name: string) => number
}

function gpusOf(blocks: readonly Block[], part: string): readonly ReadGpu[] {
  const block = blocks.find(({ words }) => words === `${part} 0`)
  if (block === undefined) return []
  // An account outside the groups render and video is told so first.
  const begin = block.rows.findIndex(({ text }) => /^[[{]/.test(text))
  const all = parsed(
    block.rows
      .slice(Math.max(0, begin))
      .map(({ text }) => text)
      .join('\n'),
  )
  const list = isObject(all) ? all.gpu_data : all
  if (!Array.isArray(list)) return []
  return list.filter(isObject).map((json, index) => ({
    json,
    line: (name) => block.rows.filter(({ text }) => text.startsWith(`"${name}"`))[index]?.line ?? block.line,
  }))
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

const at = (json: Json, group: string, name: string): unknown => {
  const within = json[group]
  return isObject(within) ? within[name] : undefined
}

function textAt(json: Json, group: string, name: string): string | undefined {
  const value = at(json, group, name)
  return typeof value === 'string' && value !== '' && value !== 'N/A' ? value.slice(0, 100) : undefined
}

function countAt(json: Json, group: string, name: string): number | undefined {
  const value = at(json, group, name)
  const count = isObject(value) ? value.value : value
  return typeof count === 'number' && Number.isSafeInteger(count) && count >= 0 ? count : undefined
}
