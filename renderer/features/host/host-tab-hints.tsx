import { ActingHint } from '../../stores/acting-hint.tsx'
import type { HostTab } from './host-tabs.tsx'

type Hint = readonly [chords: readonly string[], action: string]
const openIts: Hint = [['o'], 'Open its finding']

/** Keys of each tab, in the path bar. */
const hints: Readonly<Record<HostTab, readonly Hint[]>> = {
  findings: [
    [['j', 'k'], 'Next finding'],
    [['f'], 'Fix…'],
    [['w'], 'Waive…'],
    [['e'], 'Copy evidence'],
    [['/'], 'Filter'],
  ],
  exposure: [[['j', 'k'], 'Next part']],
  services: [[['j', 'k'], 'Next service'], openIts],
  hardening: [[['j', 'k'], 'Next setting'], openIts],
  gpus: [[['j', 'k'], 'Next GPU or process'], openIts],
  packages: [[['j', 'k'], 'Next package'], openIts, [['/'], 'Filter']],
}

/** The keys of this tab, as the bar at the foot shows them. */
export const HostTabHints = ({ tab }: { readonly tab: HostTab }) => (
  <>
    {hints[tab].map(([chords, action]) => (
      <ActingHint key={action} chords={chords}>
        {action}
      </ActingHint>
    ))}
    <ActingHint chords={['mod+[']}>Back</ActingHint>
    <ActingHint chords={['?']}>All keys</ActingHint>
  </>
)
