import { wordsOf } from '../../stores/failure-words.ts'
import { useAdvisories, useAppInfo } from '../../stores/queries.ts'
import { plainText } from '../../ui/plain-text.ts'
import { Status } from '../../ui/status.tsx'
import { dayWritten } from '../../ui/time.ts'
import { count } from '../../ui/words.ts'

/** Version and diagnostics: what is not as it should be is said first. */
export function About() {
  const info = useAppInfo().data
  const advisories = useAdvisories().data
  if (info === undefined) return null
  const store = info.storeFailure === null ? null : wordsOf(info.storeFailure)
  return (
    <>
      <p>Nothing is sent anywhere: Gatehouse talks to your fleet over SSH and to nobody else.</p>
      <dl className="facts">
        <dt>Gatehouse</dt>
        <dd>{info.version}</dd>
        <dt>Engine</dt>
        <dd>
          <Status tone={info.engine === 'running' ? 'pass' : 'fail'}>{engineWords[info.engine]}</Status>
          {info.engineMessage !== null && <span className="muted block">{`Last stop: ${plainText(info.engineMessage, 300)}`}</span>}
        </dd>
        <dt>Runtime</dt>
        <dd>
          {`Electron ${info.electron}, Chromium ${info.chromium}, Node ${info.node}, ${info.platform}`}
          {info.unsupportedRuntime && (
            <span className="mt-1 block">
              <Status tone="warn">Out of support</Status> This Electron no longer gets security fixes. It is for development, demo and tests
              only.
            </span>
          )}
        </dd>
        {advisories !== undefined && (
          <>
            <dt>Advisories</dt>
            <dd>{`${advisories.records} records of ${dayWritten(advisories.publishedAt)}, ${count(advisories.ageDays, 'day')} old`}</dd>
          </>
        )}
        <dt>Secret store</dt>
        <dd>
          {info.secretStore === 'available' ? (
            <Status tone="pass">Available</Status>
          ) : (
            <>
              <Status tone="warn">Unavailable</Status> This system has no keychain that encrypts. Passwords and passphrases are asked for
              each time and kept in memory only.
            </>
          )}
        </dd>
        <dt>Database</dt>
        <dd>
          {store === null ? (
            <Status tone="pass">In order</Status>
          ) : (
            <>
              <Status tone="warn">{store.title}</Status> {`${store.detail} ${store.hint}`}
            </>
          )}
        </dd>
        <dt>Data folder</dt>
        <dd>
          <code>{plainText(info.dataFolder, 400)}</code>
        </dd>
        <dt>Account</dt>
        <dd>{plainText(info.user, 80)}</dd>
      </dl>
    </>
  )
}

const engineWords = { running: 'Running', unresponsive: 'Not answering', restarting: 'Restarting', stopped: 'Stopped' } as const
