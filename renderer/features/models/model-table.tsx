import { Fragment, useEffect, useRef } from 'react'
import { bytesText } from '#shared/bytes-text.ts'
import type { ModelArtifact } from '#shared/model/model-artifact.ts'
import type { Registration } from '#shared/model/model-registration.ts'
import { stateOf } from '#shared/model/registration-steps.ts'
import { chooseRow } from '../../ui/choose-row.ts'
import { plainText } from '../../ui/plain-text.ts'
import { Status } from '../../ui/status.tsx'
import { nameFew } from '../../ui/words.ts'
import { hostsOf, loudestApproval, placeOf, type RowGroup, sourceOf } from './model-rows.ts'
import { scanWords, stateWords } from './model-words.ts'
import { approvalWords, registrationWords } from './registry-words.ts'

interface ModelTableProps {
  readonly groups: readonly RowGroup[]
  /** Registrations of which no model lies on a host. */
  readonly waiting: readonly Registration[]
  readonly selected: string | undefined
  readonly onSelect: (key: string) => void
}

/** One row per model, however many hosts hold the same bytes. */
export function ModelTable({ groups, waiting, selected, onSelect }: ModelTableProps) {
  const body = useRef<HTMLTableElement>(null)
  useEffect(() => {
    const row = selected === undefined ? null : body.current?.querySelector<HTMLElement>('[aria-current]')
    row?.scrollIntoView({ block: 'nearest' })
    const held = document.activeElement
    if (held === null || held === document.body || held.matches('.model-name')) row?.focus({ preventScroll: true })
  }, [selected])
  return (
    <table className="table models-table" ref={body}>
      <thead>
        <tr>
          <th scope="col">Model</th>
          <th scope="col">Host</th>
          <th scope="col">Format</th>
          <th scope="col" className="right">
            Size
          </th>
          <th scope="col">Hash</th>
          <th scope="col">Scan</th>
          <th scope="col">Registry</th>
        </tr>
      </thead>
      <tbody>
        {waiting.length > 0 && (
          <tr className="group">
            <th scope="rowgroup" colSpan={7}>
              Requested, on no host yet <span className="muted">{waiting.length}</span>
            </th>
          </tr>
        )}
        {waiting.map((registration) => (
          <WaitingRow key={registration.id} registration={registration} current={registration.id === selected} onSelect={onSelect} />
        ))}
        {groups.map(({ key, title, rows }) => (
          <Fragment key={key}>
            <tr className="group">
              <th scope="rowgroup" colSpan={7}>
                {title} <span className="muted">{rows.length}</span>
              </th>
            </tr>
            {rows.map((row) => (
              <Row key={`${key} ${placeOf(row)}`} row={row} current={placeOf(row) === selected} onSelect={onSelect} />
            ))}
          </Fragment>
        ))}
      </tbody>
    </table>
  )
}

interface WaitingRowProps {
  readonly registration: Registration
  readonly current: boolean
  readonly onSelect: (key: string) => void
}

function WaitingRow({ registration, current, onSelect }: WaitingRowProps) {
  const { word, tone } = registrationWords(stateOf(registration))
  return (
    <tr className={current ? 'current' : ''} onClick={chooseRow}>
      <th scope="row">
        <button
          type="button"
          className="model-name"
          data-opens-pane
          aria-current={current || undefined}
          onClick={() => onSelect(registration.id)}
        >
          <span className="one-line">{plainText(registration.model, 160)}</span>
        </button>
      </th>
      <td colSpan={5} className="soft one-line">
        {plainText(sourceOf(registration), 160)}
      </td>
      <td>
        <Status tone={tone}>{word}</Status>
      </td>
    </tr>
  )
}

interface RowProps {
  readonly row: ModelArtifact
  readonly current: boolean
  readonly onSelect: (key: string) => void
}

function Row({ row, current, onSelect }: RowProps) {
  const state = stateWords[row.state]
  const scan = scanWords[row.scan]
  const approval = loudestApproval(row)
  const registry = approval === undefined ? undefined : approvalWords(approval)
  return (
    <tr className={current ? 'current' : ''} onClick={chooseRow}>
      <th scope="row">
        <button
          type="button"
          className="model-name"
          data-opens-pane
          aria-current={current || undefined}
          onClick={() => onSelect(placeOf(row))}
        >
          <span className="one-line">{plainText(row.name, 160)}</span>
        </button>
      </th>
      <td className="soft one-line">{nameFew(hostsOf(row))}</td>
      <td className="soft one-line">{row.formats[0] ?? '–'}</td>
      <td className="right num">{bytesText(row.bytes)}</td>
      <td>
        <Status tone={state.tone} className={state.tone === 'pass' ? 'quiet' : ''}>
          {row.state === 'verified' && row.weak ? 'Verified, weak' : state.word}
        </Status>
      </td>
      <td>
        <Status tone={scan.tone} className={scan.tone === 'pass' ? 'quiet' : ''}>
          {scan.word}
        </Status>
      </td>
      <td>
        {registry !== undefined && (
          <Status tone={registry.tone} className={registry.tone === 'pass' ? 'quiet' : ''}>
            {registry.word}
          </Status>
        )}
      </td>
    </tr>
  )
}
