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
  Settings,
  ShieldMinus,
  Table2,
  Users,
  Wrench,
  X,
} from 'lucide-react'
import type { ReactNode } from 'react'
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
  goAccess,
  goAudit,
  goControls,
  goFleet,
  goModels,
  goNetwork,
  goPush,
  goSettings,
  openDialog,
  useUi,
} from '../../stores/ui.store.ts'
import { useAuditing, useLastOutcome } from '../../stores/use-hosts.tsx'
import { pressKey, useActs } from '../../stores/use-keys.ts'

export interface PaletteAction {
  readonly name: string
  readonly about: string
  readonly icon: ReactNode
  readonly chord?: string
  readonly run: () => void
}

/** What can be done right now. Nothing that would do nothing. */
export function usePaletteActions(): PaletteAction[] {
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
  const onHost = route.screen === 'host'
  const fixes = useActs(['f']) && onHost
  const waives = useActs(['w']) && onHost
  const icon = (Icon: typeof Play) => <Icon className="icon" aria-hidden />
  const actions: (PaletteAction | false)[] = [
    auditing && { name: 'Stop the audit', about: 'Hosts that are finished stay', icon: icon(X), chord: 'esc', run: audit.stop },
    fixes && {
      name: 'Fix this finding…',
      about: 'Opens a plan, changes nothing',
      icon: icon(Wrench),
      chord: 'f',
      run: () => pressKey('f'),
    },
    waives && {
      name: 'Waive this finding…',
      about: 'With a reason and a last day',
      icon: icon(ShieldMinus),
      chord: 'w',
      run: () => pressKey('w'),
    },
    !auditing &&
      onHost && {
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
