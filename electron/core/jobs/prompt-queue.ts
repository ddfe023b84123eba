import { randomUUID } from 'node:crypto'
import type { ChangedKey, Prompt, PromptAnswer } from '#shared/model/prompt.ts'
import type { PromptPort } from '../ports.ts'

/** Prompts that wait for the admin, in the order they came. The window shows them; `answer` releases the caller. */
export interface PromptQueue extends PromptPort {
  pending(): readonly Prompt[]
  /** False when the prompt is gone (answered, or its audit was stopped). */
  answer(answer: PromptAnswer): boolean
  changedKeys(): readonly ChangedKey[]
  /** A host that presents its pinned key again is no longer reported. */
  clearChangedKey(hop: string): void
}

interface Waiting {
  readonly prompt: Prompt
  readonly settle: (answers: readonly string[] | null) => void
}

/** Answers go to who asked and are not kept. An abort answers with null, as declining does. */
export function createPromptQueue(changed: (event: 'prompt:changed' | 'connection:changed') => void): PromptQueue {
  const waiting = new Map<string, Waiting>()
  const changedKeys = new Map<string, ChangedKey>()

  return {
    ask(request, signal) {
      if (signal.aborted) return Promise.resolve(null)
      return new Promise((resolve) => {
        const id = randomUUID()
        const settle: Waiting['settle'] = (answers) => {
          waiting.delete(id)
          signal.removeEventListener('abort', decline)
          changed('prompt:changed')
          resolve(answers)
        }
        const decline = () => settle(null)
        signal.addEventListener('abort', decline, { once: true })
        waiting.set(id, { prompt: { ...request, id } as Prompt, settle })
        changed('prompt:changed')
      })
    },
    reportChangedKey(key) {
      changedKeys.set(key.hop, key)
      changed('connection:changed')
    },
    pending: () => [...waiting.values()].map(({ prompt }) => prompt),
    answer({ id, answers }) {
      const entry = waiting.get(id)
      entry?.settle(answers)
      return entry !== undefined
    },
    changedKeys: () => [...changedKeys.values()],
    clearChangedKey(hop) {
      if (changedKeys.delete(hop)) changed('connection:changed')
    },
  }
}
