import type { AuthContext, ParsedKey } from 'ssh2'

/** What a login asks for after the key: a one-time code at the jump host, a password on the hosts. Without them the key is enough. */
export interface DemoLogins {
  readonly jumpCode?: string
  readonly hostPassword?: string
}

export interface SecondStep {
  readonly method: 'keyboard-interactive' | 'password'
  readonly secret: string
}

/** The login of one connection: the client's key, then the second step, as `AuthenticationMethods publickey,…` of sshd_config(5) has it. */
export function loginOf(allowed: ParsedKey, second: SecondStep | undefined): (context: AuthContext) => void {
  const withKey = (context: AuthContext): 'no' | 'offered' | 'proven' => {
    if (context.method !== 'publickey' || !context.key.data.equals(allowed.getPublicSSH())) return 'no'
    if (!context.signature || !context.blob) return 'offered'
    return allowed.verify(context.blob, context.signature, context.hashAlgo) === true ? 'proven' : 'no'
  }
  let proven = false
  return (context) => {
    if (proven && second !== undefined) return answerTo(context, second)
    const key = withKey(context)
    proven = key === 'proven'
    if (key === 'no') context.reject(['publickey'])
    else if (proven && second !== undefined) context.reject([second.method], true)
    else context.accept()
  }
}

function answerTo(context: AuthContext, { method, secret }: SecondStep): void {
  const decide = (answer: string | undefined) => (answer === secret ? context.accept() : context.reject([method]))
  if (context.method !== method) context.reject([method])
  else if (context.method === 'password') decide(context.password)
  else if (context.method === 'keyboard-interactive')
    context.prompt([{ prompt: 'Verification code: ', echo: false }], 'Login', 'One-time code', ([answer]) => decide(answer))
}
