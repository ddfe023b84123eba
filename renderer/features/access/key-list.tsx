import type { SharedKey } from '#shared/model/access.ts'
import { plainText } from '../../ui/plain-text.ts'
import { Status } from '../../ui/status.tsx'

/** Keys that name no single person, over all hosts: nothing where there are none. */
export const KeyList = ({ keys }: { readonly keys: readonly SharedKey[] }) =>
  keys.length === 0 ? null : (
    <div className="access-keys">
      <h3>Keys that name no single person</h3>
      <ul>
        {keys.map(({ fingerprint, comment, why, accounts, places }) => (
          <li key={fingerprint}>
            <Status tone="warn">{why === 'shared' ? `Opens ${accounts} accounts` : 'Opens root alone'}</Status>
            <code title={fingerprint}>{plainText(comment === '' ? fingerprint : comment, 60)}</code>
            <span className="muted">{plainText(places.map(({ host, account }) => `${account} on ${host}`).join(', '), 300)}</span>
          </li>
        ))}
      </ul>
      <p className="access-todo">
        {keys.some(({ why }) => why === 'shared') && 'Give each person a key of their own and take this one out of the other files. '}
        {keys.some(({ why }) => why === 'nobody') &&
          'Whoever uses a key of root: give that person an account with sudo, and take the key out of /root.'}
      </p>
    </div>
  )
