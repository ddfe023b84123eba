import { bastion } from '../bases.ts'
import { type CorpusHost, corpusHost, type Sin } from '../corpus-host.ts'
import { on } from '../sins/host.ts'

const sshd = (name: string, value: string): Sin =>
  on((host) => ({ ...host, sshd: [...host.sshd.filter((line) => !line.startsWith(`${name} `)), `${name} ${value}`] }))
const pam = (...stack: readonly string[]): Sin => on((host) => ({ ...host, pam: stack }))

/** The jump host itself, looked at because the fleet file says so. */
export const jump: readonly CorpusHost[] = [
  corpusHost('bastion', 'A key, a one-time code, the fleet and nothing else', bastion),
  corpusHost('bastion-key-only', 'A key is enough', bastion, sshd('authenticationmethods', 'publickey')),
  corpusHost('bastion-as-installed', 'Debian as it is installed', bastion, sshd('authenticationmethods', 'any')),
  corpusHost(
    'bastion-second-password',
    'PAM asks for the password as second step',
    bastion,
    pam('auth [success=1 default=ignore] pam_unix.so', 'auth requisite pam_deny.so', 'auth required pam_permit.so'),
  ),
  corpusHost(
    'bastion-code-or-password',
    'A password does instead of the code',
    bastion,
    pam('auth sufficient pam_unix.so', 'auth required pam_google_authenticator.so'),
  ),
  corpusHost('bastion-nullok', 'Who has no secret needs no code', bastion, pam('auth required pam_google_authenticator.so nullok')),
  corpusHost('bastion-radius', 'RADIUS decides, which may ask for anything', bastion, pam('auth required pam_radius_auth.so')),
  corpusHost('bastion-forwards-anywhere', 'No PermitOpen', bastion, sshd('permitopen', 'any')),
  corpusHost('bastion-forwards-beyond', 'A database beside the fleet', bastion, sshd('permitopen', '10.20.4.11:22 10.20.9.5:5432')),
  corpusHost('bastion-remote-forwards', 'Clients open ports', bastion, sshd('allowtcpforwarding', 'yes')),
  corpusHost('bastion-agent', 'Agents are forwarded', bastion, sshd('allowagentforwarding', 'yes')),
  corpusHost('bastion-root', 'root logs in', bastion, sshd('permitrootlogin', 'yes')),
]
