import { text } from '../../demo/demo-host.ts'
import type { Sin } from '../corpus-host.ts'
import { on } from './host.ts'

/** Changes the site file of the host; the change must do something. */
export const site = (change: (text: string) => string): Sin =>
  on((host) => {
    const [path, file] = [...host.files].find(([name]) => name.startsWith('/etc/nginx/sites-enabled/')) ?? []
    const before = file?.content
    if (path === undefined || before === undefined) throw new Error(`${host.name} has no nginx site`)
    const after = change(before)
    if (after === before) throw new Error(`${host.name}: the site is as it was`)
    return { ...host, files: new Map([...host.files, [path, text(after)]]) }
  })

export const replaced = (from: string | RegExp, to: string): Sin => site((before) => before.replace(from, to))

/** One more server block. */
export const alsoServes = (server: string): Sin => site((before) => `${before}\n${server}`)
