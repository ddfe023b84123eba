/** Where connections to a host come from. Named in the fleet file; `any` is all the rest of the world. */
export const sources = ['app', 'jump', 'management', 'modelAdmins', 'any'] as const
/** Where a host connects to. Package sources are what its package manager is set to. */
export const destinations = ['modelStorage', 'packages', 'anywhere'] as const
export const segments = [...sources, ...destinations] as const
export type Source = (typeof sources)[number]
export type Destination = (typeof destinations)[number]
export type Segment = (typeof segments)[number]

/**
 * What was found against what is allowed, loudest first. excess: open and not allowed. unknown: cannot be said, the reason says why. missing: allowed
 * and needed, but stopped. allowed: open as it should be. closed: stopped, and nobody needs it. unnamed: the fleet file names no such network.
 */
export const flowStates = ['excess', 'unknown', 'missing', 'allowed', 'closed', 'unnamed'] as const
export type FlowState = (typeof flowStates)[number]

/** `other`: a program that nobody expects, or whose name could not be read. `out`: what the host itself connects to. */
export const doorKinds = ['proxy', 'inference', 'program', 'other', 'ssh', 'out'] as const
export type DoorKind = (typeof doorKinds)[number]

/** The loudest state; `closed` where there is nothing to connect to. */
export const loudestFlow = (states: readonly FlowState[]): FlowState => flowStates.find((state) => states.includes(state)) ?? 'closed'
