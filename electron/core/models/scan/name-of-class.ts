import { isNemoClass } from './allowed-nemo.ts'
import { isGadget } from './pickle/gadgets.ts'
import type { Scan, ScanItem } from './scan.ts'

/** Something that a configuration has imported by its dotted name. */
export function nameOfClass(scan: Scan, item: ScanItem, path: string): void {
  if (isNemoClass(path)) return
  const split = Math.max(0, path.lastIndexOf('.'))
  scan.find(isGadget(path.slice(0, split), path.slice(split + 1)) ? 'config.calls-gadget' : 'config.names-class', item, null, path)
}
