import { FileText } from 'lucide-react'
import type { ImportPreview } from '#shared/ipc/fleet.contract.ts'
import { useImportPreview, useImportSave } from '../../stores/actions.ts'
import { goFleet } from '../../stores/ui.store.ts'
import { Button } from '../../ui/button.tsx'
import { plainLines, plainText } from '../../ui/plain-text.ts'
import { count } from '../../ui/words.ts'
import { Trouble } from './trouble.tsx'

/** Hosts from what is already there, with a preview of what is taken and what is not. */
export function Import() {
  const preview = useImportPreview()
  const save = useImportSave()
  return (
    <>
      <p>
        Take hosts from ~/.ssh/config (with Include and ProxyJump) or from an Ansible inventory (INI or YAML). Nothing is written before you
        have seen it.
      </p>
      <div className="actions">
        <Button icon={<FileText className="icon" aria-hidden />} onClick={() => preview.mutate({ from: 'ssh-config' })}>
          Import from SSH config…
        </Button>
        <Button icon={<FileText className="icon" aria-hidden />} onClick={() => preview.mutate({ from: 'ansible' })}>
          Import from Ansible inventory…
        </Button>
      </div>
      <Trouble error={preview.error ?? save.error} word="Not imported" />
      {preview.data != null && (
        <Preview
          preview={preview.data}
          onSave={() =>
            save.mutate(
              { yaml: preview.data?.yaml ?? '' },
              {
                onSuccess: (state) => {
                  if (state === null) return
                  preview.reset()
                  goFleet()
                },
              },
            )
          }
          onDrop={() => preview.reset()}
        />
      )}
    </>
  )
}

interface PreviewProps {
  readonly preview: ImportPreview
  readonly onSave: () => void
  readonly onDrop: () => void
}

function Preview({ preview, onSave, onDrop }: PreviewProps) {
  const { lines, left } = plainLines(preview.yaml, 2000)
  return (
    <>
      <h3>{`${count(preview.taken.length, 'host')} taken from ${plainText(preview.source, 200)}`}</h3>
      {preview.taken.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, by keyboard too
        <div className="box scroll-box" tabIndex={0}>
          <table className="table compact">
            <thead>
              <tr>
                <th scope="col">Name</th>
                <th scope="col">Address</th>
                <th scope="col">Account</th>
                <th scope="col">Through</th>
              </tr>
            </thead>
            <tbody>
              {preview.taken.map((host) => (
                <tr key={host.name}>
                  <th scope="row">{plainText(host.name, 80)}</th>
                  <td>
                    <code>{plainText(`${host.address}:${host.port}`, 120)}</code>
                  </td>
                  <td className="soft">{plainText(host.user, 80)}</td>
                  <td className="soft">{host.via.length === 0 ? 'Direct' : plainText(host.via.join(', '), 120)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {preview.skipped.length > 0 && (
        <>
          <h3>{`${preview.skipped.length} left out`}</h3>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, by keyboard too */}
          <div className="box scroll-box" tabIndex={0}>
            <table className="table compact wrap">
              <tbody>
                {preview.skipped.map((skipped) => (
                  <tr key={`${skipped.what} ${skipped.reason}`}>
                    <th scope="row">{plainText(skipped.what, 120)}</th>
                    <td className="soft">{plainText(skipped.reason, 300)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </>
      )}
      <h3>The fleet file that would be written</h3>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, by keyboard too */}
      <pre className="plain-block" tabIndex={0}>
        {lines.join('\n')}
        {left > 0 ? `\n… ${left} more lines` : ''}
      </pre>
      <div className="actions">
        <Button
          look="primary"
          unavailable={preview.taken.length === 0 ? 'No host was taken, there is nothing to save' : undefined}
          onClick={onSave}
        >
          Save as…
        </Button>
        <Button onClick={onDrop}>Discard</Button>
        {preview.taken.length === 0 && <span className="muted">No host was taken, there is nothing to save.</span>}
      </div>
    </>
  )
}
