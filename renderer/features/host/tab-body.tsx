import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { wordsOfError } from '../../stores/failure-words.ts'
import { Button } from '../../ui/button.tsx'
import { Empty } from '../../ui/empty.tsx'

interface TabBodyProps<V> {
  readonly query: UseQueryResult<V | null>
  readonly children: (view: V) => ReactNode
}

/** The states that every tab has before it has something to show. */
export function TabBody<V>({ query, children }: TabBodyProps<V>) {
  if (query.isPending)
    return (
      <div className="tab-pending" aria-busy="true">
        <span className="reader-only">Reading the stored audit</span>
        {placeholders.map((key) => (
          <i key={key} className="skeleton" />
        ))}
      </div>
    )
  if (query.error !== null) {
    const { title, detail, hint } = wordsOfError(query.error)
    return (
      <Empty title={title} about={`${detail} ${hint}`}>
        <Button onClick={() => void query.refetch()}>Read again</Button>
      </Empty>
    )
  }
  if (query.data == null)
    return (
      <Empty title="Nothing is stored of this audit" about="The answers of the host are not in the store. Run an audit to read them." />
    )
  return children(query.data)
}

const placeholders = ['a', 'b', 'c', 'd', 'e', 'f']

/** Below the gaps, where they leave nothing. */
export const NothingRead = ({ what }: { readonly what: string }) => (
  <Empty title={`${what} could not be read`} about="What stopped it stands above. Nothing of it counts as passed." />
)
