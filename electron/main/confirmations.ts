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
