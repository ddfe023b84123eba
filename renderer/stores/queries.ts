import { QueryClient, queryOptions, useQuery } from '@tanstack/react-query'
import type { Latest } from '#shared/ipc/audit.contract.ts'
import type { Channel } from '#shared/ipc/channels.ts'
import type { Input } from '#shared/ipc/contracts.ts'
import type { PushValues } from '#shared/model/push-parameter.ts'
import { call } from '../bridge/call.ts'
import { mergeLatest } from './latest.ts'

/** One query per channel and input. Nothing is fetched again by time or focus: events say when it is out of date. */
const query = <C extends Channel>(channel: C, input: Input<C>) =>
  queryOptions({ queryKey: [channel, input] as const, queryFn: () => call(channel, input) })

/** What was fetched stays true until an event says otherwise; it is forgotten five minutes after nobody shows it. */
export const createQueryClient = (): QueryClient =>
  new QueryClient({
    defaultOptions: {
      queries: { staleTime: Number.POSITIVE_INFINITY, gcTime: 300_000, retry: false, refetchOnWindowFocus: false, networkMode: 'always' },
      mutations: { retry: false, networkMode: 'always' },
    },
  })

export const useAppInfo = () => useQuery(query('app:info', null))
export const useSettings = () => useQuery(query('settings:get', null))
export const useFleetState = () => useQuery(query('fleet:current', null))
/** Asks for what changed after what it has. */
export const useLatest = () =>
  useQuery({
    queryKey: ['audit:latest', null] as const,
    // What did not change keeps its object already; to compare the rest value by value would be half a megabyte at a time.
    structuralSharing: false,
    queryFn: async ({ client, queryKey }) => {
      const known = client.getQueryData<Latest>(queryKey)
      return mergeLatest(known, await call('audit:latest', { since: known?.revision ?? null }))
    },
  })
export const useHostAudit = (host: string) => useQuery(query('audit:host', { host }))
export const useHostServices = (host: string) => useQuery(query('host:services', { host }))
export const useHostHardening = (host: string) => useQuery(query('host:hardening', { host }))
export const useHostGpus = (host: string) => useQuery(query('host:gpus', { host }))
export const useHostPackages = (host: string) => useQuery(query('host:packages', { host }))
export const useChanges = () => useQuery(query('audit:changes', null))
export const useHistory = () => useQuery(query('audit:history', null))
export const useTrend = () => useQuery(query('history:trend', null))
export const useComparison = (moments: Input<'history:compare'>) => useQuery(query('history:compare', moments))
export const useKnown = (moment: Input<'history:known'>) => useQuery(query('history:known', moment))
export const useWalkthrough = () => useQuery(query('walkthrough:current', null))
export const useSchedule = () => useQuery(query('schedule:get', null))
export const useGuide = () => useQuery(query('walkthrough:guide', null))
export const useOutput = (sha256: string) => useQuery(query('audit:output', { sha256 }))
export const useWaivers = () => useQuery(query('waiver:list', null))
export const useAttestations = () => useQuery(query('attestation:list', null))
export const useNetworks = () => useQuery(query('network:hosts', null))
// Of thousands of accounts both are megabytes, asked again with each decision: to compare them value by value costs more than to draw them.
export const useAccessReview = () => useQuery({ ...query('access:review', null), structuralSharing: false })
export const useRemovalPushes = () => useQuery(query('access:removal-pushes', null))
export const useAccessAccount = (who: Input<'access:account'>) => useQuery(query('access:account', who))
export const useAccess = () => useQuery({ ...query('access:overview', null), structuralSharing: false })
export const useControls = () => useQuery(query('control:list', null))
export const usePendingPrompts = () => useQuery(query('prompt:pending', null))
export const useJumpStates = () => useQuery(query('connection:states', null))
export const useChangedKeys = () => useQuery(query('connection:changed-keys', null))
export const useAdvisories = () => useQuery(query('advisories:state', null))
export const useModelOverview = () => useQuery(query('models:overview', null))
export const useModelFiles = (host: string, model: string) => useQuery(query('models:files', { host, model }))
export const useRegistrations = () => useQuery(query('registry:list', null))
export const useQuarantine = () => useQuery(query('quarantine:list', null))
export const useModelJob = () => useQuery(query('models:job', null))
export const useOperableUnits = (host: string) => useQuery(query('operate:units', { host }))
export const useOperateJob = () => useQuery(query('operate:job', null))
/** A journal goes on by itself: it is read anew when it is opened, and every few seconds while it is followed. */
/** Not again by itself where it failed: a password that was declined would be asked for every few seconds. */
export const useServiceLog = (host: string, unit: string, following: boolean) =>
  useQuery({
    ...query('operate:logs', { host, unit }),
    staleTime: 0,
    gcTime: 0,
    refetchInterval: ({ state }) => following && state.error === null && 4000,
  })
export const useRole = () => useQuery(query('role:state', null))
export const useStepUpState = () => useQuery(query('step-up:state', null))
export const usePushTemplates = () => useQuery(query('push:templates', null))
export const usePushParameters = (host: string, template: string, parameters: PushValues) =>
  useQuery({ ...query('push:parameters', { host, template, parameters }), enabled: host !== '' && template !== '' })
export const useWaves = () => useQuery(query('push:waves', null))
export const usePushJob = () => useQuery(query('push:job', null))
/** `path`: a file that a push wrote; nothing is asked without one. */
export const usePushOrigin = (host: string, path: string | undefined) =>
  useQuery({ ...query('push:origin', { host, path: path ?? '' }), enabled: path !== undefined })
export const usePushDrilled = (host: string) => useQuery(query('push:drilled', { host }))
export const useOpenPushes = () => useQuery(query('push:open', null))
export const usePushHistory = () => useQuery(query('push:history', null))
export const useSudoers = (program: 'sudo' | 'sudo-rs') => useQuery(query('sudoers:text', { program }))
