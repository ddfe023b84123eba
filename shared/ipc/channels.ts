/** Names only: the preload allows these and nothing else. Contracts stand beside, one file per domain. */
export const channels = [
  'app:info',
  'fleet:current',
  'fleet:open',
  'fleet:load',
  'fleet:demo',
  'fleet:close',
  'fleet:import-preview',
  'fleet:import-add',
  'fleet:import-save',
  'audit:start',
  'audit:cancel',
  'audit:latest',
  'audit:host',
  'audit:changes',
  'audit:history',
  'audit:output',
  'audit:export',
  'host:services',
  'host:gpus',
  'network:hosts',
  'control:list',
  'waiver:list',
  'waiver:grant',
  'waiver:withdraw',
  'attestation:list',
  'attestation:state',
  'attestation:withdraw',
  'advisories:state',
  'advisories:import',
  'prompt:pending',
  'prompt:answer',
  'connection:states',
  'connection:changed-keys',
  'settings:get',
  'settings:set',
  'sudoers:text',
] as const

export type Channel = (typeof channels)[number]

/** Events carry no data: they say which queries are out of date. */
export const events = [
  'fleet:changed',
  'audit:changed',
  'job:changed',
  'prompt:changed',
  'connection:changed',
  'settings:changed',
  'waiver:changed',
  'attestation:changed',
  'advisories:changed',
  'engine:changed',
] as const

export type EventName = (typeof events)[number]
