import type { Failure } from '#shared/errors.ts'
import type { ConnectionState } from '#shared/model/audit.ts'
import type { HostProgress } from '#shared/model/job.ts'
import type { ConnectionWords } from '../ui/connection-status.tsx'
import { couldNotLook, type HostView } from './host-view.ts'

const states: Readonly<Record<ConnectionState, ConnectionWords>> = {
  idle: { word: 'Not connected', tone: 'na', icon: 'state' },
  connecting: { word: 'Connecting', tone: 'run', icon: 'state' },
  connected: { word: 'Connected', tone: 'pass', icon: 'plug' },
  limited: { word: 'Limited sudo', tone: 'warn', icon: 'state' },
  unreachable: { word: 'Unreachable', tone: 'warn', icon: 'unplug' },
  'key-changed': { word: 'Key changed', tone: 'fail', icon: 'state' },
  'auth-failed': { word: 'Login refused', tone: 'warn', icon: 'unplug' },
  cancelled: { word: 'Stopped', tone: 'na', icon: 'state' },
}

/** Of hosts that answered, or that were not asked: nobody pulled a plug, and whoever looks for one looks in the wrong place. */
const notUnplugged: Partial<Record<Failure['code'], ConnectionWords>> = {
  'ssh.host-key-unknown': { word: 'Key unknown', tone: 'warn', icon: 'state' },
  'ssh.host-key-revoked': { word: 'Key revoked', tone: 'fail', icon: 'state' },
  'ssh.known-hosts-unreadable': { word: 'Not asked', tone: 'warn', icon: 'state' },
  'ssh.exec-refused': { word: 'No commands', tone: 'warn', icon: 'state' },
  'prompt.declined': { word: 'Declined', tone: 'warn', icon: 'state' },
  'prompt.unavailable': { word: 'Not asked', tone: 'warn', icon: 'state' },
  'probe.no-shell': { word: 'No shell', tone: 'warn', icon: 'state' },
  'probe.timeout': { word: 'Too slow', tone: 'warn', icon: 'state' },
  'probe.garbled': { word: 'Not read', tone: 'warn', icon: 'state' },
}

/** The hop before the host that could not be used, so that the host itself was not asked: what went wrong there is no word about the host. */
export function failedHop({ name, state, audit }: Pick<HostView, 'name' | 'state' | 'audit'>): string | undefined {
  const by = couldNotLook(state) ? audit?.failure?.host : undefined
  return by === name ? undefined : by
}

/** Icon, word and tone of a host's connection. */
export function connectionWords(view: Pick<HostView, 'name' | 'state' | 'progress' | 'audit'>): ConnectionWords {
  if (view.progress?.stage === 'waiting') return { word: 'Waiting', tone: 'wait', icon: 'state' }
  if (view.progress?.stage === 'authenticating') return { word: 'Logging in', tone: 'run', icon: 'state' }
  // The probe broke off half-way, or something was not asked or not answered in time: what was read counts, the rest is not evaluated.
  if (view.state === 'limited' && (view.audit?.failure !== undefined || view.audit?.refused.length === 0))
    return { word: 'Incomplete', tone: 'warn', icon: 'state' }
  // What an audit found; its session is closed a minute later.
  if (view.state === 'connected' && view.progress === undefined) return { word: 'Reached', tone: 'pass', icon: 'plug' }
  if (failedHop(view) !== undefined && view.state !== 'cancelled') return { word: 'Not asked', tone: 'warn', icon: 'unplug' }
  const code = couldNotLook(view.state) ? view.audit?.failure?.code : undefined
  return (code && notUnplugged[code]) ?? states[view.state]
}

/** What the audit does on a host, in a few words. */
export function progressWords(progress: HostProgress): string {
  if (progress.stage === 'waiting') return 'Waiting'
  if (progress.stage === 'connecting') return 'Connecting'
  if (progress.stage === 'authenticating') return 'Logging in'
  if (progress.stage === 'evaluating') return 'Evaluating'
  return progress.sectionsTotal === 0 ? 'Reading' : `${progress.sectionsDone} of ${progress.sectionsTotal} read`
}
