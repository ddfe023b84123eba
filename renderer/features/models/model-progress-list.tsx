import type { ModelJob } from '#shared/model/model-job.ts'
import { plainText } from '../../ui/plain-text.ts'
import { Status } from '../../ui/status.tsx'
import { progressWords } from './model-words.ts'

/** What every host does right now: how far, how fast, what that leaves, and which file. */
export const ModelProgressList = ({ job }: { readonly job: ModelJob }) => (
  <ul className="models-progress" aria-label="Progress">
    {job.hosts.map((progress) => {
      const { word, tone } = progressWords(progress)
      const { host, bytesDone, bytesTotal, filesDone, filesTotal, stage, current } = progress
      const share =
        (stage === 'hashing' || stage === 'copying') && bytesTotal > 0
          ? bytesDone / bytesTotal
          : filesTotal > 0
            ? filesDone / filesTotal
            : 0
      return (
        <li key={host}>
          <b className="one-line">{host}</b>
          <Status tone={tone}>{word}</Status>
          <progress max={1} value={stage === 'done' ? 1 : share} aria-label={`${host}: ${word}`} />
          <span className="muted one-line">{plainText(current.slice(current.lastIndexOf('/') + 1), 120)}</span>
        </li>
      )
    })}
  </ul>
)
