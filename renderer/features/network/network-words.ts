import type { DoorKind, FlowState, Segment } from '#shared/model/segment.ts'
import type { Tone } from '../../ui/outcome-words.ts'

interface StateWords {
  readonly word: string
  readonly tone: Tone
  /** What it means, for the legend and for readers. */
  readonly about: string
}

export const stateWords: Readonly<Record<FlowState, StateWords>> = {
  excess: { word: 'Excess', tone: 'fail', about: 'Open, and not allowed' },
  unknown: { word: 'Unknown', tone: 'unknown', about: 'Cannot be said, and why' },
  missing: { word: 'Missing', tone: 'warn', about: 'Needed, but stopped' },
  allowed: { word: 'Allowed', tone: 'pass', about: 'Open, as it should be' },
  closed: { word: 'Closed', tone: 'na', about: 'Stopped, as it should be' },
  unnamed: { word: 'Not named', tone: 'na', about: 'Not in the fleet file' },
}

export const segmentWords: Readonly<Record<Segment, string>> = {
  app: 'Applications',
  jump: 'Jump host',
  management: 'Management',
  modelAdmins: 'Model admins',
  any: 'Anyone else',
  modelStorage: 'Model storage',
  packages: 'Packages',
  anywhere: 'Anywhere else',
}

export const kindWords: Readonly<Record<DoorKind, string>> = {
  proxy: 'Proxy',
  inference: 'Inference server',
  program: 'Program',
  other: 'Not expected here',
  ssh: 'SSH',
  out: 'Outbound',
}

/** `Applications to gpu-01`, `gpu-01 to Packages`. */
export const flowTitle = (segment: Segment, host: string, outward: boolean): string =>
  outward ? `${host} to ${segmentWords[segment].toLowerCase()}` : `${segmentWords[segment]} to ${host}`
