import { useState } from 'react'
import type { VerifiedFile } from '#shared/model/model-artifact.ts'
import { useWithdrawExpected } from '../../stores/actions.ts'
import { announce } from '../../ui/announcer.ts'
import { Button } from '../../ui/button.tsx'
import { plainText } from '../../ui/plain-text.ts'
import { count } from '../../ui/words.ts'
import { ExpectedDialog } from './expected-dialog.tsx'
import { StepDialog } from './step-dialog.tsx'

interface ExpectedSectionProps {
  readonly model: string
  /** Of the model where it lies; undefined when it lies nowhere. */
  readonly files: readonly VerifiedFile[] | undefined
}

/** Whether somebody recorded what the files must be, and how to. */
export function ExpectedSection({ model, files }: ExpectedSectionProps) {
  const [ask, setAsk] = useState<'record' | 'withdraw'>()
  const expected = (files ?? []).filter((file) => file.expected !== undefined)
  const close = () => setAsk(undefined)
  return (
    <section aria-label="Expected values">
      <h3>Published hashes</h3>
      <p className={expected.length === 0 ? 'muted' : ''}>
        {files === undefined
          ? 'What its files must be can be recorded before it lies anywhere.'
          : expected.length === 0
            ? 'Nobody has recorded what its files must be, so nothing of it can be verified.'
            : `Recorded for ${count(expected.length, 'file')}.`}
      </p>
      <div className="actions mt-2">
        <Button small onClick={() => setAsk('record')}>
          {expected.length === 0 ? 'Record hashes…' : 'Record others…'}
        </Button>
        {expected.length > 0 && (
          <Button small onClick={() => setAsk('withdraw')}>
            Withdraw…
          </Button>
        )}
      </div>
      {ask === 'record' && <ExpectedDialog model={model} files={files} onClose={close} />}
      {ask === 'withdraw' && <WithdrawDialog model={model} onClose={close} />}
    </section>
  )
}

function WithdrawDialog({ model, onClose }: { readonly model: string; readonly onClose: () => void }) {
  const withdraw = useWithdrawExpected()
  return (
    <StepDialog
      title="Withdraw the published hashes"
      lead={plainText(model, 160)}
      fields={[{ name: 'reason', label: 'Reason', kind: 'lines' }]}
      consequence="Its files are held against nothing until others are recorded. What was recorded, and why it went, stays in the ledger."
      action="Withdraw hashes"
      pending={withdraw.isPending}
      error={withdraw.error}
      onSend={({ reason = '' }) =>
        withdraw.mutate(
          { model, reason: String(reason).trim() },
          {
            onSuccess: ({ withdrawn }) => {
              announce(`${count(withdrawn, 'digest')} withdrawn`)
              onClose()
            },
          },
        )
      }
      onClose={onClose}
    />
  )
}
