import { create } from 'zustand'
import type { Output } from '#shared/ipc/contracts.ts'
import type { ItemId } from '#shared/model/checklist.ts'
import type { PushDraft } from '#shared/model/push-draft.ts'
import type { PushPlan } from '#shared/model/push-plan.ts'
import type { Outcome } from '#shared/status.ts'

export type SettingsSection = 'fleet' | 'import' | 'identities' | 'step-up' | 'role' | 'sudoers' | 'advisories' | 'appearance' | 'about'

/** Where in a host's findings to arrive. */
export interface FindingTarget {
  readonly item?: ItemId | undefined
  readonly key?: string | undefined
}

export type PushView = 'change' | 'history' | 'templates'

/** What a push is begun with: a host and a template, with the other hosts that get the same. */
export type PushStart = PushDraft & { readonly more?: readonly string[] }

export type Route =
  | { readonly screen: 'fleet' }
  | { readonly screen: 'host'; readonly host: string; readonly target: FindingTarget }
  | { readonly screen: 'controls' }
  | { readonly screen: 'network' }
  | { readonly screen: 'access' }
  | { readonly screen: 'models'; readonly model?: string }
  | { readonly screen: 'push'; readonly view: PushView; readonly draft: PushStart | PushPlan | null }
  | { readonly screen: 'audit' }
  | { readonly screen: 'settings'; readonly section: SettingsSection }

export type OpenDialog =
  | { readonly kind: 'palette' }
  | { readonly kind: 'shortcuts' }
  | { readonly kind: 'changed-key'; readonly hop: string }
  | { readonly kind: 'changes' }
  | { readonly kind: 'export' }

/** State of the window only. Everything that is true on a host lives in queries. */
interface UiState {
  readonly route: Route
  readonly past: readonly Route[]
  readonly dialog: OpenDialog | null
  /** Pressed count of the fleet strip. */
  readonly outcomeFilter: Outcome | null
  readonly hostFilter: string
  /** Focused cell of the matrix; survives a visit to a host. */
  readonly cell: { readonly host: string; readonly item: ItemId } | null
  readonly attentionOrder: 'severity' | 'newest'
  /** Where the audit with an auditor is; survives a visit to a host. No step: the first that is not recorded. */
  readonly auditView: 'steps' | 'history'
  readonly auditStep: ItemId | null
  /** The plan that is read, and what it was begun with; survives a look elsewhere. */
  readonly planned: { readonly draft: PushStart | PushPlan | null; readonly plan: PushPlan } | null
  /** The same of plans for many hosts, with what they were made from. */
  readonly plannedMany: {
    readonly draft: PushStart | PushPlan | null
    readonly fleet: string
    readonly made: Output<'push:plan-many'>
    readonly from: PushStart
  } | null
  /** When the push to many hosts began whose end was read. */
  readonly leftWaves: string | null
  /** Sheet of the right pane, in narrow windows. */
  readonly sheetOpen: boolean
  /** Why the fleet that was asked for last was not opened. Kept here, since the palette that asked is gone by then. */
  readonly fleetRefusal: unknown
  /** Why a file was not attached to a step, which may have been left by then. */
  readonly attachRefusal: { readonly item: ItemId; readonly error: unknown } | null
}

export const useUi = create<UiState>(() => ({
  route: { screen: 'fleet' },
  past: [],
  dialog: null,
  outcomeFilter: null,
  hostFilter: '',
  cell: null,
  attentionOrder: 'severity',
  auditView: 'steps',
  auditStep: null,
  planned: null,
  plannedMany: null,
  leftWaves: null,
  sheetOpen: false,
  fleetRefusal: null,
  attachRefusal: null,
}))

const historyLength = 30

/** Where the window itself scrolls (styles/media.css) another screen begins at its top. */
const toTop = (): void => globalThis.scrollTo?.(0, 0)

/** Shows another screen and closes what lies above the one before. That one can be gone back to. */
export const go = (route: Route): void => {
  toTop()
  useUi.setState((state) => ({ route, past: [...state.past, state.route].slice(-historyLength), dialog: null, sheetOpen: false }))
}

/** To the screen before; from the first one to the fleet. */
export const goBack = (): void => {
  toTop()
  useUi.setState((state) => {
    const route = state.past.at(-1)
    return route === undefined ? { route: { screen: 'fleet' } } : { route, past: state.past.slice(0, -1), dialog: null }
  })
}

export const goFleet = (): void => go({ screen: 'fleet' })
export const goHost = (host: string, target: FindingTarget = {}): void => go({ screen: 'host', host, target })
export const goControls = (): void => go({ screen: 'controls' })
/** With one of them chosen. */
export const goModel = (model: string): void => go({ screen: 'models', model })
export const goNetwork = (): void => go({ screen: 'network' })
export const goAccess = (): void => go({ screen: 'access' })
export const goModels = (): void => go({ screen: 'models' })
export const goPush = (view: PushView = 'change', draft: PushStart | PushPlan | null = null): void => go({ screen: 'push', view, draft })
export const goAudit = (): void => go({ screen: 'audit' })
export const goSettings = (section: SettingsSection = 'fleet'): void => go({ screen: 'settings', section })
export const openDialog = (dialog: OpenDialog): void => useUi.setState({ dialog })
export const closeDialog = (): void => useUi.setState({ dialog: null })
