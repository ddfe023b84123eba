import { type BrowserWindow, dialog } from 'electron'

/** What a change says of itself in the dialog. Text of hosts never goes in here. */
export interface Confirmation {
  readonly title: string
  readonly detail: string
  /** Verb and object: "Apply to 3 hosts". */
  readonly action: string
}

/** Asks in a native dialog. Closing it, Enter and Escape all mean no. */
export async function confirmNatively(window: BrowserWindow, it: Confirmation): Promise<boolean> {
  const { response } = await dialog.showMessageBox(window, {
    type: 'warning',
    title: 'Gatehouse',
    message: it.title,
    detail: it.detail,
    buttons: ['Keep as it is', it.action],
    defaultId: 0,
    cancelId: 0,
    noLink: true,
  })
  return response === 1
}

/** What a channel that must be confirmed says of itself. */
const confirmations: Readonly<Record<string, Confirmation>> = {
  'step-up:enrol': {
    title: 'Enrol an authenticator on this console?',
    detail: 'Its codes then open pushes, approvals and quarantines. Go on only when you pressed the button for it yourself.',
    action: 'Enrol it',
  },
}

/** Throws for a channel without words of its own: nobody could know what they agree to. */
export function confirmationOf(channel: string): Confirmation {
  const it = Object.hasOwn(confirmations, channel) ? confirmations[channel] : undefined
  if (it === undefined) throw new Error(`${channel} has no words to be confirmed with`)
  return it
}
