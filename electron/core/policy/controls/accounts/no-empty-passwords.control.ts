import { type OpenStack, SSHD } from '../../../facts/access/pam-auth.ts'
import { defineControl, type Verdict } from '../../control.ts'

const noLogin = /\/(?:nologin|false|true|sync|shutdown|halt)$/

export default defineControl({
  id: 'no-empty-passwords',
  item: 'INF-5',
  severity: 'critical',
  title: 'No account has an empty password',
  rationale:
    'Whoever reaches a console, su, or an SSH server that permits it logs in with the name alone. A locked account has an exclamation mark where its password stands, not nothing. It stands beside the service account, because root gets past it.',
  steps: 'Lock the account (passwd --lock), and take nullok out of the files of PAM.',
  needs: ['access'],
  uses: ['accounts'],
  references: ['NIST-800-53:IA-5', 'CIS-8:5.2', 'ISO-27001:A.5.17'],
  evaluate: ({ access: { passwords, trust }, accounts }): readonly Verdict[] => {
    const stacks = trust?.openStacks ?? []
    // Of what sshd includes its own file says nothing new.
    const open = stacks
      .filter(({ file, line }) => file !== SSHD || stacks.every((one) => one.file === SSHD || one.line !== line))
      .map(stackVerdict)
    if (!passwords.known)
      return [
        ...open,
        {
          ...{ status: 'not-evaluated', subject: '', title: 'States of passwords were not read' },
          ...{ reason: passwords.reason, hint: passwords.hint, cite: [{ section: 'access', line: 0 }] },
        },
      ]
    const empty = passwords.value.filter(({ state }) => state === 'none')
    if (open.length === 0 && empty.length === 0) {
      const reason = 'No line of /etc/shadow has an empty password field.'
      const cite = [{ section: 'access', line: passwords.value[0]?.line ?? 0 }]
      return [{ status: 'pass', subject: '', title: 'Every account has a password or is locked', reason, cite }]
    }
    const own = empty.map(({ account: name, line }): Verdict => {
      const account = accounts.known ? accounts.value.accounts.find((one) => one.name === name) : undefined
      const closed = account !== undefined && noLogin.test(account.shell)
      return {
        status: closed ? 'warning' : 'fail',
        subject: name,
        title: 'An account has an empty password',
        reason: `Account ${name} has an empty password${closed ? `, but its shell ${account.shell} lets nobody in` : ''}. Expected a password or a locked account.`,
        hint: `passwd --lock ${name}`,
        cite: [{ section: 'access', line, token: `${name}::`, note: 'Empty. Expected the first sign of a hash, or an exclamation mark.' }],
      }
    })
    return [...open, ...own]
  },
})

/** As good as an empty password of every account. */
const stackVerdict = ({ file, onlyIf, line }: OpenStack): Verdict => ({
  status: onlyIf.length > 0 ? 'warning' : 'fail',
  subject: file,
  title: onlyIf.length > 0 ? 'PAM asks some for no password' : 'PAM lets anybody in without a password',
  reason: `${file} says yes without a password${onlyIf.length > 0 ? ` where ${onlyIf.join(', ').slice(0, 200)} does` : ', whatever is typed'}: so does what asks it, such as ${/\/(?:password-auth|sshd)$/.test(file) ? 'sshd' : 'login, su and sudo'}. Expected that every way through it asks for a proof.`,
  hint: 'pam-auth-update or authselect write the file as the distribution has it.',
  cite: [{ section: 'access', line, note: 'Says yes without a proof.' }],
})
