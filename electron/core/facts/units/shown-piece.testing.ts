import { collectUnits } from './collect.ts'

const [section] = collectUnits()
const script = section?.kind === 'script' ? section.script : ''
const walk = /^walk='([\s\S]*?)^'$/m.exec(script)?.[1] ?? ''
const piece = /\| awk "\$walk"'([\s\S]*?)' 2>&1 >&4/.exec(script)?.[1] ?? ''

/** The program of awk that goes through what systemctl showed, and tells on stderr what is to be looked at. */
export const shownPiece = `${walk}${piece}`
