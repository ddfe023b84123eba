import { Dialog } from '@base-ui/react/dialog'
import { Command } from 'cmdk'
import { Boxes, Search, Server } from 'lucide-react'
import { type KeyboardEvent, useCallback, useRef, useState } from 'react'
import { useModelOverview } from '../../stores/queries.ts'
import { closeDialog, goHost, goModel } from '../../stores/ui.store.ts'
import { useHosts } from '../../stores/use-hosts.tsx'
import { CutName } from '../../ui/cut-name.tsx'
import { keepInside } from '../../ui/keep-inside.ts'
import { KeyHint, Keys } from '../../ui/keys.tsx'
import { plainText } from '../../ui/plain-text.ts'
import { isMac } from '../../ui/platform.ts'
import { Said } from '../../ui/said.tsx'
import { OutcomeStatus } from '../../ui/status.tsx'
import { count } from '../../ui/words.ts'
import { matches, paletteActions, paletteFindings, paletteModels } from './palette-commands.ts'
import { sayChosen } from './say-chosen.ts'
import { usePaletteActions } from './use-palette-actions.tsx'

/** Findings, actions, hosts and models by a few typed words. */
export function Palette() {
  const [query, setQuery] = useState('')
  const input = useRef<HTMLInputElement>(null)
  // The library moves the focus a frame later, and what is typed by then would be for the page behind.
  const take = useCallback((field: HTMLInputElement | null) => {
    input.current = field
    field?.focus()
  }, [])
  const before = useRef(document.activeElement)
  const goBack = () =>
    before.current instanceof HTMLElement && before.current !== document.body && before.current.isConnected ? before.current : null
  const hosts = useHosts()
  const actions = paletteActions(usePaletteActions(), query)
  const findings = query.trim() === '' ? paletteFindings(hosts, '', 4) : paletteFindings(hosts, query, 8)
  const found = hosts
    .filter((host) => matches(query, `${host.name} ${host.address} ${host.engines}`))
    .slice(0, query.trim() === '' ? 6 : 12)
  const models = paletteModels(useModelOverview().data?.artifacts ?? [], query, query.trim() === '' ? 3 : 8)
  const run = (act: () => void) => () => {
    closeDialog()
    act()
  }
  /** Of the finding that is chosen. */
  const openHost = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || !(isMac ? event.metaKey : event.ctrlKey)) return
    const host = event.currentTarget.querySelector<HTMLElement>('[data-selected=true]')?.dataset.host
    if (host === undefined) return
    event.preventDefault()
    run(() => goHost(host))()
  }
  const findingGroup = findings.length > 0 && (
    <Command.Group key="findings" heading="Findings">
      {findings.map((finding) => (
        <Command.Item
          key={finding.id}
          value={`finding ${finding.id}`}
          data-host={finding.host}
          onSelect={run(() => goHost(finding.host, { key: finding.key }))}
        >
          <OutcomeStatus outcome={finding.status} />
          <b className="one-line">
            <Said text={finding.title} />
          </b>
          {finding.about !== '' && (
            <span className="one-line">
              <Said text={finding.about} />
            </span>
          )}
          <span className="palette-host">
            <CutName name={finding.host} />
            {`, ${finding.item}`}
          </span>
        </Command.Item>
      ))}
    </Command.Group>
  )
  const actionGroup = actions.list.length > 0 && (
    <Command.Group key="actions" heading="Actions">
      {actions.list.map((action) => (
        <Command.Item key={action.name} value={`action ${action.name}`} onSelect={run(action.run)}>
          {action.icon}
          <b>{action.name}</b>
          <span className="one-line">{action.about}</span>
          <span className="spring" />
          {action.chord !== undefined && <Keys chord={action.chord} silent />}
        </Command.Item>
      ))}
    </Command.Group>
  )
  return (
    <Dialog.Root open onOpenChange={(open) => open || closeDialog()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="scrim" />
        <Dialog.Viewport className="viewport high">
          <Dialog.Popup
            onKeyDown={keepInside}
            className="dialog palette"
            initialFocus={input}
            finalFocus={goBack}
            aria-label="Command palette"
          >
            <Command ref={sayChosen} label="Command palette" shouldFilter={false} loop onKeyDown={openHost}>
              <div className="palette-query">
                <Search className="icon" aria-hidden />
                <Command.Input ref={take} value={query} onValueChange={setQuery} placeholder="Search or run a command" />
              </div>
              <Command.List label="Results">
                <Command.Empty>{`Nothing matches “${query}”.`}</Command.Empty>
                {actions.isCalled ? [actionGroup, findingGroup] : [findingGroup, actionGroup]}
                {found.length + models.length > 0 && (
                  <Command.Group heading="Go to">
                    {found.map((host) => (
                      <Command.Item key={host.name} value={`host ${host.name}`} onSelect={run(() => goHost(host.name))}>
                        <Server className="icon" aria-hidden />
                        <b className="palette-host">
                          <CutName name={host.name} />
                        </b>
                        <span>{host.engines === '' ? 'Host' : host.engines}</span>
                      </Command.Item>
                    ))}
                    {models.map(({ name, hosts: on }) => (
                      <Command.Item key={`model ${name}`} value={`model ${name}`} onSelect={run(() => goModel(name))}>
                        <Boxes className="icon" aria-hidden />
                        <b className="one-line">
                          <Said text={plainText(name, 120)} />
                        </b>
                        <span>{`Model, ${on.length === 1 ? on[0] : count(on.length, 'host')}`}</span>
                      </Command.Item>
                    ))}
                  </Command.Group>
                )}
              </Command.List>
              <div className="palette-foot">
                <KeyHint chords={['up', 'down']}>Move</KeyHint>
                <KeyHint chords={['enter']}>Open</KeyHint>
                {findings.length > 0 && <KeyHint chords={['mod+enter']}>Open its host</KeyHint>}
                <span className="spring" />
                <KeyHint chords={['esc']}>Close</KeyHint>
              </div>
            </Command>
          </Dialog.Popup>
        </Dialog.Viewport>
      </Dialog.Portal>
    </Dialog.Root>
  )
}
