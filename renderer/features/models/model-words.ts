import { bytesText } from '#shared/bytes-text.ts'
import type { FileState } from '#shared/model/file-state.ts'
import type { ModelArtifact } from '#shared/model/model-artifact.ts'
import type { ModelProgress } from '#shared/model/model-job.ts'
import type { Tone } from '../../ui/outcome-words.ts'
import { duration } from '../../ui/time.ts'

interface Words {
  readonly word: string
  readonly tone: Tone
}

export const stateWords: Readonly<Record<FileState, Words>> = {
  differs: { word: 'Differs', tone: 'fail' },
  'missing-file': { word: 'Missing file', tone: 'fail' },
  'extra-file': { word: 'Extra file', tone: 'warn' },
  'not-hashed': { word: 'Not hashed', tone: 'unknown' },
  'no-expected-value': { word: 'Nothing expected', tone: 'unknown' },
  verified: { word: 'Verified', tone: 'pass' },
}

export const scanWords: Readonly<Record<ModelArtifact['scan'], Words>> = {
  dangerous: { word: 'Dangerous', tone: 'fail' },
  'not-cleared': { word: 'Not cleared', tone: 'unknown' },
  suspicious: { word: 'Suspicious', tone: 'warn' },
  cleared: { word: 'Cleared', tone: 'pass' },
  'not-scanned': { word: 'Not scanned', tone: 'unknown' },
}

/** What a host is doing: "Hashing 41%, 2.1 GB/s, 12 s left". */
export function progressWords({ stage, filesDone, filesTotal, bytesDone, bytesTotal, bytesPerSecond, secondsLeft }: ModelProgress): Words {
  if (stage === 'waiting') return { word: 'Waiting', tone: 'wait' }
  if (stage === 'connecting') return { word: 'Connecting', tone: 'run' }
  if (stage === 'listing') return { word: 'Listing', tone: 'run' }
  if (stage === 'scanning') return { word: `Scanning ${filesDone} of ${filesTotal} files`, tone: 'run' }
  if (stage === 'placing') return { word: 'Putting it in its place', tone: 'run' }
  if (stage === 'hashing' || stage === 'copying') {
    const percent = bytesTotal > 0 ? ` ${Math.floor((bytesDone / bytesTotal) * 100)}%` : ''
    const pace = bytesPerSecond > 0 ? `, ${bytesText(bytesPerSecond)}/s` : ''
    const left = secondsLeft === undefined ? '' : `, ${duration(secondsLeft * 1000)} left`
    return { word: `${stage === 'hashing' ? 'Hashing' : 'Copying'}${percent}${pace}${left}`, tone: 'run' }
  }
  if (stage === 'failed') return { word: 'Not finished', tone: 'warn' }
  return stage === 'cancelled' ? { word: 'Stopped', tone: 'na' } : { word: 'Done', tone: 'pass' }
}
