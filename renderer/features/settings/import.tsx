import { FileText } from 'lucide-react'
import type { ImportPreview } from '#shared/ipc/fleet.contract.ts'
import { useImportAdd, useImportPreview, useImportSave } from '../../stores/actions.ts'
import { useFleetState } from '../../stores/queries.ts'
import { goFleet } from '../../stores/ui.store.ts'
import { useAuditing } from '../../stores/use-hosts.tsx'
import { announce } from '../../ui/announcer.ts'
import { Button } from '../../ui/button.tsx'
import { plainLines, plainText } from '../../ui/plain-text.ts'
import { Scroll } from '../../ui/scroll.tsx'
import { count } from '../../ui/words.ts'
import { Trouble } from './trouble.tsx'

/** Hosts from what is already there, with a preview of what is taken and what is not. */
export function Import() {
  const preview = useImportPreview()
  const save = useImportSave()
  const add = useImportAdd()
  const done = (what: string) => {
    announce(what)
    preview.reset()
    goFleet()
  }
  const onSave = () =>
    save.mutate({ yaml: preview.data?.yaml ?? '' }, { onSuccess: (state) => state !== null && done('The fleet file was written') })
  const onAdd = () =>
    add.mutate(
      { from: preview.variables?.from ?? 'ssh-config', path: preview.data?.source },
      { onSuccess: (result) => result !== null && done(`${count(result.added.length, 'host')} added to the fleet file`) },
    )
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
      <Trouble error={preview.error ?? save.error ?? add.error} word="Not imported" />
      {preview.data != null && <Preview preview={preview.data} onSave={onSave} onAdd={onAdd} onDrop={() => preview.reset()} />}
    </>
  )
}

interface PreviewProps {
  readonly preview: ImportPreview
  readonly onSave: () => void
  readonly onAdd: () => void
  readonly onDrop: () => void
}

function Preview({ preview, onSave, onAdd, onDrop }: PreviewProps) {
  const open = useFleetState().data
  const auditing = useAuditing()
  const file = open?.fleet === null ? null : (open?.path ?? null)
  const used = new Set([...(open?.fleet?.hosts ?? []), ...(open?.fleet?.jump ?? [])].map(({ name }) => name.toLowerCase()))
  const isNew = (name: string) => !used.has(name.toLowerCase())
  const fresh = preview.taken.filter(({ name }) => isNew(name)).length
  const nothing = preview.taken.length === 0 ? 'No host was taken, there is nothing to save' : undefined
  const notAdded =
    fresh === 0 ? 'Every host is in the open file already' : auditing ? 'Stop the audit first, the file is loaded again' : undefined
  const { lines, left } = plainLines(preview.yaml, 2000)
  return (
    <>
      <h3>{`${count(preview.taken.length, 'host')} taken from ${plainText(preview.source, 200)}`}</h3>
      {preview.taken.length > 0 && (
        <Scroll as="div" className="box scroll-box">
          <table className="table compact">
            <thead>
              <tr>
                <th scope="col">Name</th>
                <th scope="col">Address</th>
                <th scope="col">Account</th>
                <th scope="col">Through</th>
                {file !== null && <th scope="col">In the open file</th>}
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
                  {file !== null && <td className="soft">{isNew(host.name) ? 'Not yet' : 'Stays as it is'}</td>}
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
      {preview.skipped.length > 0 && (
        <>
          <h3>{`${preview.skipped.length} left out`}</h3>
          <Scroll as="div" className="box scroll-box">
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
          </Scroll>
        </>
      )}
      {file !== null && (
        <>
          <h3>Add to the open fleet file</h3>
          <p>
            {`Writes ${count(fresh, 'new host')} to the end of the host list of `}
            <code>{plainText(file, 400)}</code>
            {'. Its jump hosts, accounts and comments stay as they are.'}
          </p>
          <div className="actions">
            <Button look="primary" unavailable={notAdded} onClick={onAdd}>
              {`Add ${count(fresh, 'host')}`}
            </Button>
            {notAdded !== undefined && <span className="muted">{`${notAdded}.`}</span>}
          </div>
        </>
      )}
      <h3>{file === null ? 'The fleet file that would be written' : 'Or a fleet file of its own'}</h3>
      <Scroll as="pre" className="plain-block">
        {lines.join('\n')}
        {left > 0 ? `\n… ${left} more lines` : ''}
      </Scroll>
      <div className="actions">
        <Button look={file === null ? 'primary' : 'default'} unavailable={nothing} onClick={onSave}>
          Save as…
        </Button>
        <Button onClick={onDrop}>Discard</Button>
        {nothing !== undefined && <span className="muted">{`${nothing}.`}</span>}
      </div>
    </>
  )
}
