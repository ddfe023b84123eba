import { create } from 'zustand'
import type { Channel } from '#shared/ipc/channels.ts'
import type { Input, Output } from '#shared/ipc/contracts.ts'
import { CallError, call } from '../bridge/call.ts'

/** Somebody waits for a code of the authenticator, or for one to be enrolled. */
interface CodeQuestion {
  readonly purpose: 'code' | 'enrol'
  readonly answer: (given: boolean) => void
}

export const useCodeQuestion = create<{ readonly question: CodeQuestion | null }>(() => ({ question: null }))

/** Opens the dialog. True when a code was taken. */
export function askForCode(purpose: CodeQuestion['purpose']): Promise<boolean> {
  useCodeQuestion.getState().question?.answer(false)
  return new Promise((resolve) => {
    const answer = (given: boolean) => {
      useCodeQuestion.setState({ question: null })
      resolve(given)
    }
    useCodeQuestion.setState({ question: { purpose, answer } })
  })
}

/** Calls of a dialog that is open already: none is laid over it. */
const ofDialogs: readonly Channel[] = ['prompt:answer', 'step-up:enrol']

/** Whether somebody unlocks the console for what was refused. */
const isUnlocked = async (channel: Channel, error: unknown): Promise<boolean> => {
  const code = error instanceof CallError && error.failure.code
  return (code === 'step-up.needed' || (code === 'role.operator' && !ofDialogs.includes(channel))) && askForCode('code')
}

/** A call that may need a code first, or the administrator: asks for them and calls again, so that nothing is typed twice. @throws {CallError} */
export async function callWithCode<C extends Channel>(channel: C, input: Input<C>): Promise<Output<C>> {
  try {
    return await call(channel, input)
  } catch (error) {
    if (await isUnlocked(channel, error)) return call(channel, input)
    throw error
  }
}
