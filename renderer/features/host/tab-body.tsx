import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { wordsOfError } from '../../stores/failure-words.ts'
import { Button } from '../../ui/button.tsx'

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
      <TabMessage title={title} text={`${detail} ${hint}`}>
        <Button onClick={() => void query.refetch()}>Read again</Button>
      </TabMessage>
    )
  }
  if (query.data == null)
    return (
      <TabMessage title="Nothing is stored of this audit" text="The answers of the host are not in the store. Run an audit to read them." />
    )
  return children(query.data)
}

const placeholders = ['a', 'b', 'c', 'd', 'e', 'f']

/** Below the gaps, where they leave nothing. */
export const NothingRead = ({ what }: { readonly what: string }) => (
  <TabMessage title={`${what} could not be read`} text="What stopped it stands above. Nothing of it counts as passed." />
)

interface TabMessageProps {
  readonly title: string
  readonly text: string
  readonly children?: ReactNode
}

/** Where there is nothing to list: what that means. */
export const TabMessage = ({ title, text, children }: TabMessageProps) => (
  <div className="empty h-full !border-0">
    <div>
      <h2>{title}</h2>
      <p className="soft mt-1 mb-4">{text}</p>
      {children}
    </div>
  </div>
)
