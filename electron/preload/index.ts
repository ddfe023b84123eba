import { contextBridge, type IpcRendererEvent, ipcRenderer } from 'electron'
import { isChannel, isEvent } from '#shared/ipc/channels.ts'

// Names of the two pipes of main/ipc-relay.ts, which the preload must not import.
const callPipe = 'gatehouse:call'
const eventPipe = 'gatehouse:event'

const api = {
  /** Resolves with the JSON of `{ ok: true, value }` or `{ ok: false, failure }`: the bridge copies an object value by value, a string at once. */
  invoke(channel: string, input: unknown): Promise<string> {
    if (!isChannel(channel)) {
      return Promise.resolve(JSON.stringify({ ok: false, failure: { code: 'ipc.invalid', detail: 'The channel is not known.' } }))
    }
    return ipcRenderer.invoke(callPipe, channel, input)
  },
  /** Calls back without arguments when something of this kind changed. Returns how to stop. */
  on(event: string, callback: () => void): () => void {
    if (!isEvent(event)) return () => undefined
    const listener = (_event: IpcRendererEvent, name: unknown): void => {
      if (name === event) callback()
    }
    ipcRenderer.on(eventPipe, listener)
    return () => void ipcRenderer.off(eventPipe, listener)
  },
}

contextBridge.exposeInMainWorld('gatehouse', Object.freeze(api))
