import { type Channel, isChannel } from '#shared/ipc/channels.ts'
import type { Input } from '#shared/ipc/contracts.ts'
import { visible } from '#shared/words.ts'
import type { CloseQuestion } from './close-question.ts'
import type { EngineCall } from './fleet.handlers.ts'

type Words<C extends Channel> = (input: Input<C>) => Omit<CloseQuestion, 'close'>

/** What changes a host within the call itself, so that no job tells of it. */
const unanswered: { readonly [C in Channel]?: Words<C> } = {
  'push:drill': (input) => {
    const host = visible(input.host)
    return {
      message: `The undo of ${host} is being drilled.`,
      detail: `When Gatehouse is closed now, the undo takes the file away all the same, but nobody sees it: the drill proves nothing, and has to be done again.`,
    }
  },
  'push:finish': () => ({
    message: 'An open push is being ended.',
    detail:
      'When Gatehouse is closed now, its host undoes by itself what was not committed. The push is shown as open at the next start, until it is ended.',
  }),
  'quarantine:take': (input) => {
    const { host, path } = input
    return {
      message: `A file of ${visible(host)} is being moved into quarantine.`,
      detail: `When Gatehouse is closed now, nobody sees whether ${visible(path)} was moved.`,
    }
  },
  'quarantine:release': () => ({
    message: 'A file is being put back out of quarantine.',
    detail: 'When Gatehouse is closed now, nobody sees whether it was put back.',
  }),
}

export interface HostChanges {
  readonly call: EngineCall
  /** Of what was begun first and has not been answered; null when nothing is under way. */
  question(): CloseQuestion | null
}

/** Passes calls on, and knows which of them change a host this moment. */
export function watchHostChanges(call: EngineCall): HostChanges {
  const underWay = new Set<() => Omit<CloseQuestion, 'close'>>()
  return {
    call: async (channel, input) => {
      // Input has been held against the contract of its channel (ipc-relay.ts).
      const words: ((input: never) => Omit<CloseQuestion, 'close'>) | undefined = isChannel(channel) ? unanswered[channel] : undefined
      if (words === undefined) return call(channel, input)
      const question = () => words(input as never)
      underWay.add(question)
      try {
        return await call(channel, input)
      } finally {
        underWay.delete(question)
      }
    },
    question: () => {
      const [first] = underWay
      return first === undefined ? null : { ...first(), close: 'Close all the same' }
    },
  }
}
