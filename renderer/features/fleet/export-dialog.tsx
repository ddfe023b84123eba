import { useRef } from 'react'
import { useExportAudit } from '../../stores/actions.ts'
import { wordsOfError } from '../../stores/failure-words.ts'
import { closeDialog } from '../../stores/ui.store.ts'
import { announce } from '../../ui/announcer.ts'
import { Button } from '../../ui/button.tsx'
import { CopyButton } from '../../ui/copy-button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Status } from '../../ui/status.tsx'

const formats = [
  { format: 'html', name: 'HTML report', text: 'For people: one file with findings and evidence, prints well.' },
  { format: 'json', name: 'JSON', text: 'For programs: the same as gatehouse audit --json.' },
  { format: 'markdown', name: 'Markdown', text: 'For tickets and wikis.' },
] as const

/** Writes the newest results to a file that the admin chooses. */
export function ExportDialog() {
  const save = useExportAudit()
  const first = useRef<HTMLButtonElement>(null)
  const choose = (format: (typeof formats)[number]['format']) =>
    save.mutate(
      { format },
      {
        onSuccess: (path) => {
          if (path !== null) announce(`Written to ${path}`)
        },
      },
    )
  const error = save.error === null ? null : wordsOfError(save.error)
  return (
    <Dialog
      title="Export the newest results"
      lead="Evidence is part of the file. Secrets were masked before they were stored."
      width="narrow"
      onClose={closeDialog}
      initialFocus={first}
      foot={
        <>
          <span className="spring" />
          <Button onClick={closeDialog}>Close</Button>
        </>
      }
    >
      <ul className="mt-3">
        {formats.map(({ format, name, text }, index) => (
          <li key={format} className="flex items-center gap-3 border-t border-line py-2">
            <div className="flex-1">
              <b className="font-medium">{name}</b>
              <span className="muted block text-[12px] leading-4">{text}</span>
            </div>
            <Button ref={index === 0 ? first : undefined} look={index === 0 ? 'primary' : 'default'} small onClick={() => choose(format)}>
              {`Save ${name}…`}
            </Button>
          </li>
        ))}
      </ul>
      {typeof save.data === 'string' && (
        <p className="mt-3">
          <Status tone="pass">Written</Status> <code className="break-all">{save.data}</code>{' '}
          <CopyButton text={save.data} what="the path" />
        </p>
      )}
      {error !== null && (
        <p className="mt-3">
          <Status tone="fail">Not written</Status> {error.title}: {error.detail} {error.hint}
        </p>
      )}
    </Dialog>
  )
}
