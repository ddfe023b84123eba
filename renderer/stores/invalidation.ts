import type { QueryClient } from '@tanstack/react-query'
import type { Channel, EventName } from '#shared/ipc/channels.ts'
import { subscribe } from '../bridge/call.ts'

/** What the tabs of a host show: made from its newest audit, decisions laid over. */
const views = ['operate:units', 'host:services', 'host:hardening', 'host:gpus', 'host:packages'] as const satisfies readonly Channel[]

/** What a decision about a finding changes. */
const decided = [
  'audit:latest',
  'audit:host',
  ...views,
  'audit:changes',
  'history:compare',
  'history:known',
  'walkthrough:current',
] as const satisfies readonly Channel[]

/** Which answers an event makes stale. Events carry no data. */
export const staleAfter: Readonly<Record<EventName, readonly Channel[]>> = {
  'fleet:changed': [
    'fleet:current',
    'audit:latest',
    'audit:host',
    ...views,
    'audit:changes',
    'audit:history',
    'history:trend',
    'schedule:get',
    'history:compare',
    'history:known',
    'walkthrough:current',
    'connection:states',
    'connection:changed-keys',
    'sudoers:text',
    'network:hosts',
    'access:overview',
    'access:account',
    'access:review',
    'access:removal-pushes',
    'waiver:list',
    'attestation:list',
    'models:overview',
    'models:files',
    'registry:list',
    'quarantine:list',
    'models:job',
    'push:job',
    'push:waves',
    'push:open',
    'push:parameters',
  ],
  'audit:changed': [
    'audit:latest',
    'audit:host',
    ...views,
    'audit:changes',
    'audit:history',
    'history:trend',
    'schedule:get',
    'history:compare',
    'history:known',
    'walkthrough:current',
    'network:hosts',
    'access:overview',
    'access:account',
    'access:review',
    'access:removal-pushes',
    'waiver:list',
    'push:parameters',
  ],
  'waiver:changed': ['waiver:list', ...decided],
  'attestation:changed': ['attestation:list', ...decided],
  'access:changed': ['access:review', 'access:removal-pushes'],
  'walkthrough:changed': ['walkthrough:current'],
  'job:changed': ['audit:latest'],
  'prompt:changed': ['prompt:pending'],
  'connection:changed': ['connection:states', 'connection:changed-keys'],
  'models:changed': ['models:overview', 'models:files', 'registry:list', 'quarantine:list'],
  'model-job:changed': ['models:job'],
  'settings:changed': ['settings:get'],
  'template:changed': ['push:templates'],
  'push:changed': ['push:job', 'push:waves', 'push:history', 'push:open', 'push:drilled', 'push:origin'],
  'operate:changed': ['operate:job'],
  'role:changed': ['role:state'],
  'step-up:changed': ['step-up:state'],
  'advisories:changed': ['advisories:state', 'host:packages'],
  'engine:changed': [
    'app:info',
    'fleet:current',
    'audit:latest',
    'audit:host',
    ...views,
    'audit:changes',
    'audit:history',
    'history:trend',
    'history:compare',
    'history:known',
    'walkthrough:current',
    'prompt:pending',
    'connection:states',
    'connection:changed-keys',
    'network:hosts',
    'access:overview',
    'access:account',
    'access:review',
    'access:removal-pushes',
    'waiver:list',
    'attestation:list',
    'advisories:state',
    'models:overview',
    'models:files',
    'registry:list',
    'quarantine:list',
    'models:job',
    'step-up:state',
    'operate:job',
    'push:job',
    'push:waves',
    'push:history',
    'push:open',
  ],
}

/** Shortest time between two fetches of a channel. Results of a hundred hosts need not be read a hundred times in a second. */
const spacingMs = (channel: Channel): number => {
  if (channel === 'audit:latest') return 100
  return /^(?:audit|host|network|access|models|registry):/.test(channel) && channel !== 'models:job' ? 1000 : 0
}

/**
 * Runs `act` at once, then at most once per `ms` and never before the last run ended, and always once after the last request. An answer under way is
 * not thrown away for a newer one: where answers take longer than events are apart, none would ever arrive.
 */
export function spaced(ms: number, act: () => Promise<unknown>): () => void {
  let busy = false
  let again = false
  const run = async () => {
    busy = true
    await Promise.allSettled([act(), new Promise((resolve) => setTimeout(resolve, ms))])
    busy = false
    if (!again) return
    again = false
    void run()
  }
  return () => {
    if (busy) again = true
    else void run()
  }
}

/** Subscribes to every event, and marks as stale what it names. Returns how to stop. */
export function invalidateOnEvents(client: QueryClient): () => void {
  const byChannel = new Map<Channel, () => void>()
  const invalidate = (channel: Channel) => {
    const known = byChannel.get(channel) ?? spaced(spacingMs(channel), () => client.invalidateQueries({ queryKey: [channel] }))
    byChannel.set(channel, known)
    known()
  }
  const stops = (Object.keys(staleAfter) as EventName[]).map((event) =>
    subscribe(event, () => {
      // Hosts of another fleet may bear the same names: what is not on screen is forgotten, not kept to be shown for a moment.
      if (event === 'fleet:changed') client.removeQueries({ type: 'inactive' })
      for (const channel of staleAfter[event]) invalidate(channel)
    }),
  )
  return () => {
    for (const stop of stops) stop()
  }
}
