import { usePendingPrompts } from '../../stores/queries.ts'
import { HostKeyDialog } from './host-key-dialog.tsx'
import { SecretDialog } from './secret-dialog.tsx'

/** Questions of the engine, one at a time, in the order they came. */
export function Prompts() {
  const prompts = usePendingPrompts().data ?? []
  const [first] = prompts
  if (first === undefined) return null
  const waiting = prompts.length - 1
  if (first.kind === 'host-key-unknown') return <HostKeyDialog key={first.id} prompt={first} waiting={waiting} />
  return <SecretDialog key={first.id} prompt={first} waiting={waiting} />
}
