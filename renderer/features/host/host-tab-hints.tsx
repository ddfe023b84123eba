import { KeyHint } from '../../ui/keys.tsx'
import type { HostTab } from './host-tabs.tsx'

/** Keys of each tab, in the path bar: only those that act there. */
const hints: Readonly<Record<HostTab, readonly (readonly [chords: readonly string[], action: string])[]>> = {
  findings: [
    [['j', 'k'], 'Next finding'],
    [['e'], 'Copy evidence'],
    [['w'], 'Waive…'],
    [['/'], 'Filter'],
  ],
  exposure: [],
  services: [
    [['j', 'k'], 'Next service'],
    [['o'], 'Open its finding'],
  ],
}

export const HostTabHints = ({ tab }: { readonly tab: HostTab }) => (
  <>
    {hints[tab].map(([chords, action]) => (
      <KeyHint key={action} chords={chords}>
        {action}
      </KeyHint>
    ))}
    <KeyHint chords={['mod+[']}>Back</KeyHint>
    <KeyHint chords={['?']}>All keys</KeyHint>
  </>
)
