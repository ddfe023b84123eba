import type { PushPlan } from './model/push-plan.ts'

const words: Readonly<Record<NonNullable<PushPlan['bootUndo']>, string>> = {
  systemd: '',
  openrc: 'No systemd there: a process of its own holds the undo, and OpenRC runs it when the host starts anew.',
  cron: 'No systemd there: a process of its own holds the undo, and cron runs it when the host starts anew.',
  none: 'No systemd there: a process of its own holds the undo, and nothing runs it when the host starts anew. A restart in the middle leaves the new files until somebody undoes them.',
}

/** Who holds the undo where systemd does not, as part of what is dangerous about a plan; empty where it does. */
export const bootUndoWords = ({ bootUndo = 'systemd' }: Pick<PushPlan, 'bootUndo'>): string => words[bootUndo]
