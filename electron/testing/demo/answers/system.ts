import { accountLines } from '../account-files.ts'
import { type Answering, lines } from '../answer.ts'
import { sshdLines } from '../configuration-files.ts'

export const system: Answering = ({ name, os, kernel, account, clockSkewSeconds = 0 }) =>
  lines([
    String(Math.floor(Date.now() / 1000) + clockSkewSeconds),
    name,
    kernel,
    String(account.uid),
    account.name,
    'systemd',
    `PRETTY_NAME="${os.pretty}"`,
    `ID=${os.id}`,
    `VERSION_ID="${os.version}"`,
  ])

export const accounts: Answering = (host) => lines(accountLines(host, '/etc/passwd'))

export const groups: Answering = (host) =>
  lines([...accountLines(host, '/etc/group'), '@sources', '=accounts: files systemd', '=group: files systemd', '=sudoers: files'])

/** `grep -Hn` of files that include nothing. */
export const pam: Answering = ({ pam: stack = [] }) => lines(stack.map((text, index) => `/etc/pam.d/sshd:${index + 1}:${text}`))

export const sshd: Answering = (host) => lines(sshdLines(host))
