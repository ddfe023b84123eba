import type { GpuState, GpuUser, HostGpus } from '#shared/model/host-gpus.ts'
import { plainText } from '../../../ui/plain-text.ts'

/** Words for the tab GPUs. Pure, tested without a window. What a tool or the host leaves out is not shown, whatever it is. */

const gib = (mib: number): string => (mib / 1024).toFixed(1).replace(/\.0$/, '')

/** "RTX 6000 Ada", as people say it. */
export const shortName = (name: string): string => plainText(name.replace(/^NVIDIA /, '').replace(/ Generation$/, ''), 60)

/** "41.2 of 48 GB". */
export function memoryWords({ memoryUsedMiB: used, memoryTotalMiB: total }: Pick<GpuState, 'memoryUsedMiB' | 'memoryTotalMiB'>): string {
  if (total === undefined) return 'Not shown'
  return `${used === undefined ? '?' : gib(used)} of ${gib(total)} GB`
}

/** Part of the memory that is used, 0 to 1. */
export const memoryShare = ({ memoryUsedMiB: used, memoryTotalMiB: total }: Pick<GpuState, 'memoryUsedMiB' | 'memoryTotalMiB'>): number =>
  used === undefined || total === undefined || total <= 0 ? 0 : Math.min(1, Math.max(0, used / total))

/** Memory in GB; some drivers show none for a process. */
export const usedBy = ({ memoryMiB }: Pick<GpuUser, 'memoryMiB'>): string =>
  memoryMiB === undefined ? 'Not shown' : `${gib(memoryMiB)} GB`

/** Watts that are drawn, of those that are allowed. */
export const powerWords = ({ powerDrawW: draw, powerLimitW: limit }: Pick<GpuState, 'powerDrawW' | 'powerLimitW'>): string =>
  draw === undefined ? 'Not shown' : `${Math.round(draw)}${limit === undefined ? '' : ` of ${Math.round(limit)}`} W`

/** A value that the driver may not show. The unit brings its own blank (`%` has none). */
export const withUnit = (value: number | undefined, unit: string): string => (value === undefined ? 'Not shown' : `${value}${unit}`)

/** A switch that nvidia-smi may leave out: N/A is not off. */
export const onOff = (value: boolean | undefined): string => (value === undefined ? 'Not shown' : value ? 'On' : 'Off')

const reasons: Readonly<Record<string, string>> = {
  hw_slowdown: 'slowed by the hardware',
  hw_thermal_slowdown: 'slowed by heat (hardware)',
  hw_power_brake_slowdown: 'slowed by the power supply',
  sw_thermal_slowdown: 'slowed by heat (driver)',
}

type Throttling = Pick<GpuState, 'vendor' | 'slowdowns' | 'powerCapped' | 'throttled'>

/** Why the clocks are held down at this moment. */
export function throttleWords({ vendor, slowdowns, powerCapped, throttled }: Throttling): string {
  if (vendor === 'amd')
    return throttled === undefined
      ? 'Not shown'
      : throttled
        ? 'Yes, says amd-smi, which says so of some idle cards, too'
        : 'No, says amd-smi'
  const all = [...slowdowns.map((one) => reasons[one] ?? plainText(one, 60)), ...(powerCapped ? ['held to the power limit'] : [])]
  return all.length === 0 ? (powerCapped === undefined ? 'None reported' : 'None') : all.join(', ')
}

/** Where a process runs, traced as far as it could be. */
export function traceWords({ unit, container, placed }: Pick<GpuUser, 'unit' | 'container' | 'placed'>): string {
  if (container !== undefined) return `container ${plainText(container, 60)}`
  if (unit !== undefined) return plainText(unit, 60)
  return placed ? 'No unit, no container' : 'Not shown'
}

/** Above the table: one driver of NVIDIA, and that of AMD, which is part of the kernel. */
export function driverWords({ driver, cuda, gpus }: Pick<HostGpus, 'driver' | 'cuda' | 'gpus'>): string {
  const amd = gpus.some(({ vendor }) => vendor === 'amd')
  const nvidia = `driver ${driver === undefined ? 'not shown' : plainText(driver, 30)}, CUDA ${cuda === undefined ? 'not shown' : `up to ${cuda}`}`
  return [...(gpus.some(({ vendor }) => vendor === 'nvidia') ? [nvidia] : []), ...(amd ? ['driver amdgpu'] : [])].join('; ')
}

export const noneWords: Readonly<Record<NonNullable<HostGpus['none']>, { readonly title: string; readonly about: string }>> = {
  'no-tool': {
    title: 'nvidia-smi is not on this host',
    about: 'Without the tools of a driver no GPU can be measured. Where there is a GPU, install its driver.',
  },
  'no-device': { title: 'nvidia-smi found no device', about: 'The driver answers, and says that it has no GPU.' },
  'amd-only': {
    title: 'No GPU of AMD shows itself',
    about: 'A tool of AMD or its driver is on this host, and the driver holds no card. Nothing unread counts as passed.',
  },
  'other-maker': {
    title: 'The accelerator is of another maker',
    about: 'It is neither of NVIDIA nor of AMD, and nothing of it is read. Nothing unread counts as passed.',
  },
}
