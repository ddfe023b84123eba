/** What a step said. Lines without the nonce are the login's noise and are left out. */
export interface DeployAnswer {
  /** The last line was there: the step did all that it does. */
  readonly ended: boolean
  readonly ready: boolean
  /** Why it stopped, the first that it said: a word of the program, and words for people. */
  readonly failed?: { readonly code: string; readonly detail: string }
  /** Of each file, by its number from 1: all of it, or how many bytes. */
  readonly have: ReadonlyMap<number, 'present' | 'done' | number>
}

const MAX_CHARACTERS = 4_194_304

/** Reads the lines of one step. The host is not trusted: bounded, never throws, takes nothing that it does not know. */
export function readDeployAnswer(text: string, nonce: string): DeployAnswer {
  let answer: Omit<DeployAnswer, 'have'> = { ended: false, ready: false }
  const have = new Map<number, 'present' | 'done' | number>()
  for (const line of text.slice(0, MAX_CHARACTERS).split('\n').slice(0, -1)) {
    if (!line.startsWith(`${nonce} `)) continue
    const [word = '', first = '', ...rest] = line.slice(nonce.length + 1).split(' ')
    if (word === 'end') answer = { ...answer, ended: true }
    else if (word === 'ready') answer = { ...answer, ready: true }
    else if (word === 'failed') answer = { ...answer, failed: answer.failed ?? { code: first, detail: rest.join(' ').slice(0, 500) } }
    else if (word === 'have') {
      const [state = ''] = rest
      const bytes = Number(state)
      if (state === 'present' || state === 'done') have.set(Number(first), state)
      else if (/^\d{1,15}$/.test(state)) have.set(Number(first), bytes)
    }
  }
  return { ...answer, have }
}
