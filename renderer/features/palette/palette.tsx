import { Dialog } from '@base-ui/react/dialog'
import { Command } from 'cmdk'
import {
  Boxes,
  ClipboardCheck,
  Download,
  FileDiff,
  FileText,
  FolderOpen,
  Keyboard,
  ListChecks,
  Lock,
  Moon,
  Network,
  Play,
  RefreshCw,
  Search,
  Server,
  Settings,
  Table2,
  Users,
  X,
} from 'lucide-react'
import { type ReactNode, useCallback, useRef, useState } from 'react'
import {
  useAuditActions,
  useBecomeAdministrator,
  useBecomeOperator,
  useDemoFleet,
  useLoadFleet,
  useOpenFleet,
  useSaveSettings,
} from '../../stores/actions.ts'
import { useFleetState, useRole, useSettings, useStepUpState } from '../../stores/queries.ts'
import {
  closeDialog,
  goAccess,
  goAudit,
  goControls,
  goFleet,
  goHost,
  goModels,
  goNetwork,
  goPush,
  goSettings,
  openDialog,
  useUi,
} from '../../stores/ui.store.ts'
import { useAuditing, useHosts, useLastOutcome } from '../../stores/use-hosts.tsx'
import { CutName } from '../../ui/cut-name.tsx'
import { keepInside } from '../../ui/keep-inside.ts'
import { KeyHint, Keys } from '../../ui/keys.tsx'
import { Said } from '../../ui/said.tsx'
import { OutcomeStatus } from '../../ui/status.tsx'
import { matches, paletteFindings } from './palette-commands.ts'

interface PaletteAction {
  readonly name: string
  readonly about: string
  readonly icon: ReactNode
  readonly chord?: string
  readonly run: () => void
}

/** Findings, actions and hosts by a few typed words. */
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
  const actions = useActions().filter((action) => matches(query, `${action.name} ${action.about}`))
  const findings = query.trim() === '' ? paletteFindings(hosts, '', 4) : paletteFindings(hosts, query, 8)
  const found = hosts
    .filter((host) => matches(query, `${host.name} ${host.address} ${host.engines}`))
    .slice(0, query.trim() === '' ? 6 : 12)
  const run = (act: () => void) => () => {
    closeDialog()
    act()
  }
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
            <Command label="Command palette" shouldFilter={false} loop>
              <div className="palette-query">
                <Search className="icon" aria-hidden />
                <Command.Input ref={take} value={query} onValueChange={setQuery} placeholder="Search or run a command" />
              </div>
              <Command.List label="Results">
                <Command.Empty>{`Nothing matches “${query}”.`}</Command.Empty>
                {findings.length > 0 && (
                  <Command.Group heading="Findings">
                    {findings.map((finding) => (
                      <Command.Item
                        key={finding.id}
                        value={`finding ${finding.id}`}
                        onSelect={run(() => goHost(finding.host, { key: finding.key }))}
                      >
                        <OutcomeStatus outcome={finding.status} />
                        <b className="one-line">
                          <Said text={finding.title} />
                        </b>
                        <span className="palette-host">
                          <CutName name={finding.host} />
                          {`, ${finding.item}`}
                        </span>
                      </Command.Item>
                    ))}
                  </Command.Group>
                )}
                {actions.length > 0 && (
                  <Command.Group heading="Actions">
                    {actions.map((action) => (
                      <Command.Item key={action.name} value={`action ${action.name}`} onSelect={run(action.run)}>
                        {action.icon}
                        <b>{action.name}</b>
                        <span className="one-line">{action.about}</span>
                        <span className="spring" />
                        {action.chord !== undefined && <Keys chord={action.chord} silent />}
                      </Command.Item>
                    ))}
                  </Command.Group>
                )}
                {found.length > 0 && (
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
                  </Command.Group>
                )}
              </Command.List>
              <div className="palette-foot">
                <KeyHint chords={['up', 'down']}>Move</KeyHint>
                <KeyHint chords={['enter']}>Open</KeyHint>
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

/** What can be done right now. Nothing that would do nothing. */
function useActions(): PaletteAction[] {
  const route = useUi((state) => state.route)
  const auditing = useAuditing()
  const audit = useAuditActions()
  const fleet = useFleetState().data
  const audited = useLastOutcome() !== null
  const settings = useSettings().data
  const save = useSaveSettings()
  const open = useOpenFleet()
  const load = useLoadFleet()
  const demo = useDemoFleet()
  const role = useRole().data?.role
  const enrolled = useStepUpState().data?.enrolled === true
  const down = useBecomeOperator()
  const up = useBecomeAdministrator()
  const icon = (Icon: typeof Play) => <Icon className="icon" aria-hidden />
  const actions: (PaletteAction | false)[] = [
    auditing && { name: 'Stop the audit', about: 'Hosts that are finished stay', icon: icon(X), chord: 'esc', run: audit.stop },
    !auditing &&
      route.screen === 'host' && {
        name: `Audit ${route.host}`,
        about: 'Read-only, this host alone',
        icon: icon(Play),
        chord: 'r',
        run: () => audit.start([route.host]),
      },
    !auditing &&
      fleet?.fleet != null && {
        name: 'Run audit',
        about: 'Read-only, every host',
        icon: icon(Play),
        ...(route.screen === 'fleet' ? { chord: 'r' } : {}),
        run: () => audit.start(),
      },
    audited && { name: 'Export…', about: 'HTML, JSON or Markdown', icon: icon(Download), run: () => openDialog({ kind: 'export' }) },
    audited && { name: 'Show changes', about: 'Since the audit before', icon: icon(FileText), run: () => openDialog({ kind: 'changes' }) },
    { name: 'Open fleet file…', about: 'YAML, checked before it is used', icon: icon(FolderOpen), run: () => open.mutate(null) },
    fleet?.path != null && {
      name: 'Reload the fleet file',
      about: 'Read it again from disk',
      icon: icon(RefreshCw),
      run: () => load.mutate({ path: fleet.path ?? '' }),
    },
    fleet?.demo !== true && {
      name: 'Start the demo fleet',
      about: 'Five simulated hosts on this computer',
      icon: icon(Play),
      run: () => demo.mutate(null),
    },
    { name: 'Import hosts…', about: 'From SSH config or Ansible', icon: icon(FileText), run: () => goSettings('import') },
    { name: 'Show sudoers lines', about: 'What the audit account needs', icon: icon(FileText), run: () => goSettings('sudoers') },
    settings !== undefined && {
      name: settings.theme === 'dark' ? 'Light theme' : 'Dark theme',
      about: 'Change the look',
      icon: icon(Moon),
      run: () => save.mutate({ ...settings, theme: settings.theme === 'dark' ? 'light' : 'dark' }),
    },
    role === 'administrator' && {
      name: 'Lock to operator',
      about: 'A second person gets services, logs and looking only',
      icon: icon(Lock),
      run: () => (enrolled ? down.mutate(null) : goSettings('role')),
    },
    role === 'operator' && {
      name: 'Back to Administrator…',
      about: 'With a code of the authenticator',
      icon: icon(Lock),
      run: () => up.mutate(null),
    },
    { name: 'Fleet', about: 'All hosts by all checks', icon: icon(Table2), chord: 'mod+1', run: goFleet },
    { name: 'Models', about: 'What lies on the disks, and is it what it should be', icon: icon(Boxes), chord: 'mod+3', run: goModels },
    { name: 'Audit', about: 'Answer an auditor, and what changed over time', icon: icon(ClipboardCheck), chord: 'mod+6', run: goAudit },
    { name: 'Controls', about: 'What is checked, and why', icon: icon(ListChecks), chord: 'mod+7', run: goControls },
    { name: 'Config push', about: 'Change a host from a vetted template', icon: icon(FileDiff), chord: 'mod+5', run: () => goPush() },
    { name: 'Access', about: 'What every account can do, against its tier', icon: icon(Users), chord: 'mod+4', run: goAccess },
    { name: 'Network', about: 'Who gets to which host, and who may', icon: icon(Network), chord: 'mod+8', run: goNetwork },
    { name: 'Settings', about: 'Fleet file, identities, theme', icon: icon(Settings), chord: 'mod+,', run: () => goSettings() },
    { name: 'All keys', about: 'The keyboard map', icon: icon(Keyboard), chord: '?', run: () => openDialog({ kind: 'shortcuts' }) },
  ]
  return actions.filter((action) => action !== false)
}
