import type { PamAction, PamEntry, PamModule } from './pam.ts'

/** What a module may say, by the names of pam.d(5). */
export type PamResult = 'success' | 'auth_err' | 'perm_denied' | 'acct_expired' | 'user_unknown' | 'ignore'

interface State {
  readonly impression: 'undefined' | 'positive' | 'negative'
  readonly succeeds: boolean
}

const untouched: State = { impression: 'undefined', succeeds: false }

/** Does the stack say yes? As Linux-PAM's dispatcher, with the actions of pam.d(5). */
export function authenticates(entries: readonly PamEntry[], resultOf: (module: PamModule) => PamResult): boolean {
  const { impression, succeeds } = run(entries, resultOf, untouched)
  return impression === 'positive' && succeeds
}

function run(entries: readonly PamEntry[], resultOf: (module: PamModule) => PamResult, before: State): State {
  let state = before
  for (let at = 0; at < entries.length; at++) {
    const entry = entries[at] as PamEntry
    if ('substack' in entry) {
      state = run(entry.substack, resultOf, state)
      continue
    }
    const result = resultOf(entry)
    const action = actionOf(entry, result)
    if (typeof action === 'number') {
      // Jumping past the end is a mistake that denies.
      if (at + action >= entries.length) return { impression: 'negative', succeeds: false }
      at += action
    } else if (action === 'reset') state = before
    else if (action === 'ok' || action === 'done') {
      if (state.impression === 'undefined' || (state.impression === 'positive' && state.succeeds))
        state = { impression: 'positive', succeeds: result === 'success' }
      if (action === 'done' && state.impression === 'positive') return state
    } else if (action === 'bad' || action === 'die') {
      state = { impression: 'negative', succeeds: false }
      if (action === 'die') return state
    }
  }
  return state
}

/** What is not named is `bad`. */
const actionOf = ({ on }: PamModule, result: PamResult): PamAction => on[result] ?? on.default ?? 'bad'
