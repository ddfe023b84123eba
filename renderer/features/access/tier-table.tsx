import type { AccessOverview } from '#shared/model/access.ts'
import { capabilities, capabilityWords } from '#shared/model/capability.ts'
import { plainText } from '../../ui/plain-text.ts'
import { Scroll } from '../../ui/scroll.tsx'
import { Status } from '../../ui/status.tsx'
import type { AccessNote } from './access-notes.ts'
import { enforcedBy, tierWords } from './access-words.ts'
import { KeyList } from './key-list.tsx'
import { NoteList } from './note-list.tsx'

const EXAMPLE = `access:
  tiers:
    administrators: { accounts: [okafor] }
    operators: { accounts: [reyes], groups: [ml-ops] }
    users: { accounts: [support-bot] }
  left: [{ account: lund, on: 2026-10-31 }]`

interface TierTableProps extends Pick<AccessOverview, 'keys'> {
  /** Null when the fleet file names none, undefined while it is not known. */
  readonly tiers: AccessOverview['tiers'] | undefined
  readonly secondFactor: readonly AccessNote[]
  readonly stale: readonly AccessNote[]
}

/** What each tier may do, who belongs to it, and what is to be asked of accounts beside their tier. */
export const TierTable = ({ tiers, keys, secondFactor, stale }: TierTableProps) => (
  <Scroll as="section" className="access-tiers" aria-label="Tiers" data-pane>
    <header>
      <h2>Tiers</h2>
      <span className="muted">What each tier may do, and what enforces it</span>
    </header>
    {tiers === undefined ? (
      <div className="tab-pending">
        <i className="skeleton" />
      </div>
    ) : tiers === null ? (
      <div className="access-no-tiers">
        <p className="reason">The fleet file names no tiers, so accounts are held against nothing. Name them there:</p>
        <pre>{EXAMPLE}</pre>
      </div>
    ) : (
      <>
        <table className="table">
          <thead>
            <tr>
              <th scope="col">Capability</th>
              {tiers.map(({ name }) => (
                <th key={name} scope="col">
                  {tierWords[name]}
                </th>
              ))}
              <th scope="col">Enforced by</th>
            </tr>
          </thead>
          <tbody>
            {capabilities.toReversed().map((capability) => (
              <tr key={capability}>
                <th scope="row">{capabilityWords[capability]}</th>
                {tiers.map((tier) => {
                  const allowed = tier.capabilities.includes(capability)
                  return (
                    <td key={tier.name}>
                      <Status tone={allowed ? 'pass' : 'na'} className="quiet">
                        {allowed ? 'Allowed' : 'No'}
                      </Status>
                    </td>
                  )
                })}
                <td className="muted">{enforcedBy[capability]}</td>
              </tr>
            ))}
          </tbody>
        </table>
        <dl>
          {tiers.map(({ name, members }) => (
            <div key={name}>
              <dt>{tierWords[name]}</dt>
              <dd>{members.length === 0 ? 'nobody' : plainText(members.join(', '), 400)}</dd>
            </div>
          ))}
        </dl>
      </>
    )}
    <NoteList
      title="Second factor of administrators"
      notes={secondFactor}
      none="Not known: no jump host was audited where an administrator has an account. Set audit: true for it in the fleet file."
      todo="On the jump host set AuthenticationMethods publickey,keyboard-interactive:pam in sshd_config, with a module of PAM that asks for a code, and no Match block that spares anybody."
    />
    <KeyList keys={keys} />
    <NoteList
      title="Accounts that are used"
      notes={stale}
      none="Not known: no audit says when accounts were last used."
      todo="Ask the owner. Where nobody needs the account, choose Remove for it in a review."
    />
  </Scroll>
)
