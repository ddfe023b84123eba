import { useMemo, useState } from 'react'
import { ActingHint } from '../../stores/acting-hint.tsx'
import { useAuditActions } from '../../stores/actions.ts'
import { useAppNotices } from '../../stores/app-notices.ts'
import { failureNotices } from '../../stores/failure-notices.ts'
import { useAccess, useAccessReview, useFleetState, useLatest } from '../../stores/queries.ts'
import { RunAudit } from '../../stores/run-audit.tsx'
import { goFleet, openDialog } from '../../stores/ui.store.ts'
import { useAuditing } from '../../stores/use-hosts.tsx'
import { useKeys } from '../../stores/use-keys.ts'
import { useFleetPath } from '../../stores/use-path.ts'
import { Button } from '../../ui/button.tsx'
import { Empty } from '../../ui/empty.tsx'
import { FilterAction } from '../../ui/filter-field.tsx'
import { KeyHint } from '../../ui/keys.tsx'
import { Screen } from '../../ui/screen.tsx'
import { Segment } from '../../ui/segment.tsx'
import { count } from '../../ui/words.ts'
import { AccessDetail } from './access-detail.tsx'
import { AccessMatrix } from './access-matrix.tsx'
import { notesOf, SECOND_FACTOR, STALE } from './access-notes.ts'
import { type AccountRow, accountRows, filterAccounts, nextMismatch, type Place, whoOf } from './access-rows.ts'
import { ReviewBar } from './review-bar.tsx'
import { TierTable } from './tier-table.tsx'

/** Who can do what, against who may. */
export function AccessScreen() {
  const fleet = useFleetState().data?.fleet
  const query = useAccess()
  const review = useAccessReview().data ?? undefined
  const auditing = useAuditing()
  const audit = useAuditActions()
  const [text, setText] = useState<string | null>(null)
  const [only, setOnly] = useState<'all' | 'mismatches' | 'undecided'>('all')
  const [place, setPlace] = useState<Place>()
  const overview = query.data ?? undefined
  const all = useMemo(() => accountRows(overview ?? { hosts: [] }), [overview])
  const left = review?.open == null ? [] : review.entries.filter(({ decision }) => decision === null || decision.verdict === 'ask')
  const undecided = left.find(({ decision }) => decision === null)
  const waiting = new Set(left.map(({ row }) => whoOf(row)))
  const named = useMemo(() => filterAccounts(all, text ?? '', only === 'mismatches'), [all, text, only])
  const rows = only === 'undecided' ? named.filter(({ name: account, kind }) => waiting.has(whoOf({ account, kind }))) : named
  const hosts = overview?.hosts ?? []
  const names = hosts.map(({ host }) => host)
  const chosen = rows.some(({ name, kind }) => name === place?.account && kind === place.kind)
    ? place
    : (nextMismatch(rows, names, undefined) ?? firstOf(rows[0], names[0]))
  const looked = hosts.some(({ reason }) => reason === null)
  const mismatches = all.reduce((sum, row) => sum + row.mismatches, 0)
  const clear = () => {
    setText(null)
    setOnly('all')
  }
  useKeys({
    r: auditing || fleet == null ? undefined : () => audit.start(),
    '/': looked ? () => setText(text ?? '') : undefined,
    escape: clear,
    n:
      undecided === undefined
        ? undefined
        : () => setPlace({ account: undecided.row.account, kind: undecided.row.kind, host: undecided.host }),
    m: mismatches === 0 ? undefined : () => setPlace(nextMismatch(rows, names, chosen)),
  })
  const seen = useLatest().data?.hosts
  const audited = (seen?.length ?? 0) > 0
  const secondFactor = useMemo(() => notesOf(seen ?? [], SECOND_FACTOR), [seen])
  const stale = useMemo(() => notesOf(seen ?? [], STALE), [seen])
  return (
    <Screen
      title="Access"
      sub={
        !looked
          ? undefined
          : `${count(all.length, 'account')}, ${mismatches === 0 ? 'all fit' : count(mismatches, 'mismatch', 'mismatches')}`
      }
      onSearch={() => openDialog({ kind: 'palette' })}
      notices={[...useAppNotices(), ...failureNotices('access', query.error)]}
      path={useFleetPath()}
      foot={
        <>
          {chosen !== undefined && looked && <KeyHint chords={['up', 'down', 'left', 'right']}>Move</KeyHint>}
          <ActingHint chords={['m']}>Next mismatch</ActingHint>
          <ActingHint chords={['/']}>Filter</ActingHint>
          <ActingHint chords={['mod+[']}>Back</ActingHint>
          <ActingHint chords={['?']}>All keys</ActingHint>
        </>
      }
      actions={looked && <FilterAction label="Filter accounts" text={text} onText={setText} />}
    >
      {fleet == null ? (
        <Empty title="No fleet is open" about="Tiers are named in the fleet file, under access.">
          <Button onClick={goFleet}>Go to the fleet</Button>
        </Empty>
      ) : query.data !== undefined && !looked ? (
        <Empty
          title={audited ? 'No host told its accounts' : 'No host was looked at yet'}
          about={
            audited
              ? 'The newest audit could not look at any, or read no accounts. The page of each host says why.'
              : 'An audit reads accounts, keys, rules and files, and works out what each account can really do.'
          }
        >
          <RunAudit />
        </Empty>
      ) : (
        <div className="access" aria-busy={query.isPending}>
          <TierTable tiers={overview?.tiers} keys={overview?.keys ?? []} secondFactor={secondFactor} stale={stale} />
          <section className="access-found" aria-label="Accounts found" data-pane>
            <header>
              <h2>Accounts found</h2>
              <span className="muted one-line">
                {rows.length < all.length ? `${rows.length} of ${all.length}` : 'Held against the tiers'}
              </span>
              <span className="spring" />
              <Segment
                label="Accounts"
                small
                value={only}
                options={[
                  { value: 'all', label: overview === undefined ? 'All' : `All ${all.length}` },
                  { value: 'mismatches', label: overview === undefined ? 'Mismatches' : `Mismatches ${mismatches}` },
                  ...(review?.open == null ? [] : [{ value: 'undecided' as const, label: `Undecided ${left.length}` }]),
                ]}
                onChange={setOnly}
              />
            </header>
            {review !== undefined && <ReviewBar review={review} host={chosen?.host} onPlace={setPlace} />}
            {chosen === undefined ? (
              query.data === undefined ? (
                <div className="tab-pending">
                  <i className="skeleton" />
                </div>
              ) : (
                <Empty title="No account matches" about="The filter looks at names of accounts.">
                  <Button onClick={clear}>Clear the filter</Button>
                </Empty>
              )
            ) : (
              <>
                <AccessMatrix rows={rows} hosts={hosts} chosen={chosen} onChoose={setPlace} />
                <AccessDetail
                  key={`${whoOf(chosen)} ${chosen.host}`}
                  place={chosen}
                  row={rows.find(({ name, kind }) => name === chosen.account && kind === chosen.kind)?.cells.get(chosen.host)}
                  host={hosts.find(({ host }) => host === chosen.host)}
                  firstReview={review?.lastSigned === null}
                  keys={overview?.keys ?? []}
                  stale={stale}
                  entry={
                    review?.open == null
                      ? undefined
                      : review.entries.find(({ host, row }) => host === chosen.host && whoOf(row) === whoOf(chosen))
                  }
                />
              </>
            )}
          </section>
        </div>
      )}
    </Screen>
  )
}

const firstOf = (row: AccountRow | undefined, host: string | undefined): Place | undefined =>
  row === undefined || host === undefined ? undefined : { account: row.name, kind: row.kind, host }
