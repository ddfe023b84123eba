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

/** A call that may need a code first: asks for one and calls again. @throws {CallError} */
export async function callWithCode<C extends Channel>(channel: C, input: Input<C>): Promise<Output<C>> {
  try {
    return await call(channel, input)
  } catch (error) {
    if (error instanceof CallError && error.failure.code === 'step-up.needed' && (await askForCode('code'))) return call(channel, input)
    throw error
  }
}
