import type { AnyControl } from './control.ts'

/** Every control, in the order of the checklist. A new one is one file in `controls/<area>/` and one line here. */
export const controls: readonly AnyControl[] = []
