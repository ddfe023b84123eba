import { defineControl, type Verdict } from '../../control.ts'

const noLogin = /\/(?:nologin|false|true|sync|shutdown|halt)$/

export default defineControl({
  id: 'no-empty-passwords',
  item: 'INF-5',
  severity: 'critical',
  title: 'No account has an empty password',
  rationale:
    'Whoever reaches a console, su, or an SSH server that permits it logs in with the name alone. A locked account has an exclamation mark where its password stands, not nothing. It stands beside the service account, because root gets past it.',
  needs: ['empty-passwords'],
  uses: ['accounts'],
  references: ['NIST-800-53:IA-5', 'CIS-8:5.2', 'ISO-27001:A.5.17'],
  evaluate: ({ 'empty-passwords': empty, accounts }): readonly Verdict[] => {
    if (empty.accounts.length === 0) {
      const reason = 'No line of /etc/shadow has an empty password field.'
      return [
        {
          status: 'pass',
          subject: '',
          title: 'Every account has a password or is locked',
          reason,
          cite: [{ section: 'privileged', line: empty.line }],
        },
      ]
    }
    return empty.accounts.map(({ name, line }) => {
      const account = accounts.known ? accounts.value.accounts.find((one) => one.name === name) : undefined
      const closed = account !== undefined && noLogin.test(account.shell)
      return {
        status: closed ? 'warning' : 'fail',
        subject: name,
        title: 'An account has an empty password',
        reason: `Account ${name} has an empty password${closed ? `, but its shell ${account.shell} lets nobody in` : ''}. Expected a password or a locked account.`,
        hint: `passwd --lock ${name}`,
        cite: [{ section: 'privileged', line, token: `${name}::`, note: 'Empty. Expected a hash or an exclamation mark.' }],
      }
    })
  },
})
